import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
let clientId: number;

beforeAll(async () => {
  database = await cloneDatabase();
  const alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  clientId = await addClient(database, alice);
  server = await startServer(database, { EPIC_POOL_SIZE: '1' });
  token = (await logIn(server.url, 'alice@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const post = (query: string, headers: Record<string, string>) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

/** What a request of Alice took, in ms, by step. */
async function timed(query: string): Promise<Record<string, number>> {
  const { headers } = await post(query, {
    authorization: `Bearer ${token}`,
    'epic-server-timing': '1',
  });
  const entries = (headers.get('server-timing') ?? '').split(', ');
  return Object.fromEntries(
    entries.map((entry) => {
      const [, step = '', duration] = /^(\w+);dur=(\d+\.\d\d)$/.exec(entry) ?? [];
      return [step, Number(duration)];
    }),
  );
}

const touch = () =>
  `mutation { updateClient(input: { id: ${clientId}, patch: { phone: "+33 6 11 22 33 44" } }) { client { id } } }`;

test('a request that asks for it is told how long its steps took', async () => {
  const steps = await timed('{ me { id } clients(first: 5) { nodes { id } } }');
  expect(Object.keys(steps)).toEqual(['token', 'wait', 'database', 'execution', 'total']);
  expect(steps.database).toBeGreaterThan(0);
  expect(steps.execution).toBeGreaterThan(0);
  expect(steps.total).toBeGreaterThanOrEqual(steps.execution ?? Number.NaN);
});

test('so is one that fails, and one whose statements are the server’s own', async () => {
  const refused = await timed('mutation { deleteEmployee(input: { id: 1 }) { employee { id } } }');
  expect(refused.database).toBeGreaterThan(0);
  const invalid = await timed('{ nothing }');
  expect(invalid).toMatchObject({ wait: 0, database: 0, execution: 0 });
  const own = await timed('mutation { createReadOnlyToken { accessToken } }');
  expect(own.database).toBeGreaterThan(0);
});

test('what a statement waits for is time of the database, and of a request behind it, of the wait', async () => {
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from crm.client where id = $1 for update', [clientId]);
  const first = timed(touch());
  await until(
    async () =>
      (
        await database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).length > 0,
  );
  let hasWaited = false;
  const second = timed('{ me { id } }').finally(() => {
    hasWaited = true;
  });
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  const isWaiting = /^epic_pool_waiting_requests\{pool="api"\} 1$/m;
  await until(async () => hasWaited || isWaiting.test(await metrics()));
  const start = performance.now();
  await database.query('select 1');
  const atLeast = performance.now() - start;
  await holder.query('rollback');
  await holder.end();
  const [behindLock, behindPool] = [await first, await second];
  expect(behindLock.database).toBeGreaterThan(atLeast);
  expect(behindPool.wait).toBeGreaterThan(atLeast);
  expect(behindPool.execution).toBeGreaterThanOrEqual(behindPool.wait ?? Number.NaN);
});

test.each<[string, Record<string, string>]>([
  ['does not ask', {}],
  ['asks in another way', { 'epic-server-timing': 'true' }],
])('a request that %s is told nothing', async (_, headers) => {
  const response = await post('{ me { id } }', { authorization: `Bearer ${token}`, ...headers });
  expect(response.headers.get('server-timing')).toBeNull();
});

test('a caller without a valid token is told nothing: guessing passwords by time stays blurred', async () => {
  const login = `mutation { login(input: { email: "alice@epic.example", password: "${password}" }) { accessToken } }`;
  for (const [query, headers] of [
    [login, {}],
    ['{ me { id } }', { authorization: `Bearer ${token}x` }],
  ] as const) {
    const response = await post(query, { ...headers, 'epic-server-timing': '1' });
    expect(response.headers.get('server-timing')).toBeNull();
  }
});
