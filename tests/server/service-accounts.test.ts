import { createHash, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { Client } from 'pg';
import { rsaModulus } from '../../src/server/identity/service-accounts.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { newProgram, type Program } from '../support/programs.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';

// A program opens a session with an assertion that it has signed. tests/sql/authenticate_service.sql has every claim.

let database: TestDatabase;
let server: RunningServer;
let alice: number;
let client: number;
let backup: Program;

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  await addEmployee(database, { email: 'mia@epic.example', department: 'management' });
  client = await addClient(database, alice);
  backup = await newProgram(database, 'backup-job', 'alice@epic.example');
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

// an address may fail a hundred times, and an account five
beforeEach(() => database.query('delete from identity.login_attempt'));

interface ServiceSession {
  accessToken: string;
  accessTokenExpiresAt: string;
  employee: { id: number; email: string };
}

function authenticate(assertion: string) {
  return ask<{ authenticateService: ServiceSession | null }>(
    server.url,
    `mutation ($assertion: String!) {
       authenticateService(input: { assertion: $assertion }) {
         accessToken accessTokenExpiresAt employee { id email }
       }
     }`,
    { variables: { assertion } },
  );
}

async function tokenOf(program: Program): Promise<string> {
  const { data, errors } = await authenticate(program.assertion());
  if (!data?.authenticateService) throw new Error(`It was refused: ${JSON.stringify(errors)}`);
  return data.authenticateService.accessToken;
}

const refusals = () =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'an assertion of a service account was refused')
    .map(({ reason, serviceAccount }) => ({ reason, serviceAccount }));

const rename = (token: string, fullName: string) =>
  ask(
    server.url,
    `mutation ($id: Int!, $patch: ClientPatch!) {
       updateClient(input: { id: $id, patch: $patch }) { client { fullName } }
     }`,
    { token, variables: { id: client, patch: { fullName } } },
  );

describe('a program', () => {
  test('a program acts as the owner of its service account, for a quarter of an hour', async () => {
    const { data } = await authenticate(backup.assertion());
    const session = data?.authenticateService;
    expect(session?.employee).toEqual({ id: alice, email: 'alice@epic.example' });
    const minutes = (Date.parse(session?.accessTokenExpiresAt ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThanOrEqual(15);
    const token = session?.accessToken ?? '';
    expect((await ask(server.url, '{ me { email } }', { token })).data).toEqual({
      me: { email: 'alice@epic.example' },
    });
    expect((await rename(token, 'Jeanne M.')).errors).toEqual([]);
  });

  test('history says through which program a record was changed, also when the account is gone', async () => {
    const job = await newProgram(database, 'nightly', 'alice@epic.example');
    await rename(await tokenOf(job), 'Jeanne N.');
    await database.query(`delete from identity.service_account where name = 'nightly'`);
    await rename((await logIn(server.url, 'alice@epic.example')).accessToken, 'Jeanne O.');
    const { accessToken: token } = await logIn(server.url, 'mia@epic.example');
    const { data } = await ask(
      server.url,
      `query ($id: Int!) {
         historyEntries(first: 2, orderBy: [ID_DESC], condition: { record: client, rowId: $id }) {
           nodes { employee { id } serviceAccount databaseUser }
         }
       }`,
      { token, variables: { id: client } },
    );
    expect(data).toEqual({
      historyEntries: {
        nodes: [
          { employee: { id: alice }, serviceAccount: null, databaseUser: null },
          { employee: { id: alice }, serviceAccount: 'nightly', databaseUser: null },
        ],
      },
    });
  });

  test('a program of an account for reading only changes nothing', async () => {
    const reader = await newProgram(database, 'reader', 'alice@epic.example', { readOnly: true });
    const token = await tokenOf(reader);
    expect((await ask(server.url, '{ me { id } }', { token })).data).toEqual({ me: { id: alice } });
    const refused = await rename(token, 'Nobody');
    expect(refused.errors).not.toEqual([]);
    const [row] = await database.query('select full_name from crm.client where id = $1', [client]);
    expect(row?.full_name).not.toBe('Nobody');
  });

  test('the access token of an account that ends soon ends with it', async () => {
    const expiresAt = new Date(Date.now() + 120_000);
    const soon = await newProgram(database, 'soon', 'alice@epic.example', { expiresAt });
    const token = await tokenOf(soon);
    const { exp } = jwt.decode(token) as jwt.JwtPayload;
    expect(exp).toBe(Math.floor(expiresAt.getTime() / 1000));
  });

  test('a program changes, resets and sets no password, and ends no session of its owner', async () => {
    const admin = await newProgram(database, 'admin-job', 'mia@epic.example');
    const token = await tokenOf(admin);
    const { accessToken: ofMia } = await logIn(server.url, 'mia@epic.example');
    const sent = (mutation: string) => ask(server.url, `mutation { ${mutation} }`, { token });
    const change = await sent(
      'changePassword(input: { currentPassword: "correct horse battery", newPassword: "words of my very own" }) { ok }',
    );
    expect(change.errors[0]).toMatchObject({
      message: 'A program manages neither the password nor the second factor of its owner.',
      extensions: { code: 'FORBIDDEN', kind: 'no_program' },
    });
    const reset = await sent(`resetPassword(input: { employeeId: ${alice} }) { oneTimePassword }`);
    expect(reset.errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      kind: 'management_reset_others',
      reason: expect.stringContaining('A program gives no one a password.'),
    });
    const hired = await sent(
      'createEmployee(input: { fullName: "X Y", email: "x@epic.example", department: management }) { oneTimePassword }',
    );
    expect(codesOf(hired)).toEqual(['FORBIDDEN']);
    expect((await sent('revokeOtherSessions { count }')).data).toEqual({
      revokeOtherSessions: { count: 0 },
    });
    expect((await ask(server.url, '{ me { id } }', { token: ofMia })).errors).toEqual([]);
  });

  test('a session ends with the next request after its service account is revoked', async () => {
    const job = await newProgram(database, 'short-lived', 'alice@epic.example');
    const token = await tokenOf(job);
    const { accessToken: ofAlice } = await logIn(server.url, 'alice@epic.example');
    const listed = '{ serviceAccounts { nodes { name ownerName readOnly lastUsedAt } } }';
    const { data } = await ask<{ serviceAccounts: { nodes: object[] } }>(server.url, listed, {
      token: ofAlice,
    });
    expect(data?.serviceAccounts.nodes).toContainEqual({
      ...{ name: 'short-lived', ownerName: 'Test Person', readOnly: false },
      lastUsedAt: expect.any(String),
    });
    const revoke =
      'mutation { revokeServiceAccount(input: { name: "short-lived" }) { serviceAccount { name } } }';
    expect((await ask(server.url, revoke, { token: ofAlice })).data).toEqual({
      revokeServiceAccount: { serviceAccount: { name: 'short-lived' } },
    });
    expect(codesOf(await ask(server.url, '{ me { id } }', { token }))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await authenticate(job.assertion()))).toEqual(['UNAUTHENTICATED']);
    expect((await ask(server.url, revoke, { token: ofAlice })).errors[0]?.extensions).toMatchObject(
      {
        ...{ code: 'NOT_FOUND', kind: 'service_account_is_valid' },
      },
    );
  });

  test.each([
    ['deactivated', 'active = false'],
    ['moved to another department', `department = 'support'`],
  ])('a service account ends when its owner is %s', async (what, change) => {
    const email = `${what.slice(0, 5)}@epic.example`;
    await addEmployee(database, { email, department: 'sales' });
    const job = await newProgram(database, `job-${what.slice(0, 5)}`, email);
    const token = await tokenOf(job);
    await database.query(`update crm.employee set ${change} where email = $1`, [email]);
    expect(codesOf(await ask(server.url, '{ me { id } }', { token }))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await authenticate(job.assertion()))).toEqual(['UNAUTHENTICATED']);
    expect(refusals().at(-1)).toEqual({ reason: 'account_revoked', serviceAccount: job.name });
  });
});

