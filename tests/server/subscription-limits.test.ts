import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { WebSocket } from 'ws';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type ApiError, ask, codesOf, logIn } from './support/api.ts';
import { type Closed, type Connected, connect, socketUrl } from './support/socket.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
const open: Connected[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  server = await startServer(database, { EPIC_TRUSTED_PROXIES: 'loopback' });
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.leave();
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function enter(): Promise<Connected> {
  const connected = await connect(server.url, token);
  open.push(connected);
  return connected;
}

/** A bare socket, on which anything can be sent. */
async function bareSocket(
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; closed: Promise<Closed> }> {
  const socket = new WebSocket(socketUrl(server.url), 'graphql-transport-ws', { headers });
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  return { socket, closed };
}

const initMessage = () =>
  JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });

/** The answer to an upgrade that is refused; or its status when it is not. */
async function upgrade(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; errors: ApiError[] }> {
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': 'graphql-transport-ws',
        ...headers,
      },
    })
      .on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, errors: [] });
      })
      .on('response', async (response) => {
        const body = Buffer.concat(await response.toArray()).toString();
        const { errors } = body.startsWith('{') ? JSON.parse(body) : { errors: [] };
        resolve({ status: response.statusCode ?? 0, errors });
      })
      .on('error', reject)
      .end();
  });
}

