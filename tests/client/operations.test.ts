import { ClientView, Me } from '../../src/cli/operations/index.ts';
import type { Client, Operation } from '../../src/client/index.ts';
import { addClient } from '../support/people.ts';
import { type Office, openOffice } from './support/office.ts';

let office: Office;
let client: Client;
let id: number;

beforeAll(async () => {
  office = await openOffice();
  const alice = await office.hire('sales');
  client = await alice.client();
  id = await addClient(office.database, alice.id, 'Jeanne Moreau');
});
afterAll(() => office.close());

const text = 'query Name($id: Int!) { client(id: $id) { fullName } }';

interface Named {
  client: { fullName: string } | null;
}

/** As graphql-codegen writes it with `documentMode: 'string'`. */
class TypedDocumentString<Result, Variables> extends String {
  __apiType?: (variables: Variables) => Result;
  readonly #value: string;

  constructor(value: string) {
    super(value);
    this.#value = value;
  }

  override toString(): string {
    return this.#value;
  }
}

test('an operation has typed variables and a typed result', async () => {
  const { client: found } = await client.request(ClientView, { id });
  const name: string | undefined = found?.fullName;
  expect(name).toBe('Jeanne Moreau');
});

test('a caller’s own operation is a text with a type', async () => {
  const Name: Operation<Named, { id: number }> = text;
  expect((await client.request(Name, { id })).client?.fullName).toBe('Jeanne Moreau');
});

test('a document of graphql-codegen is accepted', async () => {
  const Name = new TypedDocumentString<Named, { id: number }>(text);
  expect((await client.request(Name, { id })).client?.fullName).toBe('Jeanne Moreau');
});

test('an untyped text is accepted with a type argument', async () => {
  const found = await client.query<Named>(text, { id });
  expect(found.client?.fullName).toBe('Jeanne Moreau');
});

test('an operation of a document is chosen by name', async () => {
  const both = 'query Who { me { id } } query One($id: Int!) { client(id: $id) { fullName } }';
  const found = await client.query<Named>(both, { id }, { operationName: 'One' });
  expect(found).toEqual({ client: { fullName: 'Jeanne Moreau' } });
});

test('wrong variables and results do not compile', () => {
  const Name = new TypedDocumentString<Named, { id: number }>(text);
  const neverCalled = () => [
    client.request(Me),
    // @ts-expect-error It has variables.
    client.request(ClientView),
    // @ts-expect-error They are of another type.
    client.request(ClientView, { id: 'one' }),
    // @ts-expect-error The same for a caller's own document.
    client.request(Name, { id: 'one' }),
    // @ts-expect-error A parsed document is no text.
    client.request({ kind: 'Document', definitions: [] }),
  ];
  expect(neverCalled).toBeInstanceOf(Function);
});
