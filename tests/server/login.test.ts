import jwt from 'jsonwebtoken';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, askToLogIn, askToRefresh, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const sessionOf = (token: string) => (jwt.decode(token) as jwt.JwtPayload | null)?.sid;

describe('logging in', () => {
  test('a login gives an access token and the employee whose it is', async () => {
    const session = await logIn(server.url, 'Alice@Epic.example');
    expect(session.employee).toMatchObject({ email: 'alice@epic.example', department: 'sales' });
    expect(session.mustChangePassword).toBe(false);

    const me = await ask(server.url, '{ me { email } }', { token: session.accessToken });
    expect(me.data).toEqual({ me: { email: 'alice@epic.example' } });
  });

  test('a login with an unknown e-mail is answered exactly as one with a wrong password', async () => {
    const wrong = await askToLogIn(server.url, 'alice@epic.example', 'not the password');
    const unknown = await askToLogIn(server.url, 'nobody@epic.example', 'not the password');
    expect(wrong.errors[0]).toMatchObject({
      message: 'E-mail or password is wrong.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect(unknown).toEqual(wrong);
    await logIn(server.url, 'alice@epic.example');
  });

  test('a login takes as long with an unknown e-mail as with a wrong password', async () => {
    const timed = async (email: string) => {
      const startedAt = performance.now();
      await askToLogIn(server.url, email, 'not the password');
      return performance.now() - startedAt;
    };
    // the fastest of several in turn: a busy machine slows some of them
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const name of ['w', 'x', 'y', 'z']) {
      known = Math.min(known, await timed('alice@epic.example'));
      unknown = Math.min(unknown, await timed(`${name}@epic.example`));
    }
    expect(unknown).toBeGreaterThan(known / 3);
    await logIn(server.url, 'alice@epic.example');
  });

  test('a login of a deactivated employee is refused with the same sentence', async () => {
    const id = await addEmployee(database, { email: 'left@epic.example', department: 'support' });
    await database.query('update crm.employee set active = false where id = $1', [id]);
    const answer = await askToLogIn(server.url, 'left@epic.example');
    expect(answer.errors[0]?.message).toBe('E-mail or password is wrong.');
  });

  test('an account is locked after five failed logins, even for the right password, and the response says for how long', async () => {
    await addEmployee(database, { email: 'target@epic.example', department: 'support' });
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(codesOf(await askToLogIn(server.url, 'target@epic.example', 'guess'))).toEqual([
        'UNAUTHENTICATED',
      ]);
    }
    const locked = await askToLogIn(server.url, 'target@epic.example');
    expect(locked.errors[0]).toMatchObject({
      message: 'Too many failed logins in a row.',
      extensions: {
        code: 'RATE_LIMITED',
        hint: expect.stringMatching(/^Try again in \d+ seconds\.$/),
      },
    });

    await database.query('update identity.login_attempt set locked_until = now()');
    await logIn(server.url, 'target@epic.example');
  });

  test('a login opens a new session, whatever session the request carries', async () => {
    const one = await logIn(server.url, 'alice@epic.example');
    const two = await askToLogIn(server.url, 'alice@epic.example', password, {
      authorization: `Bearer ${one.accessToken}`,
      cookie: `session=${sessionOf(one.accessToken)}`,
    });
    const token = two.data?.login?.accessToken ?? '';
    expect(sessionOf(token)).toMatch(/^[0-9a-f-]{36}$/);
    expect(sessionOf(token)).not.toBe(sessionOf(one.accessToken));
  });

  test('a login with a one-time password of more than a week ago is refused, and says whom to ask', async () => {
    const email = 'late@epic.example';
    await addEmployee(database, { email, department: 'support', mustChange: true });
    await database.query(
      `update identity.credential set changed_at = now() - interval '8 days' where employee_id =
       (select id from crm.employee where email = $1)`,
      [email],
    );
    expect((await askToLogIn(server.url, email)).errors[0]).toMatchObject({
      message: 'This one-time password has expired.',
      extensions: {
        code: 'UNAUTHENTICATED',
        kind: 'one_time_password_expired',
        reason: 'A one-time password is good for seven days.',
        hint: 'Ask management for a new one.',
      },
    });
    expect((await askToLogIn(server.url, email, 'not the password')).errors[0]?.message).toBe(
      'E-mail or password is wrong.',
    );
  });
});

