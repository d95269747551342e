import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { ask, askToLogIn, askToRefresh, codesOf, logIn, type Session } from './support/api.ts';

// Two servers on one database and one key file: what one ends, the other does not let in.

let database: TestDatabase;
let folder: string;
let server: RunningServer;
let other: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  folder = await makeTemporaryFolder();
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });
  const env = { EPIC_JWT_KEYS: keys };
  [server, other] = await Promise.all([startServer(database, env), startServer(database, env)]);
  await addEmployee(database, { email: 'boss@epic.example', department: 'management' });
});

afterAll(async () => {
  await Promise.all([server.stop(), other.stop()]);
  await database.drop();
  await removeFolder(folder);
});

let people = 0;
async function newEmployee(): Promise<{ id: number; email: string }> {
  const email = `person${++people}@epic.example`;
  return { id: await addEmployee(database, { email, department: 'sales' }), email };
}

const sidOf = ({ accessToken }: Session) => String((jwt.decode(accessToken) as jwt.JwtPayload).sid);

/** What the other server says to a session: nothing, when it is open. */
const there = async ({ accessToken }: Session) =>
  codesOf(await ask(other.url, '{ me { id } }', { token: accessToken }));

interface MySession {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  endsAt: string;
  userAgent: string | null;
  current: boolean;
}

const listed = async ({ accessToken }: Session) => {
  const { data } = await ask<{ mySessions: { nodes: MySession[] } }>(
    server.url,
    '{ mySessions { nodes { id createdAt lastUsedAt expiresAt endsAt userAgent current } } }',
    { token: accessToken },
  );
  return data?.mySessions.nodes ?? [];
};

const revoke = ({ accessToken }: Session, id: string) =>
  ask(
    server.url,
    'mutation Revoke($id: UUID!) { revokeSession(input: { id: $id }) { session { id current } } }',
    { token: accessToken, variables: { id } },
  );

