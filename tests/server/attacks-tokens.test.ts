import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { type Keys, loadKeys } from '../../src/server/identity/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, askToRefresh, codesOf, logIn, type Session } from './support/api.ts';

// Attacks on the token itself. What else is refused, such as a wrong issuer, is in tokens.test.ts.

let database: TestDatabase;
let server: RunningServer;
let folder: string;
let keys: Keys;
let session: Session;
let strangersKeyServer: Server;
let visits = 0;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-attacks-`));
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  keys = loadKeys(keysFile);
  server = await startServer(database, { EPIC_JWT_KEYS: keysFile });
  session = await logIn(server.url, 'alice@epic.example');
  strangersKeyServer = createServer((_request, response) => {
    visits++;
    response.end(JSON.stringify({ keys: [{ ...strangersPublicKey, kid: 'strange' }] }));
  }).listen(0, '127.0.0.1');
  await once(strangersKeyServer, 'listening');
});

afterAll(async () => {
  strangersKeyServer.close();
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

type Part = Record<string, unknown>;

const strangersKey = createPrivateKey({ key: generateJwks().keys[0] ?? {}, format: 'jwk' });
const strangersPublicKey: JsonWebKey = createPublicKey(strangersKey).export({ format: 'jwk' });

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

function decoded(): { header: Part; payload: Part } {
  const [header = {}, payload = {}] = session.accessToken
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, payload };
}

/** A token of our making, down to the signature. */
function make(how: {
  header?: Part;
  payload?: Part;
  signature?: (signed: string) => Buffer;
}): string {
  const { header, payload } = decoded();
  const signed = `${encode({ ...header, ...how.header })}.${encode({ ...payload, ...how.payload })}`;
  const signature = (how.signature ?? signedBy(keys.signing.privateKey))(signed);
  return `${signed}.${signature.toString('base64url')}`;
}

const signedBy = (key: KeyObject) => (signed: string) =>
  sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
const nothing = () => Buffer.alloc(0);
const publicPem = () =>
  createPublicKey(keys.signing.privateKey).export({ type: 'spki', format: 'pem' });
const macWith = (secret: () => string | Buffer) => (signed: string) =>
  createHmac('sha256', secret()).update(signed).digest();
const publicJwk = () => JSON.stringify(keys.published.keys[0]);
const strangersUrl = () => {
  const address = strangersKeyServer.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks.json`;
};
const now = () => Math.floor(Date.now() / 1000);

const invalid = {
  status: 401,
  data: null,
  errors: [
    {
      message: 'The access token is not valid.',
      extensions: { code: 'UNAUTHENTICATED', kind: 'token_invalid', hint: 'Log in again.' },
    },
  ],
};

const refused = async (token: string) =>
  expect(await ask(server.url, '{ me { id } }', { token })).toEqual(invalid);

test('a token that this test signs with the key of the server is accepted', async () => {
  const answer = await ask(server.url, '{ me { id } }', { token: make({}) });
  expect(answer.data).toEqual({ me: { id: session.employee.id } });
});

describe('the algorithm of a token', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', '', null, ['none'], 'HS256', 'ES512', 'RS256'])(
    'a token of the algorithm %p without a signature is refused',
    async (alg) => refused(make({ header: { alg }, signature: nothing })),
  );

  test('a token of the algorithm none with the real signature is refused', () =>
    refused(
      `${encode({ ...decoded().header, alg: 'none' })}.${session.accessToken.split('.').slice(1).join('.')}`,
    ));

  test.each([
    ['the public key as a PEM', publicPem],
    ['the public key as a PEM without its last newline', () => String(publicPem()).trim()],
    ['the public key as a JWK', publicJwk],
    ['the key id', () => keys.signing.kid],
    ['an empty secret', () => ''],
  ])('a token of the algorithm HS256 with %s as its secret is refused', async (_what, secret) =>
    refused(make({ header: { alg: 'HS256' }, signature: macWith(() => Buffer.from(secret())) })),
  );
});

describe('the header of a token', () => {
  const byStranger = { signature: signedBy(strangersKey) };

  test('a token that carries its own key (jwk) is refused', () =>
    refused(make({ header: { jwk: strangersPublicKey }, ...byStranger })));

  test('a token that carries its own certificate (x5c) is refused', () =>
    refused(make({ header: { x5c: [encode('certificate')] }, ...byStranger })));

  test.each(['jku', 'x5u'])(
    'a token that names a URL of a key (%s) is refused, and the URL is not fetched',
    async (name) => {
      await refused(make({ header: { [name]: strangersUrl(), kid: 'strange' }, ...byStranger }));
      await refused(make({ header: { [name]: strangersUrl() }, ...byStranger }));
      expect(visits).toBe(0);
    },
  );

  test('a token with a critical extension (crit) is refused', () =>
    refused(make({ header: { crit: ['exp'] } })));
});

