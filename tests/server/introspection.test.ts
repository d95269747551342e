import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let open: RunningServer;
let closed: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  [open, closed] = await Promise.all([
    startServer(database),
    startServer(database, { EPIC_INTROSPECTION: 'off' }),
  ]);
  token = (await logIn(closed.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
  await database.drop();
});

const refusal = async (
  server: RunningServer,
  query: string,
  variables: Record<string, unknown> = {},
) => (await ask(server.url, query, { variables })).errors[0];

describe('introspection switched on', () => {
  test('introspection answers the standard query of tools without a login', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
    });
    const { data } = await ask<IntrospectionQuery>(open.url, query);
    if (data === null) throw new Error('There is no answer.');
    const schema = buildClientSchema(data);
    expect(schema.getQueryType()?.name).toBe('Query');
    expect(schema.getType('Money')).toMatchObject({
      specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#decimal',
    });
  });

  test('introspection refuses a recursive query', async () => {
    const round = (levels: number): string =>
      levels === 0 ? 'name' : `fields { type { ${round(levels - 1)} } }`;
    expect(await refusal(open, `{ __schema { types { ${round(3)} } } }`)).toMatchObject({
      message: 'Maximum introspection depth exceeded',
      extensions: { code: 'INVALID' },
    });
    const deep = (levels: number): string =>
      levels === 0 ? 'name' : `ofType { ${deep(levels - 1)} }`;
    expect(await refusal(open, `{ __type(name: "Client") { ${deep(19)} } }`)).toMatchObject({
      message: 'A question about the schema has at most 20 levels of fields.',
      extensions: { code: 'INVALID', kind: 'too_complex' },
    });
  });

  test('introspection refuses a query that repeats the same field many times', async () => {
    const many = Array.from(
      { length: 40 },
      (_, index) => `a${index}: fields { type { fields { name } } }`,
    );
    expect(await refusal(open, `{ __schema { types { ${many.join(' ')} } } }`)).toMatchObject({
      message: 'A request reads at most 100,000 rows.',
      extensions: { code: 'INVALID', kind: 'too_complex' },
    });
  });
});

describe('introspection switched off', () => {
  test.each([
    ['the schema', '{ __schema { queryType { name } } }'],
    ['a type', '{ __type(name: "Client") { name } }'],
    ['the schema in a fragment', '{ ...f } fragment f on Query { __schema { types { name } } }'],
    ['the schema under another name', '{ me: __schema { types { name } } }'],
  ])('a server without introspection says nothing about %s', async (_what, query) => {
    expect(await refusal(closed, query)).toMatchObject({
      message: expect.stringMatching(/^GraphQL introspection has been disabled/),
      extensions: { code: 'INVALID' },
    });
  });

  test('a server without introspection suggests no names', async () => {
    const mistakes: [string, Record<string, unknown>?][] = [
      ['{ client(id: 1) { fullNam } }'],
      ['{ clint(id: 1) { id } }'],
      ['{ clients(firs: 1) { totalCount } }'],
      ['{ client(id: 1) { ... on Clien { id } } }'],
      ['{ clients(condition: { serch: "x" }) { totalCount } }'],
      ['{ clients(orderBy: [FULL_NAM_ASC]) { totalCount } }'],
      ['query($c: ClientConditio) { clients(condition: $c) { totalCount } }'],
      [
        'query($c: ClientCondition) { clients(condition: $c) { totalCount } }',
        { c: { serch: 'x' } },
      ],
      [
        'query($o: [ClientOrderBy!]) { clients(orderBy: $o) { totalCount } }',
        { o: ['FULL_NAM_ASC'] },
      ],
    ];
    for (const [query, variables] of mistakes) {
      const hushed = await refusal(closed, query, variables);
      expect(hushed?.extensions.code).toBe('INVALID');
      expect(hushed?.message).not.toMatch(/did you mean/i);
      expect((await refusal(open, query, variables))?.message).toMatch(/did you mean/i);
    }
  });

  test('a server without introspection still answers __typename', async () => {
    const { data } = await ask(closed.url, '{ __typename me { __typename } }', { token });
    expect(data).toEqual({ __typename: 'Query', me: { __typename: 'Employee' } });
  });
});

test('the server does not start with EPIC_INTROSPECTION other than on or off', async () => {
  await expect(startServer(database, { EPIC_INTROSPECTION: 'maybe' })).rejects.toThrow(
    'EPIC_INTROSPECTION is "maybe", which is neither on nor off.',
  );
});
