import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { ask, askToLogIn, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: ServerProcess;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'b@epic.example', department: 'sales' });
});

afterAll(() => database.drop());

async function startWorkers(count: number, env: NodeJS.ProcessEnv = {}): Promise<void> {
  server = await spawnServer(database, { EPIC_WORKERS: String(count), ...env });
}

afterEach(async () => {
  await server?.stop('SIGKILL');
});

const entries = () =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** The process ids of the workers that have been ready, in that order. */
const readyPids = (): number[] =>
  entries().flatMap(({ msg, pid }) => (msg === 'the worker is ready' ? [pid] : []));

/** The workers that have answered requests. */
const answering = () =>
  new Set(entries().flatMap(({ worker, request }) => (request ? [worker] : [])));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** On a connection of its own. */
const askAlone = (token: string) =>
  ask<{ me: { email: string } }>(server.url, '{ me { email } }', {
    token,
    headers: { connection: 'close' },
  });

test('workers answer on one port, with one session, and stop together on SIGTERM', async () => {
  await startWorkers(2);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  await until(async () => {
    expect((await askAlone(accessToken)).data?.me.email).toBe('a@epic.example');
    return answering().size === 2;
  });
  const pids = readyPids();
  expect(pids).toHaveLength(2);
  expect(pids).not.toContain(server.pid);

  expect(await server.stop()).toBe(0);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(entries().at(-1).msg).toBe('epic-server has stopped');
});

test('a killed worker is reported and replaced, while the other one answers', async () => {
  await startWorkers(2);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  const [killed = 0] = readyPids();
  process.kill(killed, 'SIGKILL');
  await until(() => !isRunning(killed));
  for (let request = 0; request < 10; request += 1) {
    expect((await askAlone(accessToken)).status).toBe(200);
  }
  await until(() => readyPids().length === 3);
  const report = entries().find(({ msg }) => /a worker has ended/.test(msg));
  expect(report).toMatchObject({ pid: killed, signal: 'SIGKILL', code: null });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('\nepic_worker_restarts_total 1\n');
});

test('workers that are killed all at once are replaced, on the same port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await until(() => other.listening);
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  await startWorkers(2, { EPIC_PORT: String(port) });
  await until(() => readyPids().length === 2);
  for (const pid of readyPids()) process.kill(pid, 'SIGKILL');
  await until(() => readyPids().length === 4);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  expect((await askAlone(accessToken)).status).toBe(200);
  expect(await server.stop()).toBe(0);
});

test('a worker that gets SIGTERM alone finishes and is replaced at once', async () => {
  await startWorkers(2);
  const [stopped = 0] = readyPids();
  process.kill(stopped, 'SIGTERM');
  await until(() => readyPids().length === 3);
  expect(isRunning(stopped)).toBe(false);
  const report = entries().find(({ msg }) => /a worker was stopped/.test(msg));
  expect(report).toMatchObject({ pid: stopped, code: 0 });
  expect(await server.stop()).toBe(0);
});

test('metrics are those of all workers, whichever is asked, and the queue is counted once', async () => {
  await startWorkers(2);
  const { accessToken } = await logIn(server.url, 'a@epic.example');
  const query = 'query Counted { me { email } }';
  const headers = { connection: 'close' };
  let sent = 0;
  const before = () => answering().size < 2 || sent < 10;
  while (before()) {
    await ask(server.url, query, { token: accessToken, headers });
    sent += 1;
  }
  for (let scrape = 0; scrape < 4; scrape += 1) {
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    expect(text).toContain(`epic_requests_total{operation="Counted",code="OK"} ${sent}\n`);
    expect(text).toContain('\nepic_queue_failed_jobs 0\n');
  }
});

test('failed logins count together, whichever worker they reach', async () => {
  await startWorkers(2);
  const connection = { connection: 'close' };
  const codes: string[] = [];
  for (let attempt = 0; attempt < 20 && codes.at(-1) !== 'RATE_LIMITED'; attempt += 1) {
    const answer = await askToLogIn(server.url, 'b@epic.example', 'not the password', connection);
    codes.push(...codesOf(answer));
  }
  expect(answering().size).toBe(2);
  const together = codes.length;

  await server.stop();
  await database.query('delete from identity.login_attempt');
  await startWorkers(1);
  const alone: string[] = [];
  for (let attempt = 0; attempt < 20 && alone.at(-1) !== 'RATE_LIMITED'; attempt += 1) {
    const answer = await askToLogIn(server.url, 'b@epic.example', 'not the password', connection);
    alone.push(...codesOf(answer));
  }
  expect(alone.at(-1)).toBe('RATE_LIMITED');
  expect(together).toBe(alone.length);
});

test('a start that fails is reported once, and ends with 1', async () => {
  const folder = await makeTemporaryFolder();
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });
  const other = createServer().listen(0, '127.0.0.1');
  await until(() => other.listening);
  const address = other.address();
  const port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const { code, stderr } = await runProgram(programs.server, ['start'], {
    env: {
      DATABASE_URL: database.authenticatorUrl,
      DATABASE_WORKER_URL: database.workerUrl,
      EPIC_JWT_KEYS: keys,
      EPIC_PORT: port,
      EPIC_WORKERS: '3',
    },
  });
  other.close();
  await removeFolder(folder);
  expect(code).toBe(1);
  expect(stderr.split('is taken by another program')).toHaveLength(2);
});

test('a number of workers that makes no sense is refused', async () => {
  const refusalOf = async (value: string) =>
    (await runProgram(programs.server, ['start'], { env: { EPIC_WORKERS: value } })).stderr;
  expect(await refusalOf('0')).toContain('EPIC_WORKERS is "0", which is not a number of processes');
  expect(await refusalOf('4')).toContain(
    'EPIC_WORKERS is 4, and the embedded PostgreSQL has connections for 3.',
  );
});
