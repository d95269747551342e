import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, readinessOf, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask } from './support/api.ts';

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

async function send(path: string, init?: RequestInit) {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') };
}

const post = (body: string, headers: Record<string, string> = {}) =>
  send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

test('the server says whether it is alive and whether it is ready', async () => {
  expect(await send('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await readinessOf(server.url)).toEqual({ status: 200, ready: true });
});

test('every response has an id, and nothing that a page of another origin could use', async () => {
  const preflight = await send('/graphql', {
    method: 'OPTIONS',
    headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
  });
  const { headers } = await post('{"query":"{ __typename }"}', {
    origin: 'https://elsewhere.example',
  });
  expect(preflight.status).toBe(405);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('cache-control')).toBe('no-store');
  for (const answer of [preflight.headers, headers]) {
    expect([...answer.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each([
  ['a body that is not JSON', () => post('{"query":'), 400],
  ['a body of over 1 MiB', () => post(JSON.stringify({ query: 'x'.repeat(1_100_000) })), 413],
  [
    'a form',
    () => send('/graphql', { method: 'POST', body: new URLSearchParams('query={me{id}}') }),
    415,
  ],
  ['a GET without a query', () => send('/graphql'), 400],
  ['a GET whose variables are not JSON', () => send('/graphql?query={me{id}}&variables={'), 400],
  ['a request without a query', () => post('{}'), 400],
  ['a batch', () => post('[{"query":"{ __typename }"}]'), 400],
])('the server refuses %s in the form of a GraphQL error', async (_what, request, status) => {
  expect(await request()).toMatchObject({
    status,
    body: { errors: [{ message: expect.any(String), extensions: { code: 'INVALID' } }] },
  });
});

test('a query is answered by GET as by POST', async () => {
  const query = 'query Named($isNamed: Boolean!) { __typename @include(if: $isNamed) }';
  const byGet = await send(
    `/graphql?${new URLSearchParams({ query, variables: '{"isNamed":true}', operationName: 'Named' })}`,
  );
  const byPost = await post(JSON.stringify({ query, variables: { isNamed: true } }));
  expect([byGet.status, byGet.body]).toEqual([200, { data: { __typename: 'Query' } }]);
  expect([byPost.status, byPost.body]).toEqual([byGet.status, byGet.body]);
});

describe.each([
  [
    'application/graphql-response+json, application/json;q=0.9',
    'application/graphql-response+json',
  ],
  ['application/json', 'application/json'],
  ['application/json;charset=utf-8', 'application/json'],
  ['application/json, application/graphql-response+json', 'application/json'],
  ['application/json, text/plain, */*', 'application/json'],
  ['application/json;q=0.5, */*', 'application/graphql-response+json'],
  ['', 'application/graphql-response+json'],
  ['*/*', 'application/graphql-response+json'],
])('a client that accepts %s', (accept, type) => {
  test.each([
    ['a body that is not JSON', 400, { body: '{"query":' }],
    ['a token that is not good', 401, { headers: { authorization: 'Bearer x' } }],
    ['a document that cannot be understood', 400, { body: '{"query":"{"}' }],
    ['another method', 405, { method: 'PUT' }],
    ['a body of over 1 MiB', 413, { body: JSON.stringify({ query: 'x'.repeat(1_100_000) }) }],
    ['another content type', 415, { headers: { 'content-type': 'text/plain' } }],
  ])('reads in its type why %s is refused', async (what, status, request: RequestInit) => {
    const answer = await send('/graphql', {
      method: 'POST',
      body: '{"query":"{ __typename }"}',
      ...request,
      headers: { accept, 'content-type': 'application/json', ...request.headers },
    });
    const isOlder = what.startsWith('a document') && type === 'application/json';
    expect(answer.status).toBe(isOlder ? 200 : status);
    expect(answer.headers.get('content-type')).toBe(`${type};charset=utf-8`);
    expect(answer.body.errors[0].extensions.code).toMatch(/^[A-Z_]+$/);
  });
});

test.each(['text/html', '(;'])('a client that accepts %s reads so in JSON', async (accept) => {
  const answer = await post('{"query":"{ __typename }"}', { accept });
  expect(answer).toMatchObject({
    status: 406,
    body: {
      errors: [
        {
          message:
            'The API answers in application/graphql-response+json and application/json: accept one of them.',
          extensions: { code: 'INVALID' },
        },
      ],
    },
  });
  expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
});

test.each(['/nothing', '//', '/graphql/', '/%', '/..//graphql'])(
  'knows no path %s',
  async (path) => {
    expect(await send(path)).toMatchObject({
      status: 404,
      body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    });
  },
);

test('the server survives a request that is cut off, and reports no error', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"quer',
  );
  await sleep(100);
  socket.destroy();
  await until(() => server.output().includes('"cut":true'));
  expect(await send('/healthz')).toMatchObject({ status: 200 });
  expect(server.output()).not.toContain('unexpected error');
});

test('the log has nothing of what is in the address of a GET', async () => {
  const query = 'query ByAddress { __typename }';
  await send(`/graphql?${new URLSearchParams({ query, variables: '{"text":"typed secret"}' })}`);
  await until(() => server.output().includes('ByAddress'));
  expect(server.output()).not.toMatch(/typed|secret"|\?query/);
});

test('the log has one line a request: operation, role, outcome, and no input', async () => {
  await ask(
    server.url,
    'mutation TryIt($email: String!) { login(input: { email: $email, password: "literal secret" }) { accessToken } }',
    { variables: { email: 'typed@epic.example' } },
  );
  const logged = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.includes('TryIt'));
  await until(() => logged().length > 0);
  const lines = logged();
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    request: expect.any(String),
    operation: 'TryIt',
    role: 'anonymous',
    employee: null,
    status: 200,
    codes: ['UNAUTHENTICATED'],
    ms: expect.any(Number),
  });
  expect(server.output()).not.toMatch(/typed@|literal secret/);
});