describe('refreshing', () => {
  const rewind = (seconds: number) =>
    database.query(
      `update identity.refresh_token set used_at = used_at - make_interval(secs => $1) where used_at is not null`,
      [seconds],
    );

  test('a refresh gives a new access token and the next refresh token', async () => {
    const session = await logIn(server.url, 'alice@epic.example');
    const first = await askToRefresh(server.url, session.refreshToken ?? '');
    expect(first.data?.refresh?.refreshToken).not.toBe(session.refreshToken);
    const second = await askToRefresh(server.url, first.data?.refresh?.refreshToken ?? '');
    const token = second.data?.refresh?.accessToken;
    expect(codesOf(await ask(server.url, '{ me { id } }', { token }))).toEqual([]);
  });

  test('a refresh token that is used again ends the session', async () => {
    const session = await logIn(server.url, 'alice@epic.example');
    const next = await askToRefresh(server.url, session.refreshToken ?? '');
    await rewind(60);

    const replayed = await askToRefresh(server.url, session.refreshToken ?? '');
    expect(replayed.errors[0]).toMatchObject({
      message: 'This session has ended.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    const rightful = await askToRefresh(server.url, next.data?.refresh?.refreshToken ?? '');
    expect(codesOf(rightful)).toEqual(['UNAUTHENTICATED']);
    const token = next.data?.refresh?.accessToken;
    expect(codesOf(await ask(server.url, '{ me { id } }', { token }))).toEqual(['UNAUTHENTICATED']);
  });

  test('of two simultaneous refreshes both get an access token, and one gets the next refresh token', async () => {
    const session = await logIn(server.url, 'alice@epic.example');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => askToRefresh(server.url, session.refreshToken ?? '')),
    );
    expect(answers.flatMap(codesOf)).toEqual([]);
    const next = answers.flatMap(({ data }) => data?.refresh?.refreshToken ?? []);
    expect(next).toHaveLength(1);
    expect(codesOf(await askToRefresh(server.url, next[0] ?? ''))).toEqual([]);
  });

  test('a refresh with an unknown token is refused', async () => {
    expect(codesOf(await askToRefresh(server.url, 'made-up'))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('logging out', () => {
  test('a logout ends the session at once, for both tokens', async () => {
    const session = await logIn(server.url, 'alice@epic.example');
    const token = session.accessToken;
    const answer = await ask(server.url, 'mutation { logout { ok } }', { token });
    expect(answer.data).toEqual({ logout: { ok: true } });

    const after = await ask(server.url, '{ clients { totalCount } }', { token });
    expect(after.errors[0]).toMatchObject({
      message: 'This session has ended.',
      extensions: { code: 'UNAUTHENTICATED', kind: 'session_ended' },
    });
    expect(codesOf(await askToRefresh(server.url, session.refreshToken ?? ''))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });

  test('a logout leaves the other sessions of the employee open', async () => {
    const here = await logIn(server.url, 'alice@epic.example');
    const there = await logIn(server.url, 'alice@epic.example');
    await ask(server.url, 'mutation { logout { ok } }', { token: here.accessToken });
    const answer = await ask(server.url, '{ me { id } }', { token: there.accessToken });
    expect(answer.errors).toEqual([]);
  });
});

describe('a password', () => {
  const change = (token: string, currentPassword: string, newPassword: string) =>
    ask(
      server.url,
      'mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { ok } }',
      { token, variables: { input: { currentPassword, newPassword } } },
    );

  test('a one-time password permits nothing but changing it', async () => {
    await addEmployee(database, {
      email: 'new@epic.example',
      department: 'sales',
      fullName: 'Noé Petit',
      mustChange: true,
    });
    const { accessToken: token, mustChangePassword } = await logIn(server.url, 'new@epic.example');
    expect(mustChangePassword).toBe(true);

    for (const query of ['{ me { id } }', '{ clients { totalCount } }']) {
      const refused = await ask(server.url, query, { token });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        kind: 'must_change_password',
      });
    }
    const changed = await change(token, password, 'another horse battery');
    expect(changed.errors).toEqual([]);
    const me = await ask(server.url, '{ me { fullName } }', { token });
    expect(me.data).toEqual({ me: { fullName: 'Noé Petit' } });
  });

  test.each([
    ['is too short', 'eleven char', 'password_too_short'],
    ['contains the name', 'its me zoe  BERNARD!', 'password_personal'],
    ['contains the e-mail', 'zoe.bernard@epic.example', 'password_personal'],
    ['is the current one', password, 'password_unchanged'],
    ['is common', 'Password1234!', 'password_guessable'],
    ['is the company and a year', 'Epic-Events-2026', 'password_guessable'],
    ['repeats itself', 'abcabcabcabcabc', 'password_guessable'],
    ['is a row of keys', 'qwertyuiop[]', 'password_guessable'],
    ['holds a NUL', 'twelve\0characters', 'password_characters'],
    ['is endless', 'x'.repeat(2000), 'password_too_long'],
  ])('a new password is refused when it %s', async (_why, newPassword, kind) => {
    const email = 'zoe.bernard@epic.example';
    const [known] = await database.query('select from crm.employee where email = $1', [email]);
    if (!known)
      await addEmployee(database, { email, department: 'sales', fullName: 'Zoé Bernard' });
    const { accessToken } = await logIn(server.url, email);
    const { errors } = await change(accessToken, password, newPassword);
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID', field: 'newPassword', kind });
  });

  test('a guessable password is refused with the reason and advice', async () => {
    await addEmployee(database, { email: 'eve@epic.example', department: 'support' });
    const { accessToken } = await logIn(server.url, 'eve@epic.example');
    const { errors } = await change(accessToken, password, 'Password1234!');
    expect(errors[0]).toMatchObject({
      message:
        'The new password would soon be guessed: it is one of the most common passwords, or nearly.',
      extensions: { hint: expect.stringMatching(/^Use several unrelated words/) },
    });
  });

  test('a password is changed only with the current one, and the other sessions end', async () => {
    await addEmployee(database, { email: 'bob@epic.example', department: 'support' });
    const here = await logIn(server.url, 'bob@epic.example');
    const there = await logIn(server.url, 'bob@epic.example');

    const wrong = await change(here.accessToken, 'a wrong password', 'another horse battery');
    expect(wrong.errors[0]?.extensions).toMatchObject({
      code: 'INVALID',
      field: 'currentPassword',
    });

    expect((await change(here.accessToken, password, 'another horse battery')).errors).toEqual([]);
    const of = (token: string) => ask(server.url, '{ me { id } }', { token });
    expect(codesOf(await of(here.accessToken))).toEqual([]);
    expect(codesOf(await of(there.accessToken))).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await askToLogIn(server.url, 'bob@epic.example'))).toEqual(['UNAUTHENTICATED']);
    await logIn(server.url, 'bob@epic.example', 'another horse battery');
  });

  test('the log contains no password', () => {
    expect(server.output()).not.toMatch(/correct horse|another horse|not the password/);
  });
});
