import { URI } from 'otpauth';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn, type Session } from './support/api.ts';

// A person enrols, logs in, loses the phone; the database's own rules are in tests/sql/second_factor.sql. The codes come from
// a library, as an app computes them.

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
  await addEmployee(database, { email: 'boss@epic.example', department: 'management' });
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

let people = 0;
const newManager = async () => {
  const email = `manager${++people}@epic.example`;
  const id = await addEmployee(database, { email, department: 'management' });
  return { id, email };
};

const call = <Result = Record<string, unknown>>(
  session: Session,
  name: string,
  input: Record<string, unknown>,
  fields = 'ok',
) =>
  ask<Record<string, Result>>(
    server.url,
    `mutation Call($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} } }`,
    { token: session.accessToken, variables: { input } },
  );

const logInWith = (email: string, code: string | null, secret = password) =>
  ask<{ login: Session }>(
    server.url,
    'mutation Login($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }',
    { variables: { input: { email, password: secret, code } } },
  );

const stateOf = async (session: Session) => {
  const query = '{ mySecondFactor { enabledAt recoveryCodesLeft isRequired } }';
  return (await ask(server.url, query, { token: session.accessToken })).data?.mySecondFactor;
};

type App = { code(): string; recoveryCodes: string[] };

/** Enrols the person of a session. Each code of the app is that of the next step, since each is good once. */
async function enrol(session: Session): Promise<App> {
  const begun = await call<{ secret: string; uri: string }>(
    session,
    'beginSecondFactor',
    { currentPassword: password },
    'secret uri',
  );
  const totp = URI.parse(begun.data?.beginSecondFactor?.uri ?? '');
  const code = () => totp.generate();
  const enabled = await call<{ recoveryCodes: string[] }>(
    session,
    'enableSecondFactor',
    { code: code() },
    'recoveryCodes',
  );
  await forgetStep();
  return { code, recoveryCodes: enabled.data?.enableSecondFactor?.recoveryCodes ?? [] };
}

/** Lets the code of this half minute be accepted again, so that no test waits for the next. */
const forgetStep = () => database.query('update identity.second_factor set last_step = 0');

const newEmployee = (nth: number) => ({
  fullName: 'Nadia Neuve',
  email: `nadia${nth}@epic.example`,
  department: 'sales',
});