describe('the handshake', () => {
  test.each([
    ['another site', 'https://evil.example'],
    ['another port of this host', 'http://127.0.0.1:1'],
    ['no address', 'null'],
    ['nonsense', '%'],
  ])('the handshake is refused to a page of %s', async (_what, origin) => {
    expect(await upgrade('/graphql', { origin })).toMatchObject({
      status: 403,
      errors: [
        {
          message: 'Pages of other origins may not connect.',
          extensions: { code: 'FORBIDDEN', kind: 'foreign_origin' },
        },
      ],
    });
  });

  test.each([
    ['of its own origin', () => ({ origin: server.url })],
    [
      'behind a proxy that speaks TLS',
      () => ({ origin: 'https://crm.example', host: 'crm.example' }),
    ],
    ['without an origin, which is no page', () => ({})],
  ])('the handshake is accepted from a client %s', async (_what, headers) => {
    expect(await upgrade('/graphql', headers())).toEqual({ status: 101, errors: [] });
  });

  test('the handshake is refused on any other path', async () => {
    for (const path of ['/', '/healthz', '/graphql/', '/graphql/stream']) {
      expect(await upgrade(path)).toMatchObject({
        status: 404,
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
      });
    }
  });

  test('an invalid handshake is refused', async () => {
    expect(await upgrade('/graphql', { 'sec-websocket-key': 'short' })).toMatchObject({
      status: 400,
    });
  });

  test('a handshake of another protocol ends at once', async () => {
    const socket = new WebSocket(socketUrl(server.url), 'graphql-ws');
    socket.on('error', () => undefined);
    const code = await new Promise((resolve) => socket.on('close', resolve));
    expect([1006, 4406]).toContain(code);
  });

  test('an aborted handshake does no harm', async () => {
    const { port } = new URL(server.url);
    const raw = connectTcp(Number(port), '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    raw.destroy();
    await (await enter()).leave();
    open.splice(0);
  });
});

describe('a message', () => {
  test.each([
    ['of 10 MB', () => Buffer.alloc(10_000_000, 'x'), 1009],
    ['of one byte too many', () => 'x'.repeat(65_537), 1009],
    ['that is no JSON', () => '{', 4400],
    ['of an unknown type', () => '{"type":"drop"}', 4400],
    ['that is bytes', () => randomBytes(100), 4400],
    ['that subscribes before it says who it is', () => subscribeMessage('1'), 4401],
  ])('a message that %s closes the socket', async (_what, message, code) => {
    const { socket, closed } = await bareSocket();
    socket.send(message());
    expect(await closed).toMatchObject({ code });
  });

  test('a second connection_init closes the socket', async () => {
    const { socket, closed } = await bareSocket();
    socket.send(initMessage());
    socket.send(initMessage());
    expect(await closed).toMatchObject({ code: 4429 });
  });

  test('a second subscription under the same id closes the socket', async () => {
    const { socket, closed } = await bareSocket();
    socket.send(initMessage());
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(subscribeMessage('1'));
    socket.send(subscribeMessage('1'));
    expect(await closed).toMatchObject({ code: 4409 });
  });

  const subscribeMessage = (id: string) =>
    JSON.stringify({
      id,
      type: 'subscribe',
      payload: { query: 'subscription { eventChanged { id } }' },
    });
});

describe('a subscription', () => {
  const errorsOf = async (query: string, variables = {}) => {
    const { subscribe } = await enter();
    const subscribed = subscribe(query, variables);
    await until(() => subscribed.isOver);
    return subscribed.errors;
  };

  test.each([
    ['a query', '{ me { id } }'],
    ['a mutation', 'mutation { logout { ok } }'],
    ['no operation at all', 'fragment F on Event { id }'],
  ])('a socket executes subscriptions only, not %s', async (_what, query) => {
    const [error] = await errorsOf(query);
    expect(error?.extensions.code).toBe('INVALID');
    expect(await ask(server.url, '{ me { id } }', { token })).toMatchObject({ errors: [] });
  });

  test('the refusal of a query on a socket says where queries and mutations go', async () => {
    expect(await errorsOf('{ me { id } }')).toEqual([
      {
        message: 'A WebSocket is for subscriptions alone.',
        extensions: {
          code: 'INVALID',
          kind: 'not_a_subscription',
          hint: 'Send queries and mutations over HTTP: POST /graphql.',
        },
      },
    ]);
  });

  test.each([
    ['a syntax error', 'subscription {'],
    ['an unknown field', 'subscription { eventChanged { secret } }'],
    ['two at once', 'subscription { eventChanged { id } notificationReceived { id } }'],
    [
      'a variable that is missing',
      'subscription S($after: BigInt!) { eventChanged(after: $after) { id } }',
    ],
  ])('a subscription with %s is INVALID, as over HTTP', async (_what, query) => {
    const [error] = await errorsOf(query);
    expect(error).toMatchObject({ message: expect.any(String), extensions: { code: 'INVALID' } });
  });

  test('a subscription has the same limits as a query', async () => {
    const deep = `${'contract { client { contracts { nodes { events { nodes { '.repeat(3)} id ${'} } } } } }'.repeat(3)}`;
    const [error] = await errorsOf(`subscription { eventChanged { event { ${deep} } } }`);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^A request /),
      extensions: { code: 'INVALID', kind: 'too_complex' },
    });
  });

  test('a subscription over HTTP is refused in a sentence', async () => {
    const answer = await ask(server.url, 'subscription { eventChanged { id } }', { token });
    expect(answer.errors).toEqual([
      expect.objectContaining({
        message: 'A subscription needs a WebSocket.',
        extensions: {
          code: 'INVALID',
          kind: 'subscription_over_http',
          hint: 'Connect to /graphql with the protocol graphql-transport-ws.',
        },
      }),
    ]);
  });

  test('the twenty-first subscription of a socket is refused until one is completed', async () => {
    const { subscribe } = await enter();
    const query = 'subscription { eventChanged { id } }';
    const twenty = Array.from({ length: 20 }, () => subscribe(query));
    const refused = subscribe(query);
    await until(() => refused.isOver);
    expect(refused.errors).toEqual([
      {
        message: 'A socket has at most 20 subscriptions.',
        extensions: {
          code: 'RATE_LIMITED',
          kind: 'too_many_subscriptions',
          hint: 'Complete one of them first.',
        },
      },
    ]);
    twenty[0]?.unsubscribe();
    const taken = subscribe(query);
    const another = subscribe(query);
    await until(() => another.isOver);
    expect(taken.isOver).toBe(false);
    expect(codesOf(another)).toEqual(['RATE_LIMITED']);
  });
});

