import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

// Who may do something, over HTTP. That the answers are those of explainAccess is in tests/sql/catalogue/who_may_verdicts.sql.

let database: TestDatabase;
let server: RunningServer;
const tokens: Record<string, string> = {};
let alice: number;
let draft: number;

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'bruno@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'sam@epic.example', department: 'support' });
  await addEmployee(database, { email: 'emma@epic.example', department: 'management' });
  const client = await addClient(database, alice);
  const [contract] = await database.query<{ id: number }>(
    'insert into crm.contract (client_id, total_amount) values ($1, 100) returning id',
    [client],
  );
  draft = contract?.id ?? 0;
  server = await startServer(database);
  for (const name of ['alice', 'sam', 'emma']) {
    tokens[name] = (await logIn(server.url, `${name}@epic.example`)).accessToken;
  }
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

interface Answer {
  department: string;
  employeeId: number | null;
  holds: boolean | null;
  rules: string | null;
  rule: string | null;
}

const whoMay = (token: string | undefined, args: string) =>
  ask<{ whoMay: Answer[] }>(
    server.url,
    `{ whoMay(${args}) { department employeeId holds rules rule } }`,
    { token },
  );

const signing = () => `record: contract, verb: sign, rowId: ${draft}`;

test('whoMay answers for every employee, and tries what is permitted', async () => {
  const { data, errors } = await whoMay(tokens.sam, signing());
  expect(errors).toEqual([]);
  expect(data?.whoMay).toEqual([
    { department: 'management', employeeId: null, holds: true, rules: 'kept', rule: null },
    { department: 'sales', employeeId: alice, holds: true, rules: 'kept', rule: null },
    { department: 'sales', employeeId: alice + 1, holds: false, rules: null, rule: null },
    { department: 'support', employeeId: null, holds: false, rules: null, rule: null },
  ]);
});

test('a trial leaves neither a change, nor history, nor a notification, nor a job', async () => {
  const count = () =>
    database.query(
      `select status, (select count(*) from audit.change) as changes, (select count(*) from audit.signal) as signals,
              (select count(*) from crm.notification) as notifications,
              (select count(*) from graphile_worker._private_jobs) as jobs
       from crm.contract where id = $1`,
      [draft],
    );
  const before = await count();
  for (const verb of ['sign', 'cancel']) {
    await whoMay(tokens.emma, `record: contract, verb: ${verb}, rowId: ${draft}`);
  }
  expect(await count()).toEqual(before);
});

test('a trial does not wait for a record that is being changed', async () => {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('begin');
  await client.query('update crm.contract set total_amount = 200 where id = $1', [draft]);
  const began = performance.now();
  const { data } = await whoMay(tokens.sam, signing());
  const milliseconds = performance.now() - began;
  await client.query('rollback');
  await client.end();
  expect(data?.whoMay[0]).toMatchObject({ holds: true, rules: 'untried' });
  expect(milliseconds).toBeLessThan(3_000);
});

test('a read-only session is answered, without a trial', async () => {
  const { data } = await ask<{ login: { accessToken: string } }>(
    server.url,
    'mutation Login($input: LoginInput!) { login(input: $input) { accessToken } }',
    { variables: { input: { email: 'sam@epic.example', password, readOnly: true } } },
  );
  const answered = await whoMay(data?.login.accessToken, signing());
  expect(answered.errors).toEqual([]);
  expect(answered.data?.whoMay.map(({ holds, rules }) => ({ holds, rules }))).toEqual([
    { holds: true, rules: 'untried' },
    { holds: true, rules: 'untried' },
    { holds: false, rules: null },
    { holds: false, rules: null },
  ]);
});

test('who reads a notification of a colleague is told to management alone', async () => {
  await database.query(
    `insert into crm.notification (recipient_id, kind, contract_id) values ($1, 'contract_signed', $2)`,
    [alice, draft],
  );
  const [row] = await database.query<{ id: number }>('select max(id) as id from crm.notification');
  const reading = `record: notification, verb: read, rowId: ${row?.id}`;
  const { errors } = await whoMay(tokens.sam, reading);
  expect(errors).toMatchObject([
    {
      message: `There is no notification ${row?.id}.`,
      extensions: { code: 'NOT_FOUND', kind: 'notification_pkey' },
    },
  ]);
  const { data } = await whoMay(tokens.emma, reading);
  expect(data?.whoMay.filter(({ holds }) => holds)).toMatchObject([{ employeeId: alice }]);
});

test('a request without a session is not told who may', async () => {
  const { errors } = await whoMay(undefined, signing());
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});
