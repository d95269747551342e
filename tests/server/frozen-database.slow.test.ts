import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { prepareServer } from '../../src/server/database/deploy/deploy.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { adminUrlOf, openScratchServer } from '../../src/server/dba/test/server.ts';
import { addEmployee } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { loginUrlsOf } from '../support/test-server.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';

// On a PostgreSQL of its own, all processes of which are stopped: as a host that is gone, which resets no connection.

let scratch: Awaited<ReturnType<typeof openScratchServer>>;
let urls: LoginUrls;
let admin: Client;
let postmaster: number;

beforeAll(async () => {
  scratch = await openScratchServer(undefined);
  const passwords = { authenticator: 'only-on-this', worker: 'machine' };
  const { template } = scratch;
  await prepareServer({ serverUrl: scratch.adminUrl, database: template, passwords });
  urls = loginUrlsOf({ ...scratch, passwords }, template);
  admin = new Client({ connectionString: adminUrlOf(scratch, template) });
  await admin.connect();
  await addEmployee(
    { query: async (sql, values) => (await admin.query(sql, values)).rows },
    { email: 'a@epic.example', department: 'sales' },
  );
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  postmaster = await parentOf(rows[0]?.pid ?? 0);
});

afterAll(async () => {
  await admin.end();
  await scratch.stop();
});

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

async function signalAll(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  process.kill(postmaster, signal);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) if ((await parentOf(pid)) === postmaster) process.kill(pid, signal);
}

async function whileFrozen(work: () => Promise<void>): Promise<void> {
  await signalAll('SIGSTOP');
  try {
    await work();
  } finally {
    await signalAll('SIGCONT');
  }
}

const statusOf = async ({ url }: ServerProcess, path: string, milliseconds: number) =>
  (await fetch(`${url}${path}`, { signal: AbortSignal.timeout(milliseconds) })).status;

const metricsOf = async ({ url }: ServerProcess) => (await fetch(`${url}/metrics`)).text();

const unavailable = expect.objectContaining({
  extensions: expect.objectContaining({ code: 'UNAVAILABLE' }),
});

/** Reads and changes, more than there are connections. */
function askALot({ url }: ServerProcess, token: string) {
  return Array.from({ length: 14 }, (_, nth) =>
    ask(
      url,
      nth % 2 === 0
        ? '{ me { id } contracts(first: 5) { nodes { id } } }'
        : `mutation { createClient(input: { client: { fullName: "Client ${nth}", email: "c${nth}@client.example" } }) { client { id } } }`,
      { token },
    ),
  );
}

test('while PostgreSQL stands still, requests end as UNAVAILABLE, and probes are answered at once', async () => {
  const server = await spawnServer(urls);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  await Promise.all(askALot(server, accessToken));

  await whileFrozen(async () => {
    const asked = performance.now();
    const answers = Promise.all(askALot(server, accessToken));
    for (let probe = 0; probe < 3; probe++) {
      expect(await statusOf(server, '/readyz', 2_000)).toBe(503);
      expect(await statusOf(server, '/metrics', 2_000)).toBe(200);
      expect(await statusOf(server, '/healthz', 2_000)).toBe(200);
    }
    for (const { errors } of await answers) expect(errors).toContainEqual(unavailable);
    expect(performance.now() - asked).toBeLessThan(20_000);
  });

  const thawed = performance.now();
  await until(async () => (await statusOf(server, '/readyz', 2_000)) === 200);
  expect(performance.now() - thawed).toBeLessThan(4_000);
  expect((await ask(server.url, '{ me { id } }', { token: accessToken })).errors).toEqual([]);
  expect(await server.stop()).toBe(0);
});

test('while PostgreSQL stands still, a server that is stopped ends in its time', async () => {
  const server = await spawnServer(urls);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  await whileFrozen(async () => {
    const answers = Promise.all(askALot(server, accessToken));
    // all have arrived: ten hold a connection, and the others wait for one
    await until(async () =>
      /^epic_pool_waiting_requests\{pool="api"\} 4$/m.test(await metricsOf(server)),
    );
    const stopped = performance.now();
    const code = await server.stop();
    expect(performance.now() - stopped).toBeLessThan(25_000);
    expect(code).toBe(0);
    for (const { errors } of await answers) expect(errors).toContainEqual(unavailable);
  });
});

test('servers that share fewer connections than they want wait for their own', async () => {
  await admin.query('alter role epic_authenticator connection limit 15');
  const servers = await Promise.all(Array.from({ length: 3 }, () => spawnServer(urls)));
  try {
    const answers = await Promise.all(
      servers.map(async ({ url }) => {
        const { accessToken } = await logIn(url, 'a@epic.example');
        const all = Array.from({ length: 40 }, () =>
          ask(url, '{ contracts(first: 5) { nodes { id } } }', { token: accessToken }),
        );
        return Promise.all(all);
      }),
    );
    expect(answers.flat().flatMap(({ errors }) => errors)).toEqual([]);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await admin.query('alter role epic_authenticator connection limit -1');
  }
});
