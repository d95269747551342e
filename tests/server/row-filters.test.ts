import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// The argument `filter` of lists: ranges, lists of values, or, not, and conditions on related records.

let database: TestDatabase;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const sales = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  const other = await addEmployee(database, { email: 'b@epic.example', department: 'sales' });
  await database.query(
    `insert into crm.client (full_name, email, company_name, commercial_contact_id, first_contact)
     values ('Ada', 'ada@client.example', 'Abel', $1, '2026-01-01'),
       ('Bea', 'bea@client.example', null, $2, '2026-02-01')`,
    [sales, other],
  );
  // 1 draft of 100 and 2 signed of 200 for Ada, 3 signed of 300 and 4 cancelled of 400 for Bea
  await database.query(
    `insert into crm.contract (client_id, total_amount, creation_date, status, signed_at)
     select 1 + (n - 1) / 2, 100 * n, '2026-03-01'::timestamptz + n * interval '1 day',
       case n when 1 then 'draft' when 4 then 'cancelled' else 'signed' end,
       case when n in (2, 3) then '2026-04-01'::timestamptz + n * interval '1 day' end
     from generate_series(1, 4) n`,
  );
  await database.query(
    `insert into crm.event (contract_id, title, start_date, end_date)
     select 2 + (n + 1) % 2, 'Event ' || n, '2027-01-01'::timestamptz + n * interval '1 day', '2027-01-05'
     from generate_series(1, 3) n`,
  );
  await database.query(
    `insert into crm.payment (contract_id, amount, paid_on, recorded_by)
     values (2, 50, '2026-05-01', $1), (2, 150, '2026-06-01', $1), (3, 20.5, '2026-07-01', $2)`,
    [sales, other],
  );
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function found(list: string, filter: string, more = '') {
  const { data, errors } = await ask<{
    list: { nodes: { id: number }[]; totalCount: number; bounded: number };
  }>(
    server.url,
    `{ list: ${list}(filter: ${filter}${more}, orderBy: ID_ASC) { nodes { id } totalCount bounded: totalCount(upTo: 9) } }`,
    { token },
  );
  expect(errors).toEqual([]);
  const ids = data?.list.nodes.map(({ id }) => Number(id));
  expect([data?.list.totalCount, data?.list.bounded]).toEqual([ids?.length, ids?.length]);
  return ids;
}

test.each([
  ['contracts', '{ totalAmount: { greaterThan: "200" } }', [3, 4]],
  ['contracts', '{ totalAmount: { greaterThanOrEqualTo: "200", lessThan: "400.00" } }', [2, 3]],
  ['contracts', '{ amountToBePaid: { equalTo: "0" } }', [2]],
  ['contracts', '{ createdAt: { lessThanOrEqualTo: "2026-03-03T00:00:00Z" } }', [1, 2]],
  ['contracts', '{ signedAt: { isNull: true } }', [1, 4]],
  ['contracts', '{ signedAt: { isNull: false } }', [2, 3]],
  ['contracts', '{ status: { in: [draft, cancelled] } }', [1, 4]],
  ['contracts', '{ status: { equalTo: signed } }', [2, 3]],
  ['contracts', '{ id: { in: [4, 2, 99] } }', [2, 4]],
  ['contracts', '{ id: { in: [] } }', []],
  [
    'contracts',
    '{ or: [{ status: { equalTo: draft } }, { clientId: { equalTo: 2 } }] }',
    [1, 3, 4],
  ],
  ['contracts', '{ not: { status: { equalTo: signed } } }', [1, 4]],
  ['contracts', '{ not: { or: [{ id: { lessThan: 2 } }, { id: { greaterThan: 3 } }] } }', [2, 3]],
  ['contracts', '{ client: { companyName: { equalTo: "Abel" } } }', [1, 2]],
  ['contracts', '{ client: { firstContact: { greaterThan: "2026-01-15" } } }', [3, 4]],
  ['contracts', '{ payments: { some: { amount: { greaterThan: "100" } } } }', [2]],
  ['clients', '{ companyName: { isNull: true } }', [2]],
  ['clients', '{ fullName: { greaterThanOrEqualTo: "B" } }', [2]],
  ['clients', '{ contracts: { some: { status: { equalTo: draft } } } }', [1]],
  [
    'clients',
    '{ contracts: { some: { events: { some: { startDate: { lessThan: "2027-01-02T12:00:00Z" } } } } } }',
    [1],
  ],
  ['events', '{ startDate: { greaterThan: "2027-01-02T12:00:00Z" } }', [2, 3]],
  ['events', '{ contract: { client: { fullName: { equalTo: "Bea" } } } }', [2]],
  ['payments', '{ paidOn: { greaterThanOrEqualTo: "2026-06-01" } }', [2, 3]],
  ['payments', '{ amount: { in: ["50", "20.50"] } }', [1, 3]],
  ['employees', '{ department: { in: [sales] }, clients: { some: { id: { equalTo: 2 } } } }', [2]],
  ['historyEntries', '{ record: { equalTo: contract }, rowId: { lessThan: 2 } }', [5]],
])('%s where %s', async (list, filter, ids) => {
  expect(await found(list, filter)).toEqual(ids);
});

