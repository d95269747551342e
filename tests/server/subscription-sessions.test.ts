import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { WebSocket } from 'ws';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { type Keys, loadKeys } from '../../src/server/identity/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, logIn, type Session } from './support/api.ts';
import { type Closed, type Connected, connect, socketUrl } from './support/socket.ts';

let database: TestDatabase;
let server: RunningServer;
let folder: string;
let keys: Keys;
let boss: Session;
let people = 0;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'boss@epic.example', department: 'management' });
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-keys-`));
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  keys = loadKeys(keysFile);
  server = await startServer(database, { EPIC_JWT_KEYS: keysFile });
  boss = await logIn(server.url, 'boss@epic.example');
});

afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A new employee, logged in and connected. */
async function newcomer(): Promise<Connected & { id: number; email: string; token: string }> {
  people += 1;
  const email = `person${people}@epic.example`;
  const id = await addEmployee(database, { email, department: 'support' });
  const { accessToken: token } = await logIn(server.url, email);
  return { ...(await connect(server.url, token)), id, email, token };
}

/** The token again, signed with the real key, except for what a test changes. */
function resigned(token: string, claims: object): string {
  const { header, payload } = jwt.decode(token, { complete: true }) ?? {};
  const { iat: _, ...kept } = Object(payload);
  return jwt.sign({ ...kept, ...claims }, keys.signing.privateKey, {
    algorithm: 'ES256',
    header: { ...header, alg: 'ES256' },
  });
}

const now = () => Math.floor(Date.now() / 1000);
const asBoss = (query: string) => ask(server.url, query, { token: boss.accessToken });

/** How the server answers to this connection_init. */
async function closedAfter(payload: unknown): Promise<Closed> {
  const socket = new WebSocket(socketUrl(server.url), 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.on('message', (data) => reject(new Error(`It was taken: ${data}`)));
    socket.on('error', reject);
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
}

describe('closing a socket', () => {
  test('a socket is closed when its access token expires, and can be opened with the next one', async () => {
    const { token, leave } = await newcomer();
    await leave();
    const brief = await connect(server.url, resigned(token, { exp: now() + 3 }));
    const changes = brief.subscribe('subscription { eventChanged { id } }');
    expect(await brief.closed).toMatchObject({
      code: 4403,
      reason: 'token_expired: Your access token has expired. Connect again with a new one.',
    });
    expect(changes.received).toEqual([]);
    await (await connect(server.url, token)).leave();
  });

  test('a socket is closed when its employee logs out', async () => {
    const { token, closed } = await newcomer();
    await ask(server.url, 'mutation { logout { ok } }', { token });
    expect(await closed).toMatchObject({
      code: 4401,
      reason: 'session_ended: This session has ended.',
    });
  });

  test('a socket is closed when its employee is deactivated', async () => {
    const { id, closed } = await newcomer();
    await asBoss(
      `mutation { deactivateEmployee(input: { employeeId: ${id} }) { employee { id } } }`,
    );
    expect(await closed).toMatchObject({
      code: 4401,
      reason: 'session_ended: This session has ended.',
    });
  });

  test('a socket is closed when its employee moves to another department', async () => {
    const { id, closed } = await newcomer();
    await asBoss(
      `mutation { moveEmployee(input: { employeeId: ${id}, department: sales }) { employee { id } } }`,
    );
    expect(await closed).toMatchObject({
      code: 4401,
      reason: 'department_changed: You have moved to sales since you logged in.',
    });
  });

  test('a socket is closed when its employee is deleted', async () => {
    const { id, closed } = await newcomer();
    await database.query('delete from crm.employee where id = $1', [id]);
    expect(await closed).toMatchObject({ code: 4401 });
  });

  test('the sockets of an ended session are closed, and no others', async () => {
    const one = await newcomer();
    const { accessToken, refreshToken } = await logIn(server.url, one.email);
    expect(refreshToken).not.toBeNull();
    const other = await connect(server.url, accessToken);
    const third = await newcomer();
    await ask(server.url, 'mutation { logout { ok } }', { token: one.token });
    await one.closed;
    for (const { subscribe } of [other, third]) {
      const changes = subscribe('subscription { eventChanged { id } }', {});
      expect(changes.isOver).toBe(false);
    }
    const open = await Promise.race([other.closed, third.closed, 'open']);
    expect(open).toBe('open');
    await Promise.all([other.leave(), third.leave()]);
  });
});

describe('refusing a socket', () => {
  const noSession =
    'no_session: Send {"authorization": "Bearer …"} as the payload of connection_init.';
  const invalid = 'token_invalid: The access token is not valid.';

  test.each([
    ['nothing', undefined, noSession],
    ['something else', { token: 'x' }, noSession],
    ['no text', { authorization: 7 }, noSession],
    ['no token', { authorization: '' }, invalid],
    ['another scheme', { authorization: 'Basic YTpi' }, invalid],
    ['nonsense', { authorization: 'Bearer nonsense' }, invalid],
  ])('a socket with %s is refused', async (_what, payload, reason) => {
    expect(await closedAfter(payload)).toEqual({ code: 4401, reason });
  });

  test('a socket with an expired token is refused with a code that tells a client to refresh', async () => {
    const token = resigned(boss.accessToken, { exp: now() - 60 });
    expect(await closedAfter({ authorization: `Bearer ${token}` })).toMatchObject({
      code: 4403,
      reason: expect.stringMatching(/^token_expired: /),
    });
  });

  test('a socket with a token of another session, department or key is refused', async () => {
    const { token, leave } = await newcomer();
    await leave();
    for (const forged of [
      resigned(token, { sub: '1' }),
      resigned(token, { department: 'management' }),
      resigned(token, { sid: crypto.randomUUID() }),
      token.replace(/.{9}$/, 'AAAAAAAAA'),
    ]) {
      expect(await closedAfter({ authorization: `Bearer ${forged}` })).toMatchObject({
        code: 4401,
      });
    }
  });

  test('a socket is refused as long as the password is a one-time password', async () => {
    await addEmployee(database, {
      email: 'new@epic.example',
      department: 'sales',
      mustChange: true,
    });
    const { accessToken } = await logIn(server.url, 'new@epic.example');
    expect(await closedAfter({ authorization: `Bearer ${accessToken}` })).toEqual({
      code: 4401,
      reason:
        'must_change_password: Choose a password of your own first: this one is for one login only.',
    });
  });
});

test('the log says whose each socket was and why it was closed, and nothing of its subscriptions', async () => {
  const { id, token, subscribe, closed } = await newcomer();
  subscribe('subscription Secret($after: BigInt) { eventChanged(after: $after) { id } }', {
    after: null,
  });
  await ask(server.url, 'mutation { logout { ok } }', { token });
  await closed;
  const lines = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.includes('"socket"') && line.includes(`"employee":${id},`));
  await until(() => lines().length === 2);
  expect(lines().map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ msg: 'socket opened', role: 'support', socket: expect.any(String) }),
    expect.objectContaining({
      msg: 'socket closed',
      role: 'support',
      code: 4401,
      kind: 'session_ended',
      seconds: expect.any(Number),
    }),
  ]);
  expect(server.output()).not.toContain('Secret');
  expect(server.output()).not.toContain(token);
});