describe('enrolling', () => {
  test('the secret is an otpauth URI that names the company and the person', async () => {
    const { email } = await newManager();
    const session = await logIn(server.url, email);
    const { data } = await call<{ secret: string; uri: string }>(
      session,
      'beginSecondFactor',
      { currentPassword: password },
      'secret uri',
    );
    const { secret, uri } = data?.beginSecondFactor ?? { secret: '', uri: '' };
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toBe(
      `otpauth://totp/Epic%20Events:${encodeURIComponent(email)}?issuer=Epic%20Events&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    );
  });

  test('a code of the app enables the second factor, which the person then sees', async () => {
    const session = await logIn(server.url, (await newManager()).email);
    expect(await stateOf(session)).toEqual({
      enabledAt: null,
      recoveryCodesLeft: 0,
      isRequired: false,
    });
    const { recoveryCodes } = await enrol(session);
    expect(recoveryCodes).toHaveLength(10);
    expect(await stateOf(session)).toEqual({
      enabledAt: expect.any(String),
      recoveryCodesLeft: 10,
      isRequired: false,
    });
  });

  test('a wrong password or code is refused with its field', async () => {
    const session = await logIn(server.url, (await newManager()).email);
    const begun = await call(session, 'beginSecondFactor', { currentPassword: 'wrong' }, 'uri');
    expect(begun.errors[0]?.extensions).toEqual({
      ...{ code: 'INVALID', kind: 'password_wrong', field: 'currentPassword' },
    });
    const early = await call(session, 'enableSecondFactor', { code: '1' }, 'recoveryCodes');
    expect(early.errors[0]?.extensions).toMatchObject({
      ...{ code: 'CONFLICT', kind: 'second_factor_is_begun' },
    });
    await enrol(session);
    for (const [name, fields, input] of [
      ['confirmSecondFactor', 'ok', {}],
      ['disableSecondFactor', 'ok', { currentPassword: password }],
      ['replaceRecoveryCodes', 'recoveryCodes', {}],
    ] as const) {
      const wrong = await call(session, name, { ...input, code: 'wrong' }, fields);
      expect(wrong.errors[0]).toMatchObject({
        message: 'The code is wrong, or was used before.',
        extensions: { code: 'INVALID', kind: 'second_factor_wrong', field: 'code' },
      });
    }
    const again = await call(session, 'beginSecondFactor', { currentPassword: password }, 'uri');
    expect(again.errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      kind: 'second_factor_is_not_enabled',
      facts: { since: expect.any(String) },
    });
  });

  test('a person without a session has no second factor', async () => {
    const nobody = { accessToken: undefined } as unknown as Session;
    expect(codesOf(await call(nobody, 'confirmSecondFactor', { code: '1' }))).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect(codesOf(await ask(server.url, '{ mySecondFactor { isRequired } }'))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});

describe('logging in with a second factor', () => {
  test('the code is asked for once the password is right, and only then', async () => {
    const { email } = await newManager();
    const app = await enrol(await logIn(server.url, email));
    const asked = await logInWith(email, null);
    expect(asked.errors[0]).toMatchObject({
      message: 'A code of your second factor is needed.',
      extensions: { code: 'UNAUTHENTICATED', kind: 'second_factor_required' },
    });
    const refused = await logInWith(email, null, 'not the password');
    expect(refused.errors[0]?.extensions).toEqual({
      ...{ code: 'UNAUTHENTICATED', kind: 'login_refused' },
    });
    expect(await logInWith(email, app.code(), 'not the password')).toEqual(refused);
    expect(await logInWith(email, '000000x')).toEqual(refused);

    const session = await logInWith(email, app.code());
    expect(session.errors).toEqual([]);
    expect(await logInWith(email, app.code())).toEqual(refused);
  });

  test('a recovery code logs in once, and the person is told how many are left', async () => {
    const { id, email } = await newManager();
    const [code = ''] = (await enrol(await logIn(server.url, email))).recoveryCodes;
    expect((await logInWith(email, code.toLowerCase())).errors).toEqual([]);
    expect((await logInWith(email, code)).errors[0]?.extensions.kind).toBe('login_refused');
    expect(
      await database.query(
        `select kind, new_values from crm.notification where recipient_id = $1 order by id desc limit 1`,
        [id],
      ),
    ).toEqual([{ kind: 'recovery_code_used', new_values: { left: 9 } }]);
  });

  test('five wrong codes lock the account, even for the right one', async () => {
    const { email } = await newManager();
    const app = await enrol(await logIn(server.url, email));
    for (let attempt = 1; attempt <= 5; attempt++) await logInWith(email, 'wrong');
    expect(codesOf(await logInWith(email, app.code()))).toEqual(['RATE_LIMITED']);
    await database.query('update identity.login_attempt set locked_until = now()');
    expect(codesOf(await logInWith(email, app.code()))).toEqual([]);
  });

  test('of two simultaneous logins with one code, one is let in', async () => {
    const { email } = await newManager();
    const app = await enrol(await logIn(server.url, email));
    const both = await Promise.all([logInWith(email, app.code()), logInWith(email, app.code())]);
    expect(both.map(codesOf).sort()).toEqual([[], ['UNAUTHENTICATED']]);
  });

  test('codes are not guessed several in one request', async () => {
    const session = await logIn(server.url, (await newManager()).email);
    const { errors } = await ask(
      server.url,
      'mutation { a: confirmSecondFactor(input: { code: "1" }) { ok } b: confirmSecondFactor(input: { code: "2" }) { ok } }',
      { token: session.accessToken },
    );
    expect(errors[0]?.extensions.kind).toBe('too_many_attempts');
  });
});

describe('what needs the second factor', () => {
  const withSecondFactor = {
    ...{ code: 'FORBIDDEN', reason: 'Log in with your second factor first.' },
  };

  test('a session that was opened before is asked to confirm it, and then goes on', async () => {
    const { id, email } = await newManager();
    const clerk = await addEmployee(database, { email: `c-${email}`, department: 'sales' });
    await database.query(
      'insert into crm.client (full_name, email, commercial_contact_id) values ($1, $2, $3)',
      ['Jeanne Moreau', 'jeanne@client.example', clerk],
    );
    const [client] = await database.query<{ id: number }>('select max(id) as id from crm.client');
    const before = await logIn(server.url, email);
    const app = await enrol(await logIn(server.url, email));

    const tries = [
      ['createEmployee', newEmployee(id), 'oneTimePassword', 'management_create'],
      [
        'updateEmployee',
        { id: clerk, patch: { phone: '0102' } },
        'employee { id }',
        'management_update',
      ],
      [
        'moveEmployee',
        { employeeId: clerk, department: 'support' },
        'employee { id }',
        'management_update',
      ],
      ['resetPassword', { employeeId: clerk }, 'oneTimePassword', 'management_reset_password'],
      [
        'eraseClient',
        { clientId: client?.id, confirm: true },
        'erasure { clientId }',
        'management_erase',
      ],
    ] as const;
    for (const [name, input, fields, kind] of tries) {
      const { errors } = await call(before, name, input, fields);
      expect(errors[0]?.extensions).toEqual({
        ...withSecondFactor,
        kind: `${kind}_with_second_factor`,
      });
    }

    expect(codesOf(await call(before, 'confirmSecondFactor', { code: app.code() }))).toEqual([]);
    const outcomes = [
      await call(before, 'createEmployee', newEmployee(id), 'oneTimePassword'),
      await call(before, 'resetPassword', { employeeId: clerk }, 'oneTimePassword'),
      await call(
        before,
        'eraseClient',
        { clientId: client?.id, confirm: true },
        'erasure { clientId }',
      ),
    ];
    expect(outcomes.map(codesOf)).toEqual([[], [], []]);
  });

  test('a session that was opened with a code is asked nothing', async () => {
    const { id, email } = await newManager();
    const app = await enrol(await logIn(server.url, email));
    const { data } = await logInWith(email, app.code());
    const created = await call(
      data?.login as Session,
      'createEmployee',
      newEmployee(id),
      'oneTimePassword',
    );
    expect(codesOf(created)).toEqual([]);
  });

  test('where a department needs one, a person without is told to enable one', async () => {
    const { id, email } = await newManager();
    const session = await logIn(server.url, email);
    await database.query(
      `update identity.configuration set second_factor_required_for = '{management}'`,
    );
    try {
      expect(await stateOf(session)).toMatchObject({ isRequired: true });
      const refused = await call(session, 'createEmployee', newEmployee(id), 'oneTimePassword');
      expect(refused.errors[0]).toMatchObject({
        message: 'You may not create this employee.',
        extensions: {
          code: 'FORBIDDEN',
          kind: 'management_create_once_enrolled',
          reason: 'Your department needs a second factor for this: enable one first.',
        },
      });
      await enrol(session);
      const created = await call(session, 'createEmployee', newEmployee(id), 'oneTimePassword');
      expect(codesOf(created)).toEqual([]);
    } finally {
      await database.query(
        'update identity.configuration set second_factor_required_for = default',
      );
    }
  });

  test('a second factor that is disabled is asked for no more', async () => {
    const { id, email } = await newManager();
    const session = await logIn(server.url, email);
    const { recoveryCodes } = await enrol(session);
    const disabled = await call(session, 'disableSecondFactor', {
      currentPassword: password,
      code: recoveryCodes[3],
    });
    expect(disabled.data).toEqual({ disableSecondFactor: { ok: true } });
    expect(await stateOf(session)).toMatchObject({ enabledAt: null, recoveryCodesLeft: 0 });
    expect(codesOf(await logInWith(email, null))).toEqual([]);
    const created = await call(session, 'createEmployee', newEmployee(id), 'oneTimePassword');
    expect(codesOf(created)).toEqual([]);
  });

  test('new recovery codes replace the former ones', async () => {
    const { email } = await newManager();
    const session = await logIn(server.url, email);
    const { recoveryCodes, code } = await enrol(session);
    const { data } = await call<{ recoveryCodes: string[] }>(
      session,
      'replaceRecoveryCodes',
      { code: code() },
      'recoveryCodes',
    );
    const [next = ''] = data?.replaceRecoveryCodes?.recoveryCodes ?? [];
    expect(recoveryCodes).not.toContain(next);
    expect(codesOf(await logInWith(email, recoveryCodes[0] ?? ''))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await logInWith(email, next))).toEqual([]);
  });
});

test('the log contains no code, no secret and no recovery code', async () => {
  const { email } = await newManager();
  const session = await logIn(server.url, email);
  const begun = await call<{ secret: string; uri: string }>(
    session,
    'beginSecondFactor',
    { currentPassword: password },
    'secret uri',
  );
  const { secret = '', uri = '' } = begun.data?.beginSecondFactor ?? {};
  const code = URI.parse(uri).generate();
  const { data } = await call<{ recoveryCodes: string[] }>(
    session,
    'enableSecondFactor',
    { code },
    'recoveryCodes',
  );
  const [recoveryCode = ''] = data?.enableSecondFactor?.recoveryCodes ?? [];
  await logInWith(email, recoveryCode);
  const log = server.output();
  expect(log).toContain('"operation":"Call"');
  for (const text of [secret, recoveryCode, `"${code}"`]) expect(log).not.toContain(text);
});
