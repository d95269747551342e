import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmployeeList, Me } from '../../src/cli/operations/index.ts';
import { createClient, EpicError, memoryStore, type Session } from '../../src/client/index.ts';
import { until } from '../support/until.ts';

// What answers, or does not, at an address that is not an Epic server's.

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const session = (more: Partial<Session> = {}): Session => ({
  email: 'alice@epic.example',
  accessToken: 'ACCESS-TOKEN',
  expiresAt: Date.now() + 600_000,
  refreshToken: 'REFRESH-TOKEN',
  ...more,
});

/** A client that believes to be logged in there. */
const clientAt = (url: string, more: { timeout?: number } = {}) =>
  createClient({ url, store: memoryStore(session()), ...more });

const answer =
  (body: string, status = 200): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EpicError) return error.problem;
  throw new Error(`This should have been an EpicError: ${error}`);
}

test('an address where nothing listens is unreachable', async () => {
  const url = await listen(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await problemOf(clientAt(url).request(Me))).toEqual({
    code: 'UNAVAILABLE',
    kind: 'unreachable',
    message: `The server at ${url} cannot be reached: nothing listens there.`,
  });
});

test('a request without a response in time is a timeout', async () => {
  const url = await listen(() => {});
  expect(await problemOf(clientAt(url, { timeout: 20 }).request(Me))).toEqual({
    code: 'UNAVAILABLE',
    kind: 'timeout',
    message: `The server at ${url} cannot be reached: no answer in time.`,
  });
});

test('a connection cut within a response is reported as such', async () => {
  const url = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"data":');
    setTimeout(() => response.destroy(), 20);
  });
  expect(await problemOf(clientAt(url).request(Me))).toMatchObject({
    code: 'UNAVAILABLE',
    kind: 'connection_cut',
  });
});

test.each([
  ['<html>Welcome!</html>', 200],
  ['Not found', 404],
  ['', 502],
  ['{}', 200],
  ['null', 200],
  ['"text"', 200],
  ['{"data":null}', 200],
  ['{"data":"text"}', 200],
  ['{"errors":[]}', 200],
  ['{"errors":"text"}', 500],
])('a response of another server is recognised: %s', async (body, status) => {
  const url = await listen(answer(body, status));
  expect(await problemOf(clientAt(url).request(Me))).toEqual({
    code: 'UNAVAILABLE',
    kind: 'not_epic',
    message: `What answers at ${url} is not an Epic server (HTTP ${status}).`,
  });
});

test.each([
  ['[null]', 'The server gave no reason.'],
  ['[{}]', 'The server gave no reason.'],
  ['[{"message":7,"path":[{}],"extensions":"text"}]', 'The server gave no reason.'],
  ['[{"message":"New.","extensions":{"code":"SOMETHING_NEW"}}]', 'New.'],
])('an unknown error is INTERNAL: %s', async (errors, message) => {
  const url = await listen(answer(`{"errors":${errors}}`));
  expect(await problemOf(clientAt(url).request(Me))).toEqual({
    code: 'INTERNAL',
    kind: 'unknown_code',
    message,
  });
});

test('a request that a proxy finds too long is reported', async () => {
  const url = await listen(answer('<html>Too large</html>', 413));
  expect(await problemOf(clientAt(url).request(Me))).toEqual({
    code: 'INVALID',
    message: 'That is more text than the server accepts.',
  });
});

test('a token is not sent to the target of a redirect', async () => {
  const tokens: (string | undefined)[] = [];
  const elsewhere = await listen((request, response) => {
    tokens.push(request.headers.authorization);
    response.end('{"data":{}}');
  });
  const url = await listen((request, response) => {
    request.resume();
    response.writeHead(307, { location: `${elsewhere}/graphql` }).end();
  });
  expect(await problemOf(clientAt(url).request(Me))).toMatchObject({ kind: 'unreachable' });
  expect(tokens).toEqual([]);
});

test('a login response without a session is an error', async () => {
  const url = await listen(answer('{"data":{"login":null}}'));
  const client = createClient({ url });
  const login = client.login({ email: 'alice@epic.example', password: 'x' });
  expect(await problemOf(login)).toMatchObject({ code: 'INTERNAL' });
  expect(await problemOf(client.request(Me))).toMatchObject({ kind: 'no_session' });
});

test('a logout without a reachable server ends the session locally, and says so', async () => {
  const url = await listen(answer('', 502));
  const store = memoryStore(session());
  const client = createClient({ url, store });
  expect(await problemOf(client.logout())).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await store.load()).toBeUndefined();
});

