import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { newProgram } from '../support/programs.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// What a program that keeps a copy is given. Policies and positions are in tests/sql/changes.sql.

type Copied = { id: number; version: number };
type Change = {
  record: string;
  rowId: number;
  isDeleted: boolean;
  client: Copied | null;
  contract: Copied | null;
};
type Page = { entries: Change[]; position: string; hasMore: boolean };

let database: TestDatabase;
let server: RunningServer;
let sales: number;
let client: number;
let manager: string;
const connections: Client[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  sales = await addEmployee(database, { email: 'sales@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'manager@epic.example', department: 'management' });
  client = await addClient(database, sales);
  server = await startServer(database);
  manager = (await logIn(server.url, 'manager@epic.example')).accessToken;
});

afterAll(async () => {
  for (const connection of connections) await connection.end();
  await server.stop();
  await database.drop();
});

async function connection(): Promise<Client> {
  const one = new Client({ connectionString: database.adminUrl });
  one.on('error', () => undefined);
  await one.connect();
  connections.push(one);
  return one;
}

async function changes(after: string | null, first = 1000, token = manager): Promise<Page> {
  const { data, errors } = await ask<{ changes: Page }>(
    server.url,
    `query ($after: String, $first: Int) {
       changes(after: $after, first: $first) {
         entries { record rowId isDeleted client { id version } contract { id version } }
         position hasMore
       }
     }`,
    { token, variables: { after, first } },
  );
  expect(errors).toEqual([]);
  if (!data) throw new Error('There is no data.');
  return data.changes;
}

const named = ({ entries }: Page) =>
  entries.map(({ record, rowId, isDeleted }) => `${record} ${rowId}${isDeleted ? ' gone' : ''}`);

async function newContract(): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount) values (${client}, 1000) returning id`,
  );
  return row?.id ?? 0;
}

test("one's own changes are given at once, with the records as they are", async () => {
  const { position, ...none } = await changes(null);
  expect(none).toEqual({ entries: [], hasMore: false });
  const id = await newContract();
  await ask(
    server.url,
    `mutation {
      updateContract(input: { id: ${id}, patch: { totalAmount: "2000" } }) { contract { id } }
      signContract(input: { contractId: ${id} }) { contract { id } }
      recordPayment(input: { contractId: ${id}, amount: "10" }) { payment { id } }
    }`,
    { token: manager },
  );
  const page = await changes(position);
  expect(page.entries).toEqual([
    {
      ...{ record: 'contract', rowId: id, isDeleted: false, client: null },
      contract: { id, version: 4 },
    },
    expect.objectContaining({ record: 'payment', isDeleted: false, client: null, contract: null }),
  ]);
  expect(await changes(page.position)).toMatchObject({ entries: [], hasMore: false });
});

test('a deletion is given, and what was deleted is not there', async () => {
  const id = await newContract();
  const { position } = await changes(null);
  const { errors } = await ask(
    server.url,
    `mutation { deleteContract(input: { id: ${id} }) { contract { id } } }`,
    { token: manager },
  );
  expect(errors).toEqual([]);
  expect((await changes(position)).entries).toEqual([
    { record: 'contract', rowId: id, isDeleted: true, client: null, contract: null },
  ]);
});

test('what a transaction wrote first and committed last is given', async () => {
  const [one, other] = [await connection(), await connection()];
  const [first, second] = [await newContract(), await newContract()];
  const { position } = await changes(null);
  const change = (id: number) =>
    `update crm.contract set total_amount = total_amount + 1 where id = ${id}`;

  await one.query(`begin; ${change(first)}`);
  await other.query(change(second));
  const before = await changes(position);
  expect(named(before)).toEqual([`contract ${second}`]);
  expect(await changes(before.position)).toMatchObject({ entries: [], hasMore: false });

  await one.query('commit');
  expect(named(await changes(before.position))).toEqual([`contract ${first}`]);
  expect(named(await changes(position)).sort()).toEqual(
    [`contract ${first}`, `contract ${second}`].sort(),
  );
});

test('what is committed while pages are read is given after them', async () => {
  const one = await connection();
  const early = await newContract();
  const { position } = await changes(null);
  await one.query(`begin; update crm.contract set total_amount = 7 where id = ${early}`);
  const ids = [await newContract(), await newContract(), await newContract()];
  const first = await changes(position, 2);
  expect(first.hasMore).toBe(true);
  expect(named(first)).toEqual([`contract ${ids[0]}`, `contract ${ids[1]}`]);
  await one.query('commit');
  const second = await changes(first.position, 2);
  expect(named(second)).toEqual([`contract ${ids[2]}`]);
  expect(named(await changes(second.position))).toEqual([`contract ${early}`]);
});

test('a copy is the same as the records, however many write at once', async () => {
  let { position } = await changes(null);
  const copy = new Map<string, Copied>();
  const { data } = await ask<Record<string, { nodes: Copied[] }>>(
    server.url,
    `{ client: clients(first: 1000) { nodes { id version } }
       contract: contracts(first: 1000) { nodes { id version } } }`,
    { token: manager },
  );
  for (const [record, { nodes }] of Object.entries(data ?? {})) {
    for (const node of nodes) copy.set(`${record} ${node.id}`, node);
  }

  let isOver = false;
  async function write(seed: number): Promise<void> {
    const own = await connection();
    let state = seed;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    for (const end = Date.now() + 3_000; Date.now() < end; ) {
      await own.query('begin');
      for (let nth = next(3); nth >= 0; nth--) {
        const statements = [
          `insert into crm.contract (client_id, total_amount) values (${client}, 500)`,
          `delete from crm.contract where id = (
             select id from crm.contract where status = 'draft' offset ${next(9)} limit 1 for update skip locked)`,
          `update crm.contract set total_amount = total_amount + 1 where id = (
             select id from crm.contract offset ${next(9)} limit 1 for update skip locked)`,
          `insert into crm.client (full_name, email, commercial_contact_id)
           values ('Jeanne ${seed}', 'jeanne@client.example', ${sales})`,
          `update crm.client set phone = '+33 1 ${10 + next(80)} 00 00 00' where id = (
             select id from crm.client offset ${next(9)} limit 1 for update skip locked)`,
        ];
        await own.query(statements[next(statements.length)] ?? '');
        await sleep(next(30));
      }
      await own.query(next(5) === 0 ? 'rollback' : 'commit');
    }
  }
  const writers = Promise.all([1, 2, 3, 4].map(write)).finally(() => {
    isOver = true;
  });
  let given = 0;
  for (let isLast = false; ; ) {
    const page = await changes(position, 3);
    position = page.position;
    for (const { record, rowId, isDeleted, ...records } of page.entries) {
      given += 1;
      const found = records[record as 'client' | 'contract'];
      if (isDeleted || !found) copy.delete(`${record} ${rowId}`);
      else copy.set(`${record} ${rowId}`, found);
    }
    if (page.hasMore) continue;
    if (isLast) break;
    isLast = isOver;
  }
  await writers;

  const rows = await database.query<{ key: string; id: number; version: number }>(
    `select 'client ' || id as key, id, version from crm.client
     union all select 'contract ' || id, id, version from crm.contract`,
  );
  expect(Object.fromEntries(copy)).toEqual(
    Object.fromEntries(rows.map(({ key, ...row }) => [key, row])),
  );
  expect(given).toBeGreaterThan(100);
});

test('a program of a service account that only reads is given what its owner is', async () => {
  const program = await newProgram(database, 'copier', 'sales@epic.example', { readOnly: true });
  const { data } = await ask<{ authenticateService: { accessToken: string } }>(
    server.url,
    'mutation ($a: String!) { authenticateService(input: { assertion: $a }) { accessToken } }',
    { variables: { a: program.assertion() } },
  );
  const token = data?.authenticateService.accessToken ?? '';
  const { position } = await changes(null, 10, token);
  const id = await newContract();
  await database.query("update crm.employee set phone = '3939' where email = 'sales@epic.example'");
  expect(named(await changes(position, 10, token))).toEqual([`contract ${id}`]);
  expect(named(await changes(position, 10))).toEqual([`contract ${id}`, `employee ${sales}`]);
});

test.each([
  ['changes(after: "105")', { code: 'INVALID', kind: 'position_is_known', field: 'after' }],
  ['changes(first: 1001)', { code: 'INVALID', kind: 'page_size', field: 'first' }],
])('%s is refused', async (field, error) => {
  const { errors } = await ask(server.url, `{ ${field} { position } }`, { token: manager });
  expect(errors.map(({ extensions }) => extensions)).toEqual([expect.objectContaining(error)]);
});

test('a request without a session is refused', async () => {
  const { errors } = await ask(server.url, '{ changes { position } }');
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
});

test('a position of a database that was set back, or whose history was pruned, is refused', async () => {
  const id = await newContract();
  const { position } = await changes(null);
  await database.query(
    `alter table audit.change disable trigger change_20_check_delete;
     delete from audit.change where record = 'contract' and row_id = ${id};
     alter table audit.change enable always trigger change_20_check_delete`,
  );
  const { errors } = await ask(
    server.url,
    'query ($after: String) { changes(after: $after) { position } }',
    {
      token: manager,
      variables: { after: position },
    },
  );
  expect(errors).toEqual([
    expect.objectContaining({
      message: 'What has changed since this position is no longer known.',
      extensions: {
        code: 'INVALID',
        kind: 'position_expired',
        field: 'after',
        hint: 'Start again: ask for changes without a position, read all records, then go on from the position that you were given.',
      },
    }),
  ]);
});

test.each(['sales', 'manager'])(
  'a page costs %s no more in a long history: it is read from an index',
  async (who) => {
    await database.query(
      `insert into audit.change (changed_at, employee_id, session_id, service_account, transaction_id, record, row_id, action)
       select now() - interval '2 years', null, null, null, (3 + n % 500)::text::xid8,
         case when n % 400 = 0 then 'employee' else (array['client', 'contract'])[1 + n % 2] end, n, 'update'
       from generate_series(1, 40000) n;
       analyze audit.change`,
    );
    const own = await connection();
    const plans: string[] = [];
    own.on('notice', ({ message = '' }) => plans.push(message));
    await own.query(
      `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_level = 'notice';
       set auto_explain.log_nested_statements = on; set auto_explain.log_analyze = on;
       begin; select dba.impersonate('${who}@epic.example')`,
    );
    const present = await own.query('select position from crm.changes()');
    const { position } = present.rows[0];
    await newContract();
    const beginning = JSON.parse(Buffer.from(position, 'base64').toString());
    const first = { ...beginning, seen: '3:3:', since: '-infinity' };
    // what was written while a transaction of any database of the server has been running is looked at again
    const [{ again = 0 } = {}] = await database.query<{ again: number }>(
      'select count(*)::integer as again from audit.change where transaction_id >= pg_snapshot_xmin($1::pg_snapshot)',
      [beginning.seen],
    );
    for (const after of [position, Buffer.from(JSON.stringify(first)).toString('base64')]) {
      plans.length = 0;
      await own.query('select * from crm.changes($1, 50)', [after]);
      const plan = plans.join('\n');
      expect(plan).toContain('change_transaction_id_idx');
      expect(plan).not.toContain('Seq Scan on change');
      const read = [...plan.matchAll(/change_transaction_id_idx on change.*rows=([\d.]+) loops/g)];
      expect(read.length).toBeGreaterThan(0);
      for (const [, rows] of read) expect(Number(rows)).toBeLessThan(200 + again);
    }
  },
);
