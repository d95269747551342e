import { once } from 'node:events';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { openConnection, readAnswer, sendRaw } from './support/raw-http.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const query = '{"query":"{ __typename }"}';

async function send(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, init);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(body || 'null') };
}

const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = query) =>
  send('/graphql', { method: 'POST', headers, body });

const asJson = { 'content-type': 'application/json' };
const invalid = (message: unknown = expect.any(String)) => ({
  errors: [{ message, extensions: { code: 'INVALID' } }],
});

describe('a page of another origin', () => {
  test.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json+x',
  ])(
    'a page of another origin cannot send a query as %s, which needs no preflight request',
    async (type) => {
      expect(await post({ 'content-type': type })).toMatchObject({
        status: 415,
        body: invalid('The API takes only JSON: send application/json.'),
      });
    },
  );

  test('a page of another origin cannot send a query without a content type', async () => {
    const answer = await post({}, new TextEncoder().encode(query));
    expect(answer).toMatchObject({ status: 415, body: invalid() });
  });

  test('a response cannot be framed, run as a script or cached', async () => {
    for (const path of ['/graphql', '/healthz', '/nothing-here', '/.well-known/jwks.json']) {
      const { headers } = await send(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });
});

describe('a method', () => {
  test.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'the method %s is refused by the API, which allows GET and POST',
    async (method) => {
      const { status, headers, body } = await sendRaw(
        server.url,
        `${method} /graphql?query={me{id}} HTTP/1.1\r\nhost: epic\r\nconnection: close\r\n\r\n`,
      );
      expect(status).toBe(405);
      expect(headers).toContain('\nallow: get, post\r');
      if (method !== 'HEAD') expect(body).toEqual(invalid('/graphql takes only GET, POST.'));
    },
  );

  test.each(['POST', 'PUT', 'DELETE'])(
    'the method %s is refused on every other path',
    async (method) => {
      for (const path of ['/healthz', '/readyz', '/.well-known/jwks.json']) {
        const { status, headers } = await send(path, { method });
        expect({ status, allow: headers.get('allow') }).toEqual({
          status: 405,
          allow: 'GET, HEAD',
        });
      }
    },
  );

  test('the method cannot be overridden by a header or a parameter', async () => {
    const answer = await send('/graphql?_method=POST', {
      headers: { ...asJson, 'x-http-method-override': 'POST', 'x-http-method': 'POST' },
    });
    expect(answer).toMatchObject({ status: 400, body: invalid('query must be a string') });
  });

  test.each([
    ['mutation', 'mutation { login(input: { email: "a@b.c", password: "d" }) { accessToken } }'],
    ['subscription', 'subscription { eventChanged { id } }'],
  ])(
    'a %s by GET, as an image of another origin could send it, is refused',
    async (_kind, query) => {
      const { status, headers, body } = await send(`/graphql?query=${encodeURIComponent(query)}`);
      expect({ status, allow: headers.get('allow'), body }).toMatchObject({
        status: 405,
        allow: 'POST',
        body: invalid('Only queries may take place over non-POST requests.'),
      });
    },
  );

  test('a query by GET has no session without an access token in its header', async () => {
    const query = encodeURIComponent('{ me { id } }');
    const answer = await send(`/graphql?query=${query}&access_token=x`, {
      headers: { cookie: 'access_token=x' },
    });
    expect(answer.body).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', kind: 'no_session' } }],
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a body', () => {
  test('a body of 10 MB is refused with a response', async () => {
    const answer = await post(asJson, JSON.stringify({ query: 'x'.repeat(10_000_000) }));
    expect(answer).toMatchObject({
      status: 413,
      body: invalid('A request has at most 1,048,576 bytes.'),
    });
  });

  test('a body without an end is cut off', async () => {
    const socket = await openConnection(server.url);
    // The server may cut it off while there is more to write.
    socket.on('error', () => undefined);
    const answer = readAnswer(socket);
    const ended = once(socket, 'close').catch(() => undefined);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    let megabytes = 0;
    while (!socket.destroyed && socket.writable && megabytes < 1_000) {
      megabytes++;
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), ended]);
    }
    expect(megabytes).toBeLessThan(1_000);
    expect([413, null]).toContain((await answer).status);
    expect(await send('/healthz')).toMatchObject({ status: 200 });
  });

  test('a compressed body is refused', async () => {
    expect(await post({ ...asJson, 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      body: invalid('The API takes no compressed requests.'),
    });
  });

  test('a body in another encoding than UTF-8 is refused', async () => {
    const utf16 = await post({ 'content-type': 'application/json; charset=utf-16' });
    expect(utf16).toMatchObject({ status: 415, body: invalid() });
    const latin1 = await post(asJson, new Uint8Array(Buffer.from('{"query":"{ é }"}', 'latin1')));
    expect(latin1).toMatchObject({ status: 400, body: invalid('The request is not UTF-8.') });
    expect(await post({ 'content-type': 'Application/JSON; charset="UTF-8"' })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ['is a list of operations, a batch,', `[${query},${query}]`],
    ['is a text', '"{ __typename }"'],
    ['is null', 'null'],
    ['is empty', ''],
    ['has a query that is no text', '{"query":{"kind":"Document"}}'],
    ['has variables that are a list', '{"query":"{ __typename }","variables":[1]}'],
    ['has an operation name that is no text', '{"query":"{ __typename }","operationName":{}}'],
    ['nests half a million lists', `{"query":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
  ])('a body that %s is refused', async (_what, body) => {
    expect(await post(asJson, body)).toMatchObject({ status: 400, body: invalid() });
  });

  test('a body cannot set the prototype of the object that it is parsed to', async () => {
    const answer = await post(
      asJson,
      '{"__proto__":{"query":"{ me { id } }"},"constructor":{"prototype":{"query":"{ me { id } }"}}}',
    );
    expect(answer).toMatchObject({ status: 400, body: invalid('query must be a string') });
  });
});

describe('headers', () => {
  const tooMany = invalid('The request has more than 100 headers, or more than 16 KiB of them.');

  test('headers of over 16 KiB are refused', async () => {
    const { status, body } = await sendRaw(
      server.url,
      `GET /healthz HTTP/1.1\r\nhost: epic\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect({ status, body }).toEqual({
      status: 431,
      body: tooMany,
    });
  });

  test('more than 100 headers are refused, and none is silently dropped', async () => {
    const many = (count: number) =>
      sendRaw(
        server.url,
        `GET /healthz HTTP/1.1\r\nhost: epic\r\n${'a: b\r\n'.repeat(count - 2)}connection: close\r\n\r\n`,
      );
    expect(await many(100)).toMatchObject({ status: 200 });
    for (const count of [101, 300]) {
      expect(await many(count)).toMatchObject({
        status: 431,
        body: tooMany,
      });
    }
  });

  test.each([
    ['is no HTTP at all', 'nonsense\r\n\r\n'],
    ['has an unknown method', 'STEAL / HTTP/1.1\r\nhost: epic\r\n\r\n'],
    ['is of a version to come', 'GET / HTTP/9.9\r\nhost: epic\r\n\r\n'],
    ['has a header without a name', 'GET / HTTP/1.1\r\nhost: epic\r\n: x\r\n\r\n'],
    ['has a NUL in a header', 'GET / HTTP/1.1\r\nhost: epic\r\nx: a\0b\r\n\r\n'],
    ['folds a header', 'GET / HTTP/1.1\r\nhost: epic\r\nx : a\r\n b\r\n\r\n'],
    [
      'has two lengths',
      'POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    ],
    [
      'has a length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    [
      'has an unknown transfer encoding',
      'POST /graphql HTTP/1.1\r\nhost: epic\r\ntransfer-encoding: chunked, identity\r\n\r\n',
    ],
  ])('headers of a request that %s are refused, and the connection ends', async (_what, bytes) => {
    const { status, headers, body } = await sendRaw(server.url, bytes);
    expect({ status, body }).toEqual({
      status: 400,
      body: invalid('This is not an HTTP request.'),
    });
    expect(headers).toContain('connection: close');
  });

  test('a request must name a host, and any host is accepted', async () => {
    expect(
      await sendRaw(server.url, 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'),
    ).toMatchObject({
      status: 400,
      body: invalid('A request names the host that it is for.'),
    });
    const elsewhere = await sendRaw(
      server.url,
      'GET /nothing HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nconnection: close\r\n\r\n',
    );
    expect(elsewhere.status).toBe(404);
    expect(JSON.stringify(elsewhere)).not.toContain('evil');
  });

  const several = 'A request has one Host header, not several.';
  const malformed = 'The Host header is not a host name or address.';
  test.each([
    ['are different', 'host: epic\r\nhost: evil.example', several],
    ['are the same', 'host: epic\r\nHOST: epic', several],
    ['are the first empty', 'host:\r\nhost: evil.example', several],
    ['were joined with a comma', 'host: epic, evil.example', malformed],
    ['were joined without a space', 'host: epic,evil.example', malformed],
    ['were joined with a space', 'host: epic evil.example', malformed],
    ['are a host and a user', 'host: epic@evil.example', malformed],
    ['are a host and a path', 'host: epic/evil.example', malformed],
    ['are hosts and two ports', 'host: epic:80:81', malformed],
  ])('two hosts that %s are refused', async (_what, hosts, message) => {
    for (const kind of ['', 'upgrade: websocket\r\nconnection: upgrade\r\n']) {
      const path = kind ? '/graphql' : '/healthz';
      const bytes = `GET ${path} HTTP/1.1\r\n${hosts}\r\n${kind || 'connection: close\r\n'}\r\n`;
      expect(await sendRaw(server.url, bytes)).toMatchObject({
        status: 400,
        body: invalid(message),
      });
    }
  });

  test.each([
    'epic',
    'EPIC.example:4000',
    '127.0.0.1:4000',
    '[::1]:4000',
    '[::1]',
    'xn--pic-9la',
    '',
  ])('the host %j is accepted', async (host) => {
    const bytes = `GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    expect(await sendRaw(server.url, bytes)).toMatchObject({ status: 200 });
  });

  test('headers cannot split a response', async () => {
    const { status, headers } = await sendRaw(
      server.url,
      'GET /%0d%0aset-cookie:a=b HTTP/1.1\r\nhost: epic\r\nx-request-id: a\tb\r\nconnection: close\r\n\r\n',
    );
    expect(status).toBe(404);
    expect(headers).not.toMatch(/set-cookie|a\tb/);
  });
});

test('pipelined responses are never confused with one another', async () => {
  const { headers, body } = await sendRaw(
    server.url,
    `POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-type: application/json\r\ncontent-length: ${query.length}\r\n\r\n${query}nonsense\r\n\r\n`,
  );
  // Either the answer that was due and then nothing, or nothing at all.
  expect(['', '200']).toContain(/^http\/1\.1 (\d+)/.exec(headers)?.[1] ?? '');
  if (body !== null) expect(body).toEqual({ data: { __typename: 'Query' } });
});