test('an employee has at most twenty sockets', async () => {
  for (let count = 0; count < 20; count += 1) await enter();
  await expect(connect(server.url, token)).rejects.toMatchObject({
    code: 1013,
    reason: 'too_many_connections: You have too many connections. Close some, or try again later.',
  });
  await open.pop()?.leave();
  await until(() =>
    enter().then(
      () => true,
      () => false,
    ),
  );
});

describe('a socket that sends no token', () => {
  const crowded = {
    code: 1013,
    reason:
      'too_many_connections: Too many connections have sent no connection_init. Connect again.',
  };
  const bareSockets = (count: number, headers?: Record<string, string>) =>
    Promise.all(Array.from({ length: count }, () => bareSocket(headers)));
  const isOpen = ({ socket }: { socket: WebSocket }) => socket.readyState === WebSocket.OPEN;

  test('500 sockets without a token do not keep an employee with a token out', async () => {
    const flood = await bareSockets(500);
    const { subscribe } = await enter();
    const subscribed = subscribe('subscription { eventChanged { id } }');
    const refused = subscribe('subscription { nothing }');
    await until(() => refused.isOver);
    expect(subscribed).toMatchObject({ isOver: false, errors: [] });
    await until(() => flood.filter(isOpen).length <= 20);
    expect(await flood[0]?.closed).toEqual(crowded);
    for (const { socket } of flood) socket.terminate();
  });

  test('the twenty-first socket without a token from an address closes the oldest of them', async () => {
    const sockets = await bareSockets(20);
    expect(sockets.filter(isOpen)).toHaveLength(20);
    const newest = await bareSocket();
    expect(await Promise.race(sockets.map(({ closed }) => closed))).toEqual(crowded);
    expect(sockets.filter(isOpen)).toHaveLength(19);
    expect(isOpen(newest)).toBe(true);
    for (const { socket } of [...sockets, newest]) socket.terminate();
  });

  test('sockets without a token from many addresses close none of an address with fewer', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const first = await bareSocket(from('203.0.113.1'));
    const flood: Awaited<ReturnType<typeof bareSocket>>[] = [];
    for (let host = 0; host < 10; host += 1) {
      flood.push(...(await bareSockets(20, from(`198.51.100.${host}`))));
    }
    await until(() => flood.filter(isOpen).length === 99);
    first.socket.send(initMessage());
    expect(await new Promise((resolve) => first.socket.once('message', resolve))).toBeDefined();
    for (const { socket } of [first, ...flood]) socket.terminate();
  });

  test('a socket that sends no connection_init is closed after three seconds', async () => {
    const startedAt = performance.now();
    const { closed } = await bareSocket();
    expect(await closed).toMatchObject({ code: 4408 });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });

  test('a socket that sends no connection_init and ignores being closed is disconnected', async () => {
    const { port } = new URL(server.url);
    const raw = connectTcp(Number(port), '127.0.0.1');
    const ended = new Promise((resolve) => raw.on('close', resolve));
    raw.on('error', () => undefined).resume();
    raw.write(
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n' +
        `sec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    const startedAt = performance.now();
    await ended;
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

test('a client that reads nothing is disconnected before it costs memory', async () => {
  const { socket, closed } = await bareSocket();
  socket.send(initMessage());
  await new Promise((resolve) => socket.once('message', resolve));
  socket.pause();
  // Each is answered by as many bytes.
  const message = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(60_000) } });
  for (let sent = 0; socket.readyState === WebSocket.OPEN && sent < 5_000; sent += 1) {
    await new Promise((resolve) => socket.send(message, resolve));
  }
  socket.resume();
  expect(await closed).toMatchObject({ code: 1006 });
});

test('refused sockets and messages are no errors of the server', () => {
  expect(server.output()).not.toMatch(/unexpected error|Internal error|"level":50/);
});
