import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';

let epic: Epic;
let servers: Server[] = [];

beforeAll(async () => {
  epic = await setUpEpic('http://127.0.0.1:1');
});
afterAll(() => epic.dispose());
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** An address where nothing listens any more. */
async function deserted(): Promise<string> {
  const url = await listen(() => {});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return url;
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A stranger's server, which this person believes to be logged in at. */
async function loggedInAt(listener: RequestListener): Promise<NodeJS.ProcessEnv> {
  const url = await listen(listener);
  await believeLoggedIn(url);
  return { EPIC_SERVER: url };
}

async function believeLoggedIn(url: string): Promise<void> {
  const session = {
    email: 'sofia@epic.example',
    accessToken: 'SECRET-TOKEN',
    expiresAt: Date.now() + 600_000,
    refreshToken: 'SECRET-REFRESH',
  };
  await mkdir(join(epic.stateHome, 'epic'), { recursive: true });
  await writeFile(
    join(epic.stateHome, 'epic', 'session.json'),
    JSON.stringify({ server: url, email: session.email, sessions: { [url]: session } }),
  );
}

const answer =
  (body: string, status = 200): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

test('an unreachable server ends with exit code 7 and its address', async () => {
  const url = await deserted();
  await believeLoggedIn(url);
  const env = { EPIC_SERVER: url };
  const run = await epic.run(['contract', 'list'], { env });
  expect(run).toMatchObject({ code: 7, stdout: '' });
  expect(run.stderr).toBe(
    `✗ The server at ${url} cannot be reached: nothing listens there.\n` +
      '  → Is the server running? Another address: --server URL, or EPIC_SERVER.\n',
  );
  const login = await epic.run(['login', '--email', 'a@b.fr', '--password-stdin'], {
    input: 'x',
    env,
  });
  expect(login.code).toBe(7);
});

test('another server at the address is recognised', async () => {
  for (const [body, status] of [
    ['<html>Welcome to nginx!</html>', 200],
    ['Not found', 404],
    ['{}', 200],
    ['', 502],
  ] as const) {
    const env = await loggedInAt(answer(body, status));
    const run = await epic.run(['contract', 'list'], { env });
    expect(run.code).toBe(7);
    expect(run.stderr).toContain(`is not an Epic server (HTTP ${status})`);
  }
});

test('a connection cut within a response ends with exit code 7', async () => {
  const env = await loggedInAt((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"data":');
    setTimeout(() => response.destroy(), 50);
  });
  const run = await epic.run(['contract', 'list'], { env });
  expect(run.code).toBe(7);
  expect(run.stderr).not.toContain('    at ');
});

test('an internal error of the server shows its id and nothing else', async () => {
  const body = {
    errors: [
      {
        message: 'Something went wrong on our side. It is found under 7K3M9QXP.',
        extensions: { code: 'INTERNAL', errorId: '7K3M9QXP' },
      },
    ],
  };
  const env = await loggedInAt(answer(JSON.stringify(body)));
  const run = await epic.run(['contract', 'list', '--json'], { env });
  expect(run.code).toBe(1);
  expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'INTERNAL', id: '7K3M9QXP' } });
});

test('the codes of the API become the exit codes of the process', async () => {
  for (const [code, status] of [
    ['UNAUTHENTICATED', 4],
    ['FORBIDDEN', 5],
    ['NOT_FOUND', 3],
    ['INVALID', 6],
    ['CONFLICT', 6],
    ['RATE_LIMITED', 6],
    ['UNAVAILABLE', 7],
    ['SOMETHING_NEW', 1],
  ] as const) {
    const body = { errors: [{ message: 'A sentence.', extensions: { code } }] };
    const env = await loggedInAt(answer(JSON.stringify(body)));
    const run = await epic.spawn(['contract', 'list'], { env });
    expect({ code, status: run.code }).toEqual({ code, status });
    expect(run.stderr).toContain('A sentence.');
  }
});

test('Ctrl-C during a request ends at once with exit code 130', async () => {
  const asked = Promise.withResolvers<void>();
  const env = await loggedInAt(() => asked.resolve());
  const child = spawn(process.execPath, [programs.epic, 'contract', 'list'], {
    env: { ...plainEnvironment(), XDG_STATE_HOME: epic.stateHome, ...env },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await asked.promise;
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(stderr).toBe('Cancelled.\n');
});

test('a closed pipe, as with head, is no error', async () => {
  const node = {
    id: 1,
    fullName: 'x'.repeat(200),
    email: 'a@b.fr',
    department: 'sales',
    active: true,
    createdAt: '2026-01-01T00:00:00Z',
  };
  const nodes = Array.from({ length: 1000 }, () => node);
  const employees = { nodes, pageInfo: { hasNextPage: false, endCursor: null } };
  const env = await loggedInAt(answer(JSON.stringify({ data: { employees } })));
  const run = await new Promise<{ stdout: string; stderr: string; error: unknown }>((resolve) => {
    execFile(
      'bash',
      [
        '-o',
        'pipefail',
        '-c',
        '"$0" "$1" employee list | head -1',
        process.execPath,
        programs.epic,
      ],
      { env: { ...plainEnvironment(), XDG_STATE_HOME: epic.stateHome, ...env } },
      (error, stdout, stderr) => resolve({ error, stdout, stderr }),
    );
  });
  expect(run.stderr).toBe('');
  expect(run.error).toBeNull();
  expect(run.stdout.split('\n')).toHaveLength(2);
});

/** Sentry's side: what arrives, as text. */
async function collector(): Promise<{ dsn: string; received: string[] }> {
  const received: string[] = [];
  const url = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const zipped = request.headers['content-encoding'] === 'gzip';
      received.push((zipped ? gunzipSync(body) : body).toString('utf8'));
      response.end('{}');
    });
  });
  return { dsn: url.replace('http://', 'http://key@').concat('/1'), received };
}

const broken = JSON.stringify({
  data: { contracts: { nodes: { PRIVATE: 'PRIVATE' }, pageInfo: 'PRIVATE' } },
});

test('a crash ends with exit code 1 and an id, without a stack trace', async () => {
  const env = await loggedInAt(answer(broken));
  const run = await epic.run(['contract', 'list'], { env: { ...env, EPIC_FORCE_TTY: '80' } });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(
    /^✗ Something went wrong inside epic: EPIC-[0-9A-F]{8}\.\n {2}→ Try again\.[^\n]*\n {4}typed\.\n$/,
  );
});

test('a crash reports to Sentry the id that was shown, and nothing private', async () => {
  const { dsn, received } = await collector();
  const env = await loggedInAt(answer(broken));
  const run = await epic.spawn(['contract', 'list', '--sort', 'id', '--fields', 'id,total'], {
    env: { ...env, SENTRY_DSN: dsn, EPIC_FORCE_TTY: '80' },
  });
  expect(run.code).toBe(1);
  const id = /EPIC-[0-9A-F]{8}/.exec(run.stderr)?.[0] ?? 'no id';
  expect(received).toHaveLength(1);
  const [envelope = ''] = received;
  expect(envelope).toContain(id);
  expect(envelope).toContain('epic.mjs');
  expect(envelope).toContain('contract list');
  for (const secret of ['SECRET', 'PRIVATE', 'sofia', epic.stateHome, 'id,total', process.cwd()]) {
    expect(envelope).not.toContain(secret);
  }
  const event = JSON.parse(envelope.split('\n')[2] ?? '');
  expect(Object.keys(event).sort()).toEqual([
    ...['event_id', 'exception', 'level', 'platform', 'release', 'sdk', 'tags', 'timestamp'],
  ]);
});
