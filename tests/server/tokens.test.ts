import { createHmac, createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { type Keys, loadKeys } from '../../src/server/identity/keys.ts';
import { createTokens } from '../../src/server/identity/tokens.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let folder: string;
let keysFile: string;
let keys: Keys;
let real: string;
/** When it was issued, between two times in seconds. */
let issued: [number, number];

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-keys-`));
  keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  keys = loadKeys(keysFile);
  server = await startServer(database, { EPIC_JWT_KEYS: keysFile });
  const before = now();
  real = (await logIn(server.url, 'alice@epic.example')).accessToken;
  issued = [before, now()];
});

afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

/** The real token again, signed with the real key, except for what a test changes. */
function forge(
  changes: { claims?: object; header?: object; options?: jwt.SignOptions; key?: jwt.Secret } = {},
): string {
  const { iat: _, ...claims } = jwt.decode(real) as jwt.JwtPayload;
  const header = jwt.decode(real, { complete: true })?.header;
  return jwt.sign({ ...claims, ...changes.claims }, changes.key ?? keys.signing.privateKey, {
    algorithm: 'ES256',
    header: { ...header, alg: 'ES256', ...changes.header },
    ...changes.options,
  });
}

const now = () => Math.floor(Date.now() / 1000);
const inThePast = now() - 60;
const company = { issuer: 'epic-server', timeZone: 'Europe/Paris' };

describe('an access token', () => {
  test('an access token has the documented claims and header', () => {
    expect(jwt.decode(real, { complete: true })).toMatchObject({
      header: { alg: 'ES256', typ: 'at+jwt', kid: keys.signing.kid },
      payload: {
        iss: 'epic-server',
        aud: 'epic-events-crm',
        sub: expect.stringMatching(/^\d+$/),
        sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        department: 'sales',
        zoneinfo: 'Europe/Paris',
      },
    });
    const { iat = 0, exp = 0 } = jwt.decode(real) as jwt.JwtPayload;
    // the database decides when it ends, before the server signs it
    for (const time of [iat, exp - 900]) {
      expect(time).toBeGreaterThanOrEqual(issued[0]);
      expect(time).toBeLessThanOrEqual(issued[1]);
    }
  });

  test('an access token signed with the key of the server is accepted', async () => {
    expect(codesOf(await ask(server.url, '{ me { id } }', { token: forge() }))).toEqual([]);
  });

  test('an access token can be verified with the published keys', async () => {
    const response = await fetch(`${server.url}/.well-known/jwks.json`);
    const { keys: published } = (await response.json()) as { keys: JsonWebKey[] };
    expect(published).toEqual([
      expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', kid: keys.signing.kid }),
    ]);
    expect(published[0]).not.toHaveProperty('d');
    const key = createPublicKey({ key: published[0] ?? {}, format: 'jwk' });
    expect(jwt.verify(real, key, { algorithms: ['ES256'] })).toMatchObject({ department: 'sales' });
  });

  test.each([
    ['has expired', () => forge({ claims: { exp: inThePast } }), 'token_expired'],
    ['was signed with another key', () => forge({ key: anotherKey() }), 'token_invalid'],
    ['names a key that is not ours', () => forge({ header: { kid: 'other' } }), 'token_invalid'],
    ['names no key', () => forge({ header: { kid: undefined } }), 'token_invalid'],
    ['names a file', () => forge({ header: { kid: '../../dev/null' } }), 'token_invalid'],
    ['names a query', () => forge({ header: { kid: "' union select 'x" } }), 'token_invalid'],
    ['names what every object has', () => forge({ header: { kid: '__proto__' } }), 'token_invalid'],
    ['brings its own key', withItsOwnKey, 'token_invalid'],
    [
      'says where its key is',
      () => forgedAt('https://attacker.example/jwks.json'),
      'token_invalid',
    ],
    ['never expires', eternal, 'token_invalid'],
    ['has a number that is text', () => forge({ claims: { sub: '1 or 1=1' } }), 'token_invalid'],
    ['was cut off', () => real.slice(0, -5), 'token_invalid'],
    ['has lost its signature', () => real.replace(/[^.]+$/, ''), 'token_invalid'],
    ['was signed twice', () => `${real}.${real.split('.')[2]}`, 'token_invalid'],
    ['is of another issuer', () => forge({ claims: { iss: 'someone' } }), 'token_invalid'],
    ['is for another audience', () => forge({ claims: { aud: 'something' } }), 'token_invalid'],
    ['is of another type', () => forge({ header: { typ: 'JWT' } }), 'token_invalid'],
    ['is not valid yet', () => forge({ claims: { nbf: inThePast + 3600 } }), 'token_invalid'],
    ['has no subject', () => forge({ claims: { sub: undefined } }), 'token_invalid'],
    ['has a session that is no uuid', () => forge({ claims: { sid: 'x' } }), 'token_invalid'],
    ['is unsigned (alg none)', unsigned, 'token_invalid'],
    ['is signed with the public key as a secret (HS256)', signedWithThePublicKey, 'token_invalid'],
    ['had its claims changed', tampered, 'token_invalid'],
    ['is not a token', () => 'nonsense', 'token_invalid'],
  ])('an access token is refused with 401 when it %s', async (_why, token, kind) => {
    const answer = await ask(server.url, '{ me { id } }', { token: token() });
    expect(answer).toMatchObject({
      status: 401,
      data: null,
      errors: [{ extensions: { code: 'UNAUTHENTICATED', kind } }],
    });
  });

  test('an access token for the session of another employee is refused by the database', async () => {
    const id = await addEmployee(database, { email: 'bob@epic.example', department: 'sales' });
    const answer = await ask(server.url, '{ me { id } }', {
      token: forge({ claims: { sub: String(id) } }),
    });
    expect(answer.errors[0]).toMatchObject({
      message: 'This session has ended.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  test('an access token of another department than the employee’s is refused by the database', async () => {
    const token = forge({ claims: { department: 'management' } });
    const answer = await ask(server.url, '{ employees { totalCount } }', { token });
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
  });

  test('an access token is refused in any other scheme than Bearer', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${real}` },
      body: '{"query":"{ me { id } }"}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('an access token that was verified before is refused once it has expired', async () => {
    const tokens = createTokens(keys, company);
    const token = forge({ claims: { exp: Math.ceil(Date.now() / 1000) + 1 } });
    expect(tokens.verify(token)).toEqual(tokens.verify(token));
    await sleep(2_100);
    expect(() => tokens.verify(token)).toThrow('Your access token has expired.');
  });

  test('an access token that was verified before is refused once its key is not in use', async () => {
    let current = keys;
    const tokens = createTokens(
      {
        get signing() {
          return current.signing;
        },
        get verifying() {
          return current.verifying;
        },
        get published() {
          return current.published;
        },
      },
      company,
    );
    expect(tokens.verify(real)).toEqual(tokens.verify(real));
    const others = join(folder, 'others.json');
    await writeFile(others, JSON.stringify(generateJwks()), { mode: 0o600 });
    current = loadKeys(others);
    expect(() => tokens.verify(real)).toThrow('The access token is not valid.');
  });

  test('an access token stays valid when the keys are rotated', async () => {
    const { keys: old } = JSON.parse(await readFile(keysFile, 'utf8'));
    const both = join(folder, 'rotated.json');
    await writeFile(both, JSON.stringify({ keys: [...generateJwks().keys, ...old] }), {
      mode: 0o600,
    });
    const rotated = await startServer(database, { EPIC_JWT_KEYS: both });
    try {
      expect(codesOf(await ask(rotated.url, '{ me { id } }', { token: real }))).toEqual([]);
      const { accessToken } = await logIn(rotated.url, 'alice@epic.example');
      const kid = jwt.decode(accessToken, { complete: true })?.header.kid;
      expect(kid).not.toBe(keys.signing.kid);
      expect(codesOf(await ask(rotated.url, '{ me { id } }', { token: accessToken }))).toEqual([]);
    } finally {
      await rotated.stop();
    }
  });
});

