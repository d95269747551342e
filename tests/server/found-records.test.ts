import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// What a search finds comes with its record, as the policies show it.

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const alice = await addEmployee(database, {
    email: 'alice@epic.example',
    department: 'sales',
    fullName: 'Alice Vernier',
  });
  const client = await addClient(database, alice, 'Jeanne Vernier');
  await database.query(`
    insert into crm.contract (client_id, total_amount, status, signed_at) values (${client}, 1200, 'signed', now());
    insert into crm.event (contract_id, title, start_date, end_date, attendees)
      values (1, 'Vernier in June', now() + interval '1 day', now() + interval '2 days', 80);
    insert into crm.note (client_id, author_id, body) values (${client}, ${alice}, 'Vernier prefers Lyon')`);
  server = await startServer(database);
  token = (await logIn(server.url, 'alice@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const found = `query Found($kinds: [SearchResultKind!]) {
  search(text: "Vernier", kinds: $kinds) {
    kind
    record {
      __typename
      ... on Client { fullName commercial { fullName } }
      ... on Contract { amountToBePaid }
      ... on Employee { department }
      ... on Event { attendees contract { clientName } }
      ... on Note { body }
    }
  }
}`;

type Found = { search: { kind: string; record: object | null }[] };

const records: Record<string, object> = {
  client: {
    __typename: 'Client',
    fullName: 'Jeanne Vernier',
    commercial: { fullName: 'Alice Vernier' },
  },
  contract: { __typename: 'Contract', amountToBePaid: '1200.00' },
  employee: { __typename: 'Employee', department: 'sales' },
  event: { __typename: 'Event', attendees: 80, contract: { clientName: 'Jeanne Vernier' } },
  note: { __typename: 'Note', body: 'Vernier prefers Lyon' },
};

test('one request finds records of every kind, and reads them', async () => {
  const { data, errors } = await ask<Found>(server.url, found, { token });
  expect(errors).toEqual([]);
  expect(
    Object.fromEntries((data?.search ?? []).map(({ kind, record }) => [kind, record])),
  ).toEqual(records);
});

test('results of several kinds share an id, which rowId does not hide from caches', async () => {
  const query = '{ search(text: "Vernier") { kind rowId id } }';
  const { data, errors } = await ask<{ search: { kind: string; rowId: number; id: number }[] }>(
    server.url,
    query,
    { token },
  );
  expect(errors).toEqual([]);
  const rows = data?.search ?? [];
  expect(rows.map(({ rowId }) => rowId)).toEqual(rows.map(({ id }) => id));
  expect(new Set(rows.map(({ id }) => id)).size).toBeLessThan(rows.length);
  expect(new Set(rows.map(({ kind, rowId }) => `${kind} ${rowId}`)).size).toBe(rows.length);
});

test.each(Object.keys(records))(
  'a search for the kind %s alone reads that record',
  async (kind) => {
    const { data } = await ask<Found>(server.url, found, { token, variables: { kinds: [kind] } });
    expect(data?.search).toEqual([{ kind, record: records[kind] }]);
  },
);

test('a record that the policies hide is not found', async () => {
  await database.query(`
    create policy hide on crm.event as restrictive for select to epic_employee using (false)`);
  const { data, errors } = await ask<Found>(server.url, found, {
    token,
    variables: { kinds: ['event', 'note'] },
  });
  expect(errors).toEqual([]);
  expect(data?.search).toEqual([{ kind: 'note', record: records.note }]);
});