test('an invalid address is refused', () => {
  expect(() => createClient({ url: 'nonsense' })).toThrow('Invalid URL');
  expect(createClient({ url: 'http://127.0.0.1:4000/' }).url).toBe('http://127.0.0.1:4000');
});

describe('aborting', () => {
  test('aborting ends a request with the reason of the signal', async () => {
    const asked = Promise.withResolvers<void>();
    const url = await listen(() => asked.resolve());
    const controller = new AbortController();
    const work = clientAt(url).request(EmployeeList, {}, { signal: controller.signal });
    await asked.promise;
    const reason = new Error('Never mind.');
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  test('aborting before a request sends nothing', async () => {
    let requests = 0;
    const url = await listen(() => requests++);
    const reason = new Error('Never mind.');
    const work = clientAt(url).request(Me, {}, { signal: AbortSignal.abort(reason) });
    await expect(work).rejects.toBe(reason);
    expect(requests).toBe(0);
  });

  test('aborting during a refresh does not lose its token', async () => {
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const refresh = {
      accessToken: 'NEXT-ACCESS',
      accessTokenExpiresAt: new Date(Date.now() + 600_000).toISOString(),
      refreshToken: 'NEXT-REFRESH',
      mustChangePassword: false,
      employee: { id: 1, fullName: 'Alice', email: 'alice@epic.example', department: 'sales' },
    };
    const url = await listen(async (request, response) => {
      request.resume();
      asked.resolve();
      await goOn.promise;
      response.end(JSON.stringify({ data: { refresh } }));
    });
    const store = memoryStore(session({ expiresAt: 0 }));
    const controller = new AbortController();
    const work = createClient({ url, store }).request(Me, {}, { signal: controller.signal });
    await asked.promise;
    const reason = new Error('Never mind.');
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
    goOn.resolve();
    await until(async () => (await store.load())?.refreshToken === 'NEXT-REFRESH');
  });
});

describe('a mutation whose answer was lost', () => {
  const Finish = 'mutation Finish { finishNote(input: { noteId: 1 }) { note { id } } }';
  const done = { finishNote: { note: { id: 1 } } };

  /** A server that cuts the first connections; the keys that it was sent. */
  async function cutting(count: number): Promise<{ url: string; keys: unknown[] }> {
    const keys: unknown[] = [];
    const url = await listen((request, response) => {
      keys.push(request.headers['idempotency-key']);
      request.resume();
      if (keys.length <= count) request.socket.destroy();
      else response.end(JSON.stringify({ data: done }));
    });
    return { url, keys };
  }

  test('is sent again with the same key, and another one has another', async () => {
    const { url, keys } = await cutting(2);
    const client = clientAt(url);
    expect(await client.query(Finish)).toEqual(done);
    expect(await client.query(Finish)).toEqual(done);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/^"[\w-]{16,40}"$/);
    expect(keys.slice(1, 3)).toEqual([keys[0], keys[0]]);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test('has the key that the caller gives', async () => {
    const { url, keys } = await cutting(1);
    await clientAt(url).query(Finish, {}, { idempotencyKey: 'invoice-7' });
    expect(keys).toEqual(['"invoice-7"', '"invoice-7"']);
  });

  test('is lost at last, when no answer comes', async () => {
    const { url, keys } = await cutting(9);
    expect(await problemOf(clientAt(url).query(Finish))).toMatchObject({ kind: 'connection_cut' });
    expect(keys).toHaveLength(4);
  });

  test('is answered by a refusal that comes later', async () => {
    let requests = 0;
    const refused = { message: 'No.', extensions: { code: 'FORBIDDEN', kind: 'no' } };
    const url = await listen((request, response) => {
      request.resume();
      if (requests++ === 0) request.socket.destroy();
      else response.end(JSON.stringify({ errors: [refused] }));
    });
    expect(await problemOf(clientAt(url).query(Finish))).toMatchObject({ code: 'FORBIDDEN' });
    expect(requests).toBe(2);
  });

  test('is not sent again once the caller has given up', async () => {
    const { url, keys } = await cutting(9);
    const controller = new AbortController();
    const work = clientAt(url).query(Finish, {}, { signal: controller.signal });
    await until(() => keys.length === 1);
    controller.abort(new Error('Never mind.'));
    await expect(work).rejects.toThrow('Never mind.');
    expect(keys).toHaveLength(1);
  });

  test('a query has no key, and is not sent again', async () => {
    const { url, keys } = await cutting(1);
    expect(await problemOf(clientAt(url).request(Me))).toMatchObject({ kind: 'connection_cut' });
    expect(keys).toEqual([undefined]);
  });
});