test.each([
  ['{ status: null }', [1, 2, 3, 4]],
  ['{ status: {}, id: { in: null } }', [1, 2, 3, 4]],
  ['{ client: {}, or: null, and: [{}] }', [1, 2, 3, 4]],
  ['null', [1, 2, 3, 4]],
])('a filter that says nothing (%s) lists all', async (filter, ids) => {
  expect(await found('contracts', filter)).toEqual(ids);
});

test('what condition and filter say are both true', async () => {
  const more = ', condition: { mine: true }';
  expect(await found('contracts', '{ status: { equalTo: signed } }', more)).toEqual([2]);
  const events = ', condition: { mine: true, search: "event" }';
  expect(await found('events', '{ id: { greaterThan: 1 } }', events)).toEqual([3]);
});

test.each([
  ['or: []', 'or', 'filter_empty', 'The filter or is empty.'],
  ['or: [{}]', 'or', 'filter_empty', 'The filter or is empty.'],
  [
    'or: [{ id: { equalTo: 1 } }, { status: null }]',
    'or',
    'filter_empty',
    'The filter or is empty.',
  ],
  ['not: {}', 'not', 'filter_empty', 'The filter not is empty.'],
  [
    'not: { client: { id: { equalTo: 1 } } }',
    'client',
    'filter_unserved',
    'A filter cannot go through client within not: no index would serve it.',
  ],
  [
    'or: [{ and: [{ payments: { some: { id: { equalTo: 1 } } } }] }]',
    'payments',
    'filter_unserved',
    'A filter cannot go through payments within or: no index would serve it.',
  ],
])('a filter of %s is refused', async (filter, field, kind, message) => {
  const query = `{ contracts(filter: { ${filter} }) { nodes { id } } }`;
  const { errors } = await ask(server.url, query, { token });
  expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID', kind, field } }]);
});

test('a filter of a column without an index is not in the schema', async () => {
  const query = '{ events(filter: { location: { equalTo: "Paris" } }) { nodes { id } } }';
  const { errors } = await ask(server.url, query, { token });
  expect(errors[0]?.message).toContain('Field "location" is not defined by type "EventFilter"');
});

test('pages of a filtered list follow each other', async () => {
  const page = async (after: string | null) => {
    const query =
      'query ($after: Cursor) { contracts(first: 2, after: $after, orderBy: TOTAL_AMOUNT_DESC, filter: { id: { greaterThan: 1 } }) { nodes { id } pageInfo { endCursor } } }';
    const { data } = await ask<{
      contracts: { nodes: { id: number }[]; pageInfo: { endCursor: string } };
    }>(server.url, query, { token, variables: { after } });
    return data?.contracts;
  };
  const first = await page(null);
  expect(first?.nodes.map(({ id }) => id)).toEqual([4, 3]);
  const second = await page(first?.pageInfo.endCursor ?? null);
  expect(second?.nodes.map(({ id }) => id)).toEqual([2]);
});