describe('an assertion that is refused', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const publicPem = () => backup.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const unsigned = (header: object, claims: unknown) =>
    [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  const claims = () => jwt.decode(backup.assertion());

  const cases: [string, string, () => string][] = [
    ['expired', 'expired', () => backup.assertion({ exp: seconds() - 1 })],
    ['without an end', 'expiry_missing', () => backup.assertion({ exp: undefined })],
    ['good for an hour', 'expiry_too_late', () => backup.assertion({ exp: seconds() + 3600 })],
    ['without an id', 'id_missing', () => backup.assertion({ jti: undefined })],
    ['for another audience', 'audience', () => backup.assertion({ aud: 'elsewhere' })],
    ['about another subject', 'subject', () => backup.assertion({ sub: 'mia' })],
    ['of an unknown account', 'account_unknown', () => backup.assertion({ iss: 'x', sub: 'x' })],
    ['of the algorithm none', 'algorithm', () => `${unsigned({ alg: 'none' }, claims())}.AA`],
    [
      'of the algorithm HS256, with the public key for a secret',
      'algorithm',
      () => {
        const signed = unsigned({ alg: 'HS256' }, claims());
        return `${signed}.${createHmac('sha256', publicPem()).update(signed).digest('base64url')}`;
      },
    ],
    [
      'signed with another key',
      'signature',
      () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return jwt.sign(claims() as object, privateKey, { algorithm: 'RS256' });
      },
    ],
    [
      'whose claims were edited',
      'signature',
      () => {
        const [header, , signature] = backup.assertion().split('.');
        const other = Buffer.from(JSON.stringify({ ...(claims() as object), x: 1 }));
        return [header, other.toString('base64url'), signature].join('.');
      },
    ],
    ['that is none', 'malformed', () => 'assertion'],
    [
      'nested a thousand times',
      'algorithm',
      () => `${Buffer.from('['.repeat(1200) + ']'.repeat(1200)).toString('base64url')}.e30.AA`,
    ],
    ['with a NUL character', 'malformed', () => `${unsigned({ alg: 'RS256' }, { iss: '\0' })}.AA`],
  ];

  test.each(cases)(
    'an assertion %s is refused, and the log alone says why',
    async (_what, reason, make) => {
      const refused = await authenticate(make());
      expect(refused.errors).toEqual([
        expect.objectContaining({
          message: 'The assertion is not valid.',
          extensions: {
            code: 'UNAUTHENTICATED',
            kind: 'assertion_refused',
            hint: 'The log of the server says why.',
          },
        }),
      ]);
      expect(refusals().at(-1)?.reason).toBe(reason);
    },
  );

  test('an assertion opens one session, and the second time it is refused', async () => {
    const assertion = backup.assertion();
    expect((await authenticate(assertion)).errors).toEqual([]);
    expect(codesOf(await authenticate(assertion))).toEqual(['UNAUTHENTICATED']);
    expect(refusals().at(-1)).toEqual({ reason: 'replayed', serviceAccount: 'backup-job' });
  });

  test('an assertion sent twenty times at once opens one session', async () => {
    const job = await newProgram(database, 'hasty', 'alice@epic.example');
    const assertion = job.assertion();
    const answers = await Promise.all(Array.from({ length: 20 }, () => authenticate(assertion)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    const [row] = await database.query(
      `select count(*)::int as count from identity.session where service_account = 'hasty'`,
    );
    expect(row?.count).toBe(1);
  });

  test('after five refusals an assertion is not compared for a while', async () => {
    for (let attempt = 1; attempt <= 5; attempt++) {
      await authenticate(backup.assertion({ jti: undefined }));
    }
    const locked = await authenticate(backup.assertion());
    expect(locked.errors[0]).toMatchObject({
      message: 'Too many failed logins in a row.',
      extensions: { code: 'RATE_LIMITED' },
    });
  });

  test('an assertion is not in the log', async () => {
    const [good, bad] = [backup.assertion(), backup.assertion({ jti: undefined })];
    await authenticate(good);
    await authenticate(bad);
    for (const part of [good, bad].flatMap((assertion) => assertion.split('.').slice(1))) {
      expect(server.output()).not.toContain(part);
    }
  });
});

test('the password of the API’s login opens no session of a service account', async () => {
  const thief = new Client({ connectionString: database.authenticatorUrl });
  await thief.connect();
  try {
    const secret = randomBytes(32);
    const forge = async (assertion: string) => {
      await thief.query('begin');
      await thief.query('select identity.enter(null, null, null, null)');
      const { rows } = await thief.query(
        'select outcome, session_id from identity.authenticate_service($1, $2, null, null)',
        [assertion, createHash('sha256').update(secret).digest()],
      );
      await thief.query('commit');
      return rows[0];
    };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = jwt.sign(jwt.decode(backup.assertion()) as object, privateKey, {
      algorithm: 'RS256',
    });
    expect(await forge(forged)).toEqual({ outcome: 'signature', session_id: null });
    const spent = backup.assertion();
    await authenticate(spent);
    expect(await forge(spent)).toEqual({ outcome: 'replayed', session_id: null });

    for (const statement of [
      'select modulus from identity.service_account',
      `insert into identity.service_account (name, owner_id, modulus, audience) values ('mine', 1, '', '')`,
      `insert into identity.session (employee_id, service_account) values (1, 'backup-job')`,
      'delete from identity.used_assertion',
      `select identity.create_service_account('mine', 'alice@epic.example', '', '', false, null)`,
      `select identity.set_claims('epic_sales', 1, null, 'sales', false, false, 'backup-job')`,
    ]) {
      await expect(thief.query(statement)).rejects.toThrow(/permission denied/);
    }
  } finally {
    await thief.end();
  }
});

describe('the key of a service account', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');

  test.each([
    ['PEM, as openssl writes it', publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['PEM of PKCS #1', publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()],
    ['a JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
  ])('a public key is read from %s', (_form, text) => {
    expect(rsaModulus(text)).toEqual(modulus);
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
  test.each([
    [
      'a private key in PEM',
      privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      'The file has a private key, which stays with the program.',
    ],
    [
      'a private JWK',
      JSON.stringify(privateKey.export({ format: 'jwk' })),
      'The file has a private key, which stays with the program.',
    ],
    [
      'a key of ES256',
      ec.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      'The key is of the type ec; a service account has an RSA key.',
    ],
    [
      'a key of Ed25519',
      JSON.stringify(ed.publicKey.export({ format: 'jwk' })),
      'The key is of the type ed25519; a service account has an RSA key.',
    ],
    [
      'the exponent 3',
      three.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      'The exponent of the RSA key is not 65537.',
    ],
    ['nothing', '', 'The file has no public key, neither in PEM nor as a JWK.'],
    [
      'a shared secret',
      JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }),
      'The file has no public key, neither in PEM nor as a JWK.',
    ],
  ])('a file with %s is refused', (_what, text, sentence) => {
    expect(() => rsaModulus(text)).toThrow(sentence);
  });
});