describe('the key id of a token', () => {
  test.each([
    ['is that of no key', 'unknown'],
    ['is empty', ''],
    ['is a path', '../../../../../../dev/null'],
    ['is a path to a file that is there', '/etc/hostname'],
    ['is an address', 'http://127.0.0.1/key'],
    ['is SQL', "x' union select 'secret' --"],
    ['is a command', '|id'],
    ['is a name that every object has', 'constructor'],
    ['is another such name', '__proto__'],
    ['is a number', 0],
    ['is a list', [['x']]],
    ['is an object', { toString: 'x' }],
    ['is null', null],
    ['is huge', 'x'.repeat(8_000)],
    ['has a NUL', 'a\0b'],
  ])('a token whose key id %s is refused, whoever signed it', async (_what, kid) => {
    await refused(make({ header: { kid } }));
    await refused(make({ header: { kid }, signature: macWith(() => '') }));
  });

  test('a token without a key id is refused', () => refused(make({ header: { kid: undefined } })));
});

describe('the claims of a token', () => {
  test.each([
    ['say another issuer', { iss: 'https://evil.example' }],
    ['say no issuer', { iss: undefined }],
    ['say another audience', { aud: 'other' }],
    ['say no audience', { aud: undefined }],
    ['are of the future', { iat: now() + 3600, exp: now() + 4500 }],
    ['do not say since when', { iat: undefined }],
    ['say a time that is none', { iat: 'yesterday' }],
    ['are not valid yet', { nbf: now() + 3600 }],
    ['never end', { exp: undefined }],
    ['end at a time that is none', { exp: 'never' }],
    ['have no session', { sid: undefined }],
    ['have a session that is SQL', { sid: "' or true --" }],
    ['have no department', { department: undefined }],
    ['have a department that is a list', { department: ['management'] }],
    ['have an employee that is a list', { sub: ['1', '2'] }],
    ['have an employee that is SQL', { sub: '1 or 1=1' }],
    ['have an employee that is a fraction', { sub: '1.5' }],
  ])('a token whose claims %s is refused', async (_what, payload) => refused(make({ payload })));

  test('a token that has expired is refused', async () => {
    const answer = await ask(server.url, '{ me { id } }', {
      token: make({ payload: { exp: now() - 1 } }),
    });
    expect(answer).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED', kind: 'token_expired' } }],
    });
  });

  describe('a token that is refused, in the header of a login or refresh', () => {
    const expired = () => make({ payload: { exp: now() - 1 } });
    const input = `input: { email: "alice@epic.example", password: "${password}" }`;
    const logInField = `login(${input}) { accessToken employee { email } }`;
    const sessions = async () =>
      (await database.query('select count(*)::integer as count from identity.session'))[0]?.count;

    test.each([
      ['has expired', expired],
      ['is signed with another key', () => make({ signature: signedBy(strangersKey) })],
      ['is none', () => 'nonsense'],
    ])('a login and a refresh ignore a token that %s', async (_what, token) => {
      const login = await ask<{ login: Session }>(server.url, `mutation { ${logInField} }`, {
        token: token(),
      });
      expect(login).toMatchObject({
        status: 200,
        data: { login: { employee: { email: 'alice@epic.example' } } },
        errors: [],
      });
      const { refreshToken } = await logIn(server.url, 'alice@epic.example');
      const refreshed = await ask<{ refresh: Session }>(
        server.url,
        `mutation { refresh(input: { refreshToken: "${refreshToken}" }) { accessToken } }`,
        { token: token() },
      );
      expect(refreshed).toMatchObject({ status: 200, errors: [] });
      const me = await ask(server.url, '{ me { id } }', {
        token: refreshed.data?.refresh.accessToken,
      });
      expect(me.errors).toEqual([]);
    });

    test.each<[what: string, query: string, operationName?: string]>([
      ['another mutation', `mutation { ${logInField} logout { ok } }`],
      ['another mutation under the name of login', 'mutation { login: logout { ok } }'],
      [
        'another mutation in a fragment',
        `mutation { ${logInField} ...F } fragment F on Mutation { logout { ok } }`,
      ],
      [
        'another mutation that is left out',
        `mutation { ${logInField} logout @include(if: false) { ok } }`,
      ],
      ['the type of the root', `mutation { __typename ${logInField} }`],
      ['a query of the name login', 'query login { me { id } }'],
      ['a query of what anyone may read', '{ __typename }'],
      ['a subscription', 'subscription { eventChanged { id } }'],
      ['an operation beside it', `mutation L { ${logInField} } query Q { me { id } }`, 'Q'],
      [
        'no choice between two operations',
        `mutation L { ${logInField} } mutation M { ${logInField} }`,
      ],
      ['an unknown field', `mutation { ${logInField} nothing }`],
      ['a syntax error', `mutation { ${logInField}`],
    ])(
      'a refused token is not ignored for the sake of %s',
      async (_what, query, operationName = '') => {
        const before = await sessions();
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${expired()}` },
          body: JSON.stringify({ query, operationName: operationName || null }),
        });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.json()).toEqual({
          errors: [
            {
              message: 'Your access token has expired.',
              extensions: {
                code: 'UNAUTHENTICATED',
                kind: 'token_expired',
                hint: 'Refresh the session, or log in again.',
              },
            },
          ],
        });
        expect(await sessions()).toBe(before);
      },
    );

    test('the operation that logs in is executed, with other operations beside it', async () => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${expired()}` },
        body: JSON.stringify({
          query: `mutation L { ...F } query Q { me { id } } fragment F on Mutation { ${logInField} }`,
          operationName: 'L',
        }),
      });
      expect(response.status).toBe(200);
    });
  });

  test.each([
    ['department', { department: 'management' }],
    ['employee', { sub: '999' }],
    ['session', { sid: '00000000-0000-4000-8000-000000000000' }],
    ['end', { exp: now() + 1_000_000 }],
  ])(
    'a token whose claims were edited after it was signed is refused: %s',
    async (_what, change) => {
      const [header, , signature] = session.accessToken.split('.');
      await refused(`${header}.${encode({ ...decoded().payload, ...change })}.${signature}`);
    },
  );

  // signed with the real key, and still refused by the database
  test.each([
    ['the owner', 'owner'],
    ['the worker', 'worker'],
    ['the authenticator', 'authenticator'],
    ['another department', 'management'],
    ['SQL', "sales'; set role epic_owner; --"],
  ])('a signed token with the department %s is refused', async (_what, department) => {
    const answer = await ask(server.url, '{ clients { totalCount } }', {
      token: make({ payload: { department } }),
    });
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
  });
});

