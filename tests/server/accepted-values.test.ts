import { randomUUID } from 'node:crypto';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// A value that one way into the database refuses, all refuse: a mutation of the API, an import, and SQL as the department.

type Door = 'API' | 'import' | 'SQL';
type Row = Record<string, unknown>;
type Department = 'sales' | 'management';

let database: TestDatabase;
let server: RunningServer;
const tokens = {} as Record<Department, string>;
const ids = {} as Record<Department | 'client' | 'contract' | 'support', number>;

beforeAll(async () => {
  database = await cloneDatabase();
  ids.sales = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  ids.support = await addEmployee(database, { email: 'sam@epic.example', department: 'support' });
  ids.management = await addEmployee(database, {
    email: 'mia@epic.example',
    department: 'management',
  });
  ids.client = await addClient(database, ids.sales);
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status) values (${ids.client}, 5000, 'signed') returning id`,
  );
  ids.contract = contract?.id ?? 0;
  server = await startServer(database);
  tokens.sales = (await logIn(server.url, 'alice@epic.example')).accessToken;
  tokens.management = (await logIn(server.url, 'mia@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const records = {
  client: {
    by: 'sales',
    row: (): Row => ({ full_name: 'Zoé', email: `${randomUUID()}@new.example` }),
  },
  contract: { by: 'sales', row: (): Row => ({ client_id: ids.client, total_amount: '12.50' }) },
  event: {
    by: 'management',
    row: (): Row => ({
      contract_id: ids.contract,
      title: 'Ball',
      start_date: '2030-01-02T18:00:00+01:00',
      end_date: '2030-01-03T02:00:00+01:00',
    }),
  },
} as const;

const texts = [
  '',
  ' ',
  'A',
  'é'.repeat(200),
  'é'.repeat(201),
  'A\nB',
  'A\u2028B',
  'A\u0085B',
  '\u0000',
];
const days = [
  '2025-12-31',
  '1900-01-01',
  '2199-12-31',
  '1899-12-31',
  '2200-01-01',
  '2025-02-30',
  'infinity',
  '-infinity',
  'today',
  '31/12/2025',
  '2025-12-31T00:00Z',
  '',
];
const moments = [
  '2030-01-02T19:00:00+01:00',
  '2030-01-02T18:00Z',
  '2030-01-02 18:00+01',
  '1899-12-31T23:59:59Z',
  '2200-01-01T00:00:00Z',
  'infinity',
  '-infinity',
  'now',
  '2030-01-02',
  '2030-01-02T18:00',
  '2030-02-30T18:00Z',
  '2030-01-02T25:00Z',
  '',
];
const amounts = [
  '0',
  '12',
  '12.5',
  '12.50',
  12.5,
  12,
  '-1',
  '12.505',
  '1e3',
  'NaN',
  'Infinity',
  '10000000000',
  '99999999999',
  ' 12',
  '1_000',
  '0x10',
  '',
  '12,50',
];
const counts = [0, 12, -1, 2147483647, 2147483648, 12.5, '1_000', '0x10', 'many', ''];

const values: Record<string, readonly unknown[]> = {
  'client.full_name': texts,
  'client.email': [
    'a@b.example',
    'A@B.example',
    'a@b',
    'a b@c.example',
    `${'a'.repeat(250)}@b.example`,
    'a@b.example\n',
    '',
  ],
  'client.phone': ['+33 6 12 34 56 78', '(01) 23.45-67', '123', 'call', '+33\u00a06', ''],
  'client.company_name': texts,
  'client.first_contact': days,
  'contract.client_id': [-1, 2147483648, 'x', '', 1.5],
  'contract.total_amount': amounts,
  'event.contract_id': [-1, 2147483648, 'x', '', 1.5],
  'event.title': texts,
  'event.start_date': moments,
  'event.end_date': moments,
  'event.location': ['Lyon', 'Lyon\nHall 2', '', ' ', 'x'.repeat(500), 'x'.repeat(501)],
  'event.attendees': counts,
  'event.notes': ['', 'Chairs\nTables', 'x'.repeat(200_000), 'x'.repeat(200_001)],
  'event.support_contact_id': [-1, 2147483648, 'x', '', 1.5],
};

/** Tries to create a record; whether it was taken. */
const doors: Record<Door, (record: keyof typeof records, row: Row) => Promise<boolean>> = {
  async API(record, row) {
    const input = Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    const type = record.charAt(0).toUpperCase() + record.slice(1);
    const { errors } = await ask(
      server.url,
      `mutation Try($input: Create${type}Input!) { create${type}(input: $input) { ${record} { id } } }`,
      { token: tokens[records[record].by], variables: { input: { [record]: input } } },
    );
    return errors.length === 0;
  },

  async import(record, row) {
    const importId = randomUUID();
    const { data, errors } = await ask<{
      runImport: { outcome: { created: number; problems: unknown[] } };
    }>(
      server.url,
      `mutation Try($importId: UUID!, $lines: JSON!, $record: ImportRecord!) {
         stageImport(input: { importId: $importId, lines: $lines }) { staged }
         runImport(input: { importId: $importId, record: $record, allowDuplicates: true }) { outcome { created problems { message } } }
       }`,
      {
        token: tokens[records[record].by],
        variables: { importId, record, lines: [{ line: 1, values: row }] },
      },
    );
    return errors.length === 0 && data?.runImport.outcome.problems.length === 0;
  },

  async SQL(record, row) {
    const columns = Object.keys(row);
    await database.query('begin');
    try {
      await database.query(`select dba.impersonate($1)`, [
        records[record].by === 'sales' ? 'alice@epic.example' : 'mia@epic.example',
      ]);
      await database.query(
        `insert into crm.${record} (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
        Object.values(row),
      );
      return true;
    } catch {
      return false;
    } finally {
      await database.query('rollback');
    }
  },
};

test('the tried values cover every column that is imported', async () => {
  const [{ body } = { body: '' }] = await database.query<{ body: string }>(
    `select prosrc as body from pg_proc where proname = 'run_import'`,
  );
  const imported = [...body.matchAll(/when '(\w+)'\s+then array\[([^\]]*)\]/g)].flatMap(
    ([, record, columns = '']) =>
      [...columns.matchAll(/'(\w+)'/g)].map(([, column]) => `${record}.${column}`),
  );

  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((column) => !column.endsWith('_email') && !(column in values))).toEqual(
    [],
  );
});

test.each(Object.entries(values))(
  '%s: the API, an import and SQL accept and refuse the same values',
  async (column, candidates) => {
    const [record, name = ''] = column.split('.') as [keyof typeof records, string];
    const disagreements = [];
    for (const value of candidates) {
      const taken = {} as Record<Door, boolean>;
      for (const door of ['API', 'import', 'SQL'] as const) {
        // the same event is not planned twice
        if (record === 'event') await database.query('delete from crm.event');
        taken[door] = await doors[door](record, { ...records[record].row(), [name]: value });
      }
      // SQL alone reads more than one form of a value (tomorrow, 1_000): as such it is no value of a column yet.
      if (taken.API !== taken.import || (taken.API && !taken.SQL)) {
        disagreements.push({ value: JSON.stringify(value).slice(0, 60), ...taken });
      }
    }
    expect(disagreements).toEqual([]);
  },
);
