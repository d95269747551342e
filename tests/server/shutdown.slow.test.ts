import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let clientId: number;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  clientId = await addClient(database, id);
});

afterAll(() => database.drop());

/** Updates that all wait for one row, until the lock on it is released. */
async function withWaitingRequests(
  server: ServerProcess,
  count: number,
  work: (
    waiting: Promise<{ status: number; errors: unknown[] }>[],
    release: () => Promise<void>,
  ) => Promise<void>,
) {
  const { accessToken: token } = await logIn(server.url, 'a@epic.example');
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from crm.client where id = $1 for update', [clientId]);
    const update = `mutation { updateClient(input: { id: ${clientId}, patch: { phone: "0612345678" } }) { client { phone } } }`;
    const waiting = Array.from({ length: count }, () => ask(server.url, update, { token }));
    for (;;) {
      const [row] = await database.query<{ waiting: number }>(
        `select count(*)::integer as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if ((row?.waiting ?? 0) >= Math.min(count, 10)) break;
      await sleep(20);
    }
    await work(waiting, async () => {
      await holder.query('rollback');
    });
  } finally {
    await holder.end();
  }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('a server on %s', (signal) => {
  test('answers the requests under way, accepts no new ones, and ends with 0', async () => {
    const server = await spawnServer(database);
    await withWaitingRequests(server, 25, async (waiting, release) => {
      const ended = server.stop(signal);
      await sleep(200);
      await expect(ask(server.url, '{ me { id } }')).rejects.toThrow('fetch failed');
      await release();

      const answers = await Promise.all(waiting);
      expect(answers.map(({ status, errors }) => ({ status, errors }))).toEqual(
        answers.map(() => ({ status: 200, errors: [] })),
      );
      expect(await ended).toBe(0);
    });
    const connections = await database.query(
      `select application_name from pg_stat_activity
       where datname = current_database() and usename in ('epic_authenticator', 'epic_worker')`,
    );
    expect(connections).toEqual([]);
    expect(server.output()).toContain('epic-server has stopped');
  });
});

test('a request on an open connection just after the signal is still answered', async () => {
  const server = await spawnServer(database);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = () =>
    new Promise<{ status: number | undefined; connection: string | undefined }>(
      (resolve, reject) => {
        request(`${server.url}/healthz`, { agent }, (response) => {
          response
            .resume()
            .once('end', () =>
              resolve({ status: response.statusCode, connection: response.headers.connection }),
            );
        })
          .once('error', reject)
          .end();
      },
    );
  expect(await get()).toEqual({ status: 200, connection: 'keep-alive' });
  const ended = server.stop();
  while (!server.output().includes('stopping')) await sleep(5);
  expect(await get()).toEqual({ status: 200, connection: 'close' });
  expect(await ended).toBe(0);
  agent.destroy();
});

test('a stopping server is alive, but not ready', async () => {
  const server = await spawnServer(database);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path: string) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      request(`${server.url}${path}`, { agent }, async (response) => {
        resolve({ status: response.statusCode, body: await text(response) });
      })
        .once('error', reject)
        .end();
    });
  expect((await get('/readyz')).status).toBe(200);
  const ended = server.stop();
  while (!server.output().includes('stopping')) await sleep(5);
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: '{"ready":false,"reason":"The server is stopping."}',
  });
  expect(await ended).toBe(0);
  agent.destroy();
});

test('with EPIC_DRAIN a stopping server takes new requests for a while, and is not ready', async () => {
  const server = await spawnServer(database, { EPIC_DRAIN: '2' });
  const { accessToken: token } = await logIn(server.url, 'a@epic.example');
  const stopped = performance.now();
  const ended = server.stop();
  while (!server.output().includes('stopping')) await sleep(5);
  let asked = 0;
  while (performance.now() - stopped < 1_500) {
    expect((await fetch(`${server.url}/readyz`, { headers: { connection: 'close' } })).status).toBe(
      503,
    );
    expect((await ask(server.url, '{ me { id } }', { token })).errors).toEqual([]);
    asked += 1;
  }
  expect(asked).toBeGreaterThan(3);
  expect(await ended).toBe(0);
  expect(performance.now() - stopped).toBeGreaterThan(2_000);
});

test('a drain that is no number of seconds is refused', async () => {
  await expect(spawnServer(database, { EPIC_DRAIN: '5s' })).rejects.toThrow(
    'EPIC_DRAIN is "5s", which is not a number of seconds.',
  );
});

test('a second signal ends the server at once', async () => {
  const server = await spawnServer(database);
  await withWaitingRequests(server, 3, async (waiting, release) => {
    const settled = Promise.allSettled(waiting);
    const ended = server.stop();
    await sleep(100);
    process.kill(server.pid, 'SIGTERM');
    expect(await ended).toBe(1);
    await release();
    await settled;
  });
});

test.each([0, 50, 300])(
  'a server whose log is closed ends with 0 all the same, when it is stopped %i ms later',
  async (milliseconds) => {
    const server = await spawnServer(database);
    await ask(server.url, '{ me { id } }');
    server.closeOutput();
    await sleep(milliseconds);
    expect(await server.stop()).toBe(0);
  },
);
