import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';

// What other origins may do when some are allowed; http.test.ts has what they may do otherwise.

const allowed = 'https://crm.epic.example';
let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database, {
    EPIC_ALLOWED_ORIGINS: `${allowed}, http://localhost:3000`,
  });
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );

const askBeforehand = (origin: string) =>
  fetch(`${server.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const askFrom = (origin: string) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });

test('a page of an allowed origin may send a token and read the response', async () => {
  for (const origin of [allowed, 'http://localhost:3000']) {
    const preflight = await askBeforehand(origin);
    expect(preflight.status).toBe(204);
    expect(corsHeaders(preflight)).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        'authorization, content-type, epic-server-timing, idempotency-key, traceparent, tracestate',
      'access-control-expose-headers': 'x-request-id, server-timing',
      'access-control-max-age': '600',
    });
    const answer = await askFrom(origin);
    expect(corsHeaders(answer)).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, server-timing',
    });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  }
});

test.each([
  'https://evil.example',
  'https://crm.epic.example.evil.example',
  'https://crm.epic.example:8443',
  'http://crm.epic.example',
  'null',
  '*',
])('a page of any other origin may not read a response: %s', async (origin) => {
  const preflight = await askBeforehand(origin);
  expect(preflight.status).toBe(405);
  expect(corsHeaders(preflight)).toEqual({ vary: 'Origin' });
  expect(corsHeaders(await askFrom(origin))).toEqual({ vary: 'Origin' });
});

test('no origin is allowed to use the browser’s credentials', async () => {
  for (const answer of [await askBeforehand(allowed), await askFrom(allowed)]) {
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('set-cookie')).toBeNull();
  }
});

test('an OPTIONS request that is no preflight is refused like any other method', async () => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin: allowed },
  });
  expect(answer.status).toBe(405);
});

test.each(['*', 'crm.epic.example', 'https://crm.epic.example/', 'https://a.example,,'])(
  'the server does not start with %s for an origin',
  async (origins) => {
    await expect(startServer(database, { EPIC_ALLOWED_ORIGINS: origins })).rejects.toThrow(
      /EPIC_ALLOWED_ORIGINS names ".*", which is not an origin\./,
    );
  },
);
