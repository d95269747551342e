import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};
let alice: number;
let client: number;

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'sam@epic.example', department: 'support' });
  client = await addClient(database, alice);
  server = await startServer(database);
  for (const name of ['alice', 'sam']) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const as = <Data>(name: string, query: string, variables: Record<string, unknown> = {}) =>
  ask<Data>(server.url, query, { token: tokens[name], variables });

interface Step {
  kind: string;
  name: string;
  isMine: boolean;
  holds: boolean | null;
  sentence: string;
}

const explain = (args: string) =>
  `{ explainAccess(${args}) { step kind name role mode clause isMine holds sentence } }`;

describe('explainAccess', () => {
  test('explainAccess returns a flat list of steps, the verdict last', async () => {
    const { data, errors } = await as<{ explainAccess: Step[] }>(
      'alice',
      explain(`record: client, verb: update, rowId: ${client}, columns: ["phone"]`),
    );
    expect(errors).toEqual([]);
    expect(data?.explainAccess.map(({ kind, holds }) => ({ kind, holds }))).toEqual([
      { kind: 'grant', holds: true },
      { kind: 'policy', holds: true },
      { kind: 'policy', holds: true },
      { kind: 'verdict', holds: true },
    ]);
    expect(data?.explainAccess.at(-1)).toMatchObject({
      name: 'sales_update_own',
      sentence: 'Sales change only the clients they look after.',
    });
  });

  test('explainAccess judges the new values', async () => {
    const question = (value: number) =>
      as<{ explainAccess: Step[] }>(
        'alice',
        `query Ask($values: JSON) {
           explainAccess(record: client, verb: update, rowId: ${client}, newValues: $values) { holds }
         }`,
        { values: { commercial_contact_id: value } },
      );
    expect((await question(alice)).data?.explainAccess.at(-1)).toEqual({ holds: false });
  });

  test.each([
    [
      'record: payment, verb: sign',
      'There is nothing to explain about sign payment.',
      {
        kind: 'explained_record_and_verb_are_known',
        field: 'record',
        facts: { records: expect.arrayContaining(['client', 'contract', 'event']) },
      },
    ],
    [
      'record: client, verb: update, columns: ["shoe_size"]',
      'There is no shoe_size in client.',
      {
        kind: 'explained_columns_are_known',
        field: 'columns',
        facts: { columns: ['shoe_size'] },
      },
    ],
    [
      'record: my_session, verb: read, rowId: 1',
      'The id of a my_session is not a number. Ask without one.',
      { kind: 'explained_row_has_a_number', field: 'rowId' },
    ],
  ])('explainAccess refuses (%s) with the reason', async (args, message, why) => {
    const { errors } = await as('alice', explain(args));
    expect(errors).toEqual([
      expect.objectContaining({ message, extensions: { code: 'INVALID', ...why } }),
    ]);
  });
});

test('explainRefusal says whom to ask, and whether the record is visible', async () => {
  const question = (id: number) =>
    as(
      'sam',
      `{ explainRefusal(record: client, verb: update, rowId: ${id}) {
           isVisible message policy reason contactId contactName contactDepartment contact { fullName email }
         } }`,
    );
  const [employee] = await database.query<{ full_name: string; email: string }>(
    `select full_name, email from crm.employee where id = ${alice}`,
  );
  expect((await question(client)).data).toEqual({
    explainRefusal: {
      isVisible: true,
      message: `You may not update client ${client}.`,
      policy: 'management_hand_over_any, sales_update_own',
      reason:
        'Management hands clients over to another sales contact, and changes nothing else about them. Sales change only the clients they look after.',
      contactId: alice,
      contactName: employee?.full_name,
      contactDepartment: 'sales',
      contact: { fullName: employee?.full_name, email: employee?.email },
    },
  });
  expect((await question(99999)).data).toEqual({
    explainRefusal: {
      isVisible: false,
      message: 'There is no client 99999.',
      policy: null,
      reason: 'There is no client 99999.',
      contactId: null,
      contactName: null,
      contactDepartment: null,
      contact: null,
    },
  });
});

test('the history of a record is returned latest first, with the actors', async () => {
  await as(
    'alice',
    `mutation { updateClient(input: { id: ${client}, patch: { phone: "+33 1 23" } }) { client { id } } }`,
  );
  const { data, errors } = await as<{ historyEntries: unknown }>(
    'sam',
    `{ historyEntries(first: 1, orderBy: [ID_DESC], condition: { record: client, rowId: ${client} }) {
         nodes { action transactionId databaseUser employee { id } newValues }
         totalCount
         pageInfo { hasNextPage }
       } }`,
  );
  expect(errors).toEqual([]);
  expect(data?.historyEntries).toEqual({
    nodes: [
      {
        action: 'update',
        transactionId: expect.stringMatching(/^\d+$/),
        databaseUser: null,
        employee: { id: alice },
        newValues: expect.objectContaining({ phone: '+33 1 23' }),
      },
    ],
    totalCount: 2,
    pageInfo: { hasNextPage: true },
  });
});

test('employees and clients are found by a list of ids', async () => {
  const { data } = await as(
    'sam',
    `{ clients(condition: { ids: [${client}, 99999] }) { nodes { id } } }`,
  );
  expect(data).toEqual({ clients: { nodes: [{ id: client }] } });
  const none = await as('sam', '{ employees(condition: { ids: [] }) { nodes { id } } }');
  expect(none.data).toEqual({ employees: { nodes: [] } });
});