describe('the sessions of an employee', () => {
  test('an employee lists their sessions, the current one marked', async () => {
    const { email } = await newEmployee();
    const here = await logIn(server.url, email);
    await askToLogIn(other.url, email, password, { 'user-agent': 'epic/1.0 phone' });
    await logIn(server.url, (await newEmployee()).email);

    const sessions = await listed(here);
    expect(sessions).toHaveLength(2);
    expect(sessions.filter(({ current }) => current).map(({ id }) => id)).toEqual([sidOf(here)]);
    expect(sessions.find(({ current }) => !current)).toMatchObject({ userAgent: 'epic/1.0 phone' });
    for (const { createdAt, expiresAt } of sessions) {
      const days = (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000;
      expect(days).toBeCloseTo(30, 3);
    }
  });

  test('an employee ends one of their sessions at once, on every server', async () => {
    const { email } = await newEmployee();
    const here = await logIn(server.url, email);
    const lost = await logIn(other.url, email);
    const kept = await logIn(other.url, email);

    const answer = await revoke(here, sidOf(lost));
    expect(answer.data).toEqual({
      revokeSession: { session: { id: sidOf(lost), current: false } },
    });
    expect(await there(lost)).toEqual(['UNAUTHENTICATED']);
    expect(codesOf(await askToRefresh(other.url, lost.refreshToken ?? ''))).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect(await there(here)).toEqual([]);
    expect(await there(kept)).toEqual([]);
  });

  test('no employee sees or ends the sessions of a colleague, not even management', async () => {
    const theirs = await logIn(server.url, (await newEmployee()).email);
    const boss = await logIn(server.url, 'boss@epic.example');
    const answer = await revoke(boss, sidOf(theirs));
    expect(answer.errors[0]).toMatchObject({
      message: 'You have no such session, or it has ended already.',
      extensions: { code: 'NOT_FOUND', kind: 'session_is_open', field: 'id' },
    });
    expect(await there(theirs)).toEqual([]);
    expect((await listed(boss)).map(({ id }) => id)).not.toContain(sidOf(theirs));
  });

  test('an employee ends all their sessions but the current one', async () => {
    const { email } = await newEmployee();
    const [here, one, two] = [
      await logIn(server.url, email),
      await logIn(server.url, email),
      await logIn(other.url, email),
    ];
    const colleague = await logIn(server.url, (await newEmployee()).email);
    const answer = await ask(server.url, 'mutation { revokeOtherSessions { count } }', {
      token: here.accessToken,
    });
    expect(answer.data).toEqual({ revokeOtherSessions: { count: 2 } });
    for (const ended of [one, two]) expect(await there(ended)).toEqual(['UNAUTHENTICATED']);
    for (const open of [here, colleague]) expect(await there(open)).toEqual([]);
  });

  test('an anonymous caller sees and ends no session', async () => {
    for (const query of [
      '{ mySessions { nodes { id } } }',
      'mutation { revokeOtherSessions { count } }',
      'mutation { revokeSession(input: { id: "00000000-0000-0000-0000-000000000000" }) { session { id } } }',
    ]) {
      expect(codesOf(await ask(server.url, query))).toEqual(['UNAUTHENTICATED']);
    }
  });
});

test('a session ends after its lifetime, however lately it was refreshed', async () => {
  const { email } = await newEmployee();
  const lifetime = (interval: string) =>
    database.query('update identity.configuration set session_lifetime = $1', [interval]);
  await lifetime('3 seconds');
  const opened = await logIn(server.url, email);
  await lifetime('90 days');
  const refreshed = await askToRefresh(server.url, opened.refreshToken ?? '');
  expect(codesOf(refreshed)).toEqual([]);
  const { accessToken: token, refreshToken } = refreshed.data?.refresh ?? opened;
  const [session] = await listed(opened);
  expect(Date.parse(session?.endsAt ?? '') - Date.parse(session?.createdAt ?? '')).toBe(3000);
  expect(session?.expiresAt).toBe(session?.endsAt);

  await setTimeout(3000);
  const ended = [{ extensions: { code: 'UNAUTHENTICATED', kind: 'session_ended' } }];
  expect((await askToRefresh(server.url, refreshToken ?? '')).errors).toMatchObject(ended);
  expect((await ask(server.url, '{ me { id } }', { token })).errors).toMatchObject(ended);
});

describe('the reset of a password', () => {
  const reset = ({ accessToken }: Session, employeeId: number) =>
    ask<{ resetPassword: { oneTimePassword: string } }>(
      server.url,
      `mutation Reset($employeeId: Int!) {
         resetPassword(input: { employeeId: $employeeId }) { employee { id } oneTimePassword } }`,
      { token: accessToken, variables: { employeeId } },
    );

  test('a reset ends the sessions, unlocks the account, and gives a one-time password', async () => {
    const { id, email } = await newEmployee();
    const before = await logIn(other.url, email);
    for (let nth = 0; nth < 5; nth++) await askToLogIn(server.url, email, 'forgotten');
    await database.query(
      `update identity.login_attempt set locked_until = locked_until + interval '1 hour'`,
    );
    expect(codesOf(await askToLogIn(server.url, email))).toEqual(['RATE_LIMITED']);

    const boss = await logIn(server.url, 'boss@epic.example');
    const { data, errors } = await reset(boss, id);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      resetPassword: {
        employee: { id },
        oneTimePassword: expect.stringMatching(/^(\w{4}-){3}\w{4}$/),
      },
    });
    expect(await there(before)).toEqual(['UNAUTHENTICATED']);

    expect(codesOf(await askToLogIn(server.url, email))).toEqual(['UNAUTHENTICATED']);
    const after = await logIn(server.url, email, data?.resetPassword.oneTimePassword);
    expect(after.mustChangePassword).toBe(true);
    expect(codesOf(await ask(server.url, '{ me { id } }', { token: after.accessToken }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  test('only management resets a password, and never their own', async () => {
    const victim = await newEmployee();
    const seller = await logIn(server.url, (await newEmployee()).email);
    expect((await reset(seller, victim.id)).errors[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN', reason: 'Only management may do this.' },
    });
    const boss = await logIn(server.url, 'boss@epic.example');
    const own = await reset(boss, boss.employee.id);
    expect(own.errors[0]).toMatchObject({
      message: `You may not reset the password of employee ${boss.employee.id}.`,
      extensions: { code: 'FORBIDDEN' },
    });
    expect(codesOf(await reset(boss, 999_999))).toEqual(['NOT_FOUND']);
    expect(
      codesOf(
        await ask(
          server.url,
          'mutation { resetPassword(input: { employeeId: 1 }) { oneTimePassword } }',
        ),
      ),
    ).toEqual(['UNAUTHENTICATED']);
    await logIn(server.url, victim.email);
  });
});

describe('a refresh on two servers', () => {
  test('simultaneous refreshes on two servers never end the session', async () => {
    let session = await logIn(server.url, (await newEmployee()).email);
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(
        [server, other, server, other].map(({ url }) =>
          askToRefresh(url, session.refreshToken ?? ''),
        ),
      );
      expect(answers.flatMap(codesOf)).toEqual([]);
      const next = answers.flatMap(({ data }) => data?.refresh ?? []);
      for (const each of next) expect(await there(each)).toEqual([]);
      const [rotated, ...more] = next.filter(({ refreshToken }) => refreshToken !== null);
      expect(more).toEqual([]);
      session = rotated ?? session;
    }
  });

  test('a stolen refresh token is noticed once its successor has been used', async () => {
    const stolen = await logIn(server.url, (await newEmployee()).email);
    const second = await askToRefresh(server.url, stolen.refreshToken ?? '');
    const third = await askToRefresh(other.url, second.data?.refresh?.refreshToken ?? '');
    expect(codesOf(third)).toEqual([]);

    expect(codesOf(await askToRefresh(other.url, stolen.refreshToken ?? ''))).toEqual([
      'UNAUTHENTICATED',
    ]);
    const rightful = third.data?.refresh;
    expect(codesOf(await askToRefresh(server.url, rightful?.refreshToken ?? ''))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});