describe('the signature of a token', () => {
  const half = (token: string) => token.slice(0, -43);
  test.each([
    ['is missing', (token: string) => token.slice(0, token.lastIndexOf('.'))],
    ['is empty', (token: string) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['is cut in half', half],
    ['lacks its last character', (token: string) => token.slice(0, -1)],
    ['goes on', (token: string) => `${token}AAAA`],
    ['is followed by another part', (token: string) => `${token}.AAAA`],
  ])('a token whose signature %s is refused', async (_what, damage) =>
    refused(damage(session.accessToken)),
  );

  test('a token whose signature is all zeros is refused', () =>
    refused(make({ signature: () => Buffer.alloc(64) })));

  test('a token whose signature is in DER, not in the form of JOSE, is refused', () =>
    refused(
      make({ signature: (text) => sign('sha256', Buffer.from(text), keys.signing.privateKey) }),
    ));

  test('a token signed with another key is refused', () =>
    refused(make({ signature: signedBy(strangersKey) })));
});

describe('another token', () => {
  test('a refresh token is refused as an access token', () => refused(session.refreshToken ?? ''));

  test('an access token is refused as a refresh token', async () => {
    const answer = await askToRefresh(server.url, session.accessToken);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    '',
    'null',
    'undefined',
    '..',
    'a.b',
    'a.b.c',
    '{"alg":"none"}',
    `${'A'.repeat(9_000)}.A.A`,
  ])('a text that is no token is refused (%#)', async (token) => refused(token));

  test.each([
    [
      'the address',
      (token: string) => fetch(`${server.url}/graphql?access_token=${token}`, post()),
    ],
    [
      'a cookie',
      (token: string) => fetch(`${server.url}/graphql`, post({ cookie: `access_token=${token}` })),
    ],
    [
      'another header',
      (token: string) => fetch(`${server.url}/graphql`, post({ 'x-access-token': token })),
    ],
    [
      'the body',
      (token: string) =>
        fetch(`${server.url}/graphql`, {
          ...post(),
          body: JSON.stringify({
            query: '{ me { id } }',
            access_token: token,
            extensions: { token },
          }),
        }),
    ],
  ])('a token in %s is ignored', async (_where, send) => {
    const answer = await (await send(session.accessToken)).json();
    expect(answer).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', kind: 'no_session' } }],
    });
  });
});

test('the log contains no token, whole or in part', () => {
  for (const part of session.accessToken.split('.').slice(1)) {
    expect(server.output()).not.toContain(part);
  }
  expect(server.output()).not.toContain(session.refreshToken);
});

function post(headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ me { id } }"}',
  };
}
