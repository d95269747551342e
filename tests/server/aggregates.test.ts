import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// Counts and sums of lists, by group.

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await cloneDatabase();
  const ids: number[] = [];
  for (const name of ['alice', 'bruno', 'sam']) {
    const department = name === 'sam' ? 'support' : 'sales';
    ids.push(await addEmployee(database, { email: `${name}@epic.example`, department }));
  }
  await database.query(
    `insert into crm.client (full_name, email, commercial_contact_id)
     values ('Ada', 'ada@client.example', $1), ('Bea', 'bea@client.example', $2)`,
    ids.slice(0, 2),
  );
  await database.query(
    `insert into crm.contract (client_id, total_amount, creation_date, status, signed_at)
     select 1 + n % 2, 100 * n + 0.1, '2026-03-30T12:00:00Z'::timestamptz + n * interval '1 day',
       case when n > 2 then 'signed' else 'draft' end, case when n > 2 then now() end
     from generate_series(1, 4) n`,
  );
  await database.query(
    `insert into crm.payment (contract_id, amount, paid_on, recorded_by)
     values (3, 50, '2026-05-01', $1), (3, 25.25, '2026-05-31', $1), (4, 20, '2026-07-01', $2)`,
    ids.slice(0, 2),
  );
  // days and months are those of UTC, whatever zone the database has
  await database.query(`alter database ${database.name} set timezone = 'Pacific/Auckland'`);
  server = await startServer(database);
  for (const name of ['alice', 'bruno', 'sam']) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function read<Data = Record<string, unknown>>(query: string, who = 'alice') {
  const { data, errors } = await ask<Data>(server.url, query, {
    token: tokens[who],
  });
  expect(errors).toEqual([]);
  return data;
}

test('the contracts of a list are counted and added up, on all pages', async () => {
  const contracts = async (args: string) =>
    (
      await read(
        `{ contracts${args} { nodes { id } aggregates { keys count sum { totalAmount amountToBePaid } } } }`,
      )
    )?.contracts;
  expect(await contracts('(first: 1)')).toMatchObject({
    nodes: [{ id: expect.any(Number) }],
    aggregates: {
      ...{ keys: null, count: 4 },
      sum: { totalAmount: '1000.40', amountToBePaid: '905.15' },
    },
  });
  expect(await contracts('(first: 0, condition: { unsigned: true })')).toMatchObject({
    aggregates: { count: 2, sum: { totalAmount: '300.20' } },
  });
  const filter = '{ payments: { some: { amount: { lessThan: "30" } } } }';
  expect(await contracts(`(first: 0, filter: ${filter})`)).toMatchObject({
    aggregates: { count: 2, sum: { totalAmount: '700.20', amountToBePaid: '604.95' } },
  });
  expect(await contracts('(condition: { ids: [] })')).toEqual({
    ...{ nodes: [] },
    aggregates: {
      ...{ keys: null, count: 0 },
      sum: { totalAmount: '0.00', amountToBePaid: '0.00' },
    },
  });
});