function anotherKey() {
  const [jwk] = generateJwks().keys;
  return createPrivateKey({ key: jwk ?? {}, format: 'jwk' });
}

/** Signed with the real key, without a time at which it ends. */
function eternal(): string {
  const { iat: _, exp: __, ...claims } = jwt.decode(real) as jwt.JwtPayload;
  const { kid, privateKey } = keys.signing;
  return jwt.sign(claims, privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: 'at+jwt', kid },
  });
}

/** Signed with a key that the header itself holds. */
function withItsOwnKey(): string {
  const key = anotherKey();
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return forge({ key, header: { jwk, kid: keys.signing.kid } });
}

/** Signed with a key at a URL, which the server does not fetch. */
function forgedAt(jku: string): string {
  return forge({ key: anotherKey(), header: { jku, x5u: jku } });
}

function unsigned(): string {
  const { header, payload } = parts(real);
  return `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`;
}

function signedWithThePublicKey(): string {
  const pem = createPublicKey(keys.signing.privateKey).export({ type: 'spki', format: 'pem' });
  const { payload } = parts(real);
  const { kid } = keys.signing;
  const signed = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
}

function tampered(): string {
  const { payload } = parts(real);
  const [header, , signature] = real.split('.');
  return `${header}.${encode({ ...payload, department: 'management' })}.${signature}`;
}

function parts(token: string) {
  const [header = '', payload = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header), payload: JSON.parse(payload) };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