test.each([
  [
    'contracts',
    'STATUS',
    [
      [['draft'], 2],
      [['signed'], 2],
    ],
  ],
  [
    'contracts',
    'COMMERCIAL_ID',
    [
      [['1'], 2],
      [['2'], 2],
    ],
  ],
  [
    'contracts',
    'CREATED_AT_TRUNCATED_TO_MONTH',
    [
      [['2026-03-01'], 1],
      [['2026-04-01'], 3],
    ],
  ],
  [
    'contracts',
    'CREATED_AT_TRUNCATED_TO_DAY, STATUS',
    [
      [['2026-03-31', 'draft'], 1],
      [['2026-04-01', 'draft'], 1],
      [['2026-04-02', 'signed'], 1],
      [['2026-04-03', 'signed'], 1],
    ],
  ],
  [
    'payments',
    'PAID_ON_TRUNCATED_TO_MONTH',
    [
      [['2026-05-01'], 2],
      [['2026-07-01'], 1],
    ],
  ],
  [
    'payments',
    'RECORDED_BY_ID',
    [
      [['1'], 2],
      [['2'], 1],
    ],
  ],
  [
    'employees',
    'DEPARTMENT',
    [
      [['sales'], 2],
      [['support'], 1],
    ],
  ],
  ['employees', 'ACTIVE', [[['true'], 3]]],
])('%s are grouped by %s', async (list, by, groups) => {
  const data = await read<{ list: { groupedAggregates: { keys: string[]; count: number }[] } }>(
    `{ list: ${list}(first: 0) { groupedAggregates(groupBy: [${by}]) { keys count } } }`,
  );
  const found = data?.list.groupedAggregates.map(({ keys, count }) => [keys, count]) ?? [];
  expect(found.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual(groups);
});

test('groups are of the filtered list, with their sums', async () => {
  const data = await read(
    `{ contracts(filter: { totalAmount: { greaterThan: "150" } }, condition: { mine: true }) {
         groupedAggregates(groupBy: [STATUS]) { keys count sum { totalAmount } } } }`,
  );
  expect(data).toEqual({
    contracts: {
      groupedAggregates: expect.arrayContaining([
        { keys: ['draft'], count: 1, sum: { totalAmount: '200.10' } },
        { keys: ['signed'], count: 1, sum: { totalAmount: '400.10' } },
      ]),
    },
  });
});

test('the lists of one record are added up as well', async () => {
  const data = await read(
    '{ contract(id: 3) { payments { aggregates { count sum { amount } } } } }',
  );
  expect(data).toEqual({
    contract: { payments: { aggregates: { count: 2, sum: { amount: '75.25' } } } },
  });
});

test.each(['aggregates { count }', 'groupedAggregates(groupBy: [RECORDED_BY_ID]) { count }'])(
  'the list of each row of a list is not added up: %s',
  async (field) => {
    const query = `{ contracts { nodes { payments { ${field} } } } }`;
    const { errors } = await ask(server.url, query, { token: tokens.alice });
    expect(errors[0]).toMatchObject({
      message: 'The list of each row of a list is not added up.',
      extensions: {
        ...{ code: 'INVALID', kind: 'aggregate_nested' },
        hint: 'Group the list of all of them, or ask for one record.',
      },
    });
  },
);

test('nothing is grouped by a column of which there are as many values as rows', async () => {
  const query = '{ contracts { groupedAggregates(groupBy: [CLIENT_ID]) { count } } }';
  const { errors } = await ask(server.url, query, { token: tokens.alice });
  expect(errors[0]?.message).toContain(
    'Value "CLIENT_ID" does not exist in "ContractGroupBy" enum',
  );
});

test('groups of over 3 things are refused', async () => {
  const by = Array.from({ length: 4 }, () => 'STATUS').join(' ');
  const query = `{ contracts { groupedAggregates(groupBy: [${by}]) { count } } }`;
  const { errors } = await ask(server.url, query, { token: tokens.alice });
  expect(errors[0]).toMatchObject({
    message: 'Rows are grouped by at most 3 things.',
    extensions: { code: 'INVALID', kind: 'too_complex', hint: 'Ask for less at a time.' },
  });
});

test('what the caller may not read is not counted', async () => {
  await database.query(
    `insert into crm.notification (recipient_id, contract_id, kind)
     select id, 3, 'contract_signed' from crm.employee, generate_series(1, 5)`,
  );
  const query =
    '{ me { id } notifications { aggregates { count } groupedAggregates(groupBy: [RECIPIENT_ID]) { keys count } } }';
  for (const who of ['alice', 'sam']) {
    const data = await read<{
      me: { id: number };
      notifications: { aggregates: { count: number }; groupedAggregates: { keys: string[] }[] };
    }>(query, who);
    const [own] = await database.query<{ count: number }>(
      'select count(*)::int from crm.notification where recipient_id = $1',
      [data?.me.id],
    );
    expect(data?.notifications.aggregates.count).toBe(own?.count);
    expect(data?.notifications.groupedAggregates.map(({ keys }) => keys)).toEqual([
      [String(data?.me.id)],
    ]);
  }
});

test('a list of over 100,000 rows is not added up', async () => {
  await database.query(
    `alter table crm.payment disable trigger user;
     insert into crm.payment (contract_id, amount, paid_on, recorded_by)
     select 3, 1, '2026-05-02', 1 from generate_series(1, 100000);
     alter table crm.payment enable trigger user`,
  );
  const over = {
    message: 'A list of at most 100,000 rows is added up.',
    extensions: { code: 'INVALID', kind: 'too_complex', hint: 'Filter the list.' },
  };
  for (const field of [
    'aggregates { count }',
    'groupedAggregates(groupBy: [PAID_ON_TRUNCATED_TO_MONTH]) { count sum { amount } }',
  ]) {
    const refused = await ask(server.url, `{ payments { ${field} } }`, { token: tokens.alice });
    expect(refused.errors).toMatchObject([over]);
    const filter = '{ amount: { lessThan: "20" } }';
    const filtered = await ask(server.url, `{ payments(filter: ${filter}) { ${field} } }`, {
      token: tokens.alice,
    });
    expect(filtered.errors).toEqual([]);
  }
});
