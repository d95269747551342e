import { ChangePassword, Me } from '../../src/cli/operations/index.ts';
import {
  EpicError,
  memoryStore,
  type Problem,
  type Session,
  type SessionStore,
} from '../../src/client/index.ts';
import { password } from '../support/people.ts';
import { kept, type Office, openOffice, type Person } from './support/office.ts';

let office: Office;
let alice: Person;
let bruno: Person;

beforeAll(async () => {
  office = await openOffice();
  alice = await office.hire('sales');
  bruno = await office.hire('sales');
});
afterAll(() => office.close());

/** Why something failed. Fails the test when it did not. */
async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EpicError) return error.problem;
  throw new Error(`This should have been an EpicError: ${error}`);
}

/** How often the latest session of an employee was refreshed. */
async function refreshesOf({ id }: Person): Promise<number> {
  const [row] = await office.database.query<{ count: number }>(
    `select count(*)::int from identity.refresh_token
     where used_at is not null and session_id = (
       select id from identity.session where employee_id = $1 order by created_at desc limit 1)`,
    [id],
  );
  return row?.count ?? -1;
}

/** Makes the access token in a store look as if it ended a second ago. */
async function expire(store: SessionStore): Promise<void> {
  await store.save({ ...(await kept(store)), expiresAt: Date.now() - 1000 });
}

describe('logging in', () => {
  test('a login returns the employee, and later requests are theirs', async () => {
    const client = office.stranger();
    expect(await client.login({ email: alice.email, password })).toEqual({
      employee: { id: alice.id, fullName: 'Test Person', email: alice.email, department: 'sales' },
      mustChangePassword: false,
    });
    expect((await client.request(Me)).me?.id).toBe(alice.id);
    expect(await client.query('{ me { id } }')).toEqual({ me: { id: alice.id } });
  });

  test('a refused login does not say whether e-mail or password was wrong', async () => {
    const refused = office.stranger().login({ email: alice.email, password: 'wrong' });
    expect(await problemOf(refused)).toMatchObject({
      code: 'UNAUTHENTICATED',
      kind: 'login_refused',
      message: 'E-mail or password is wrong.',
    });
  });

  test('a locked login says for how many seconds', async () => {
    const target = await office.hire('support');
    const guess = () => office.stranger().login({ email: target.email, password: 'guess' });
    let problem = await problemOf(guess());
    while (problem.code === 'UNAUTHENTICATED') problem = await problemOf(guess());
    expect(problem).toMatchObject({ code: 'RATE_LIMITED', kind: 'locked' });
    expect(problem.code === 'RATE_LIMITED' && problem.retryAfter).toBeGreaterThan(0);
  });

  test('a login with a one-time password permits nothing until it is changed', async () => {
    const nina = await office.hire('support', { mustChange: true });
    const client = office.stranger();
    expect(await client.login({ email: nina.email, password })).toMatchObject({
      mustChangePassword: true,
    });
    expect(await problemOf(client.request(Me))).toMatchObject({
      code: 'FORBIDDEN',
      kind: 'must_change_password',
    });
    const newPassword = 'words of her very own';
    await client.request(ChangePassword, { input: { currentPassword: password, newPassword } });
    expect((await client.request(Me)).me?.id).toBe(nina.id);
  });

  test('a login sends the name of the program', async () => {
    await alice.client({ userAgent: 'invoices/2.1' });
    const [row] = await office.database.query(
      'select user_agent from identity.session where employee_id = $1 order by created_at desc limit 1',
      [alice.id],
    );
    expect(row?.user_agent).toBe('invoices/2.1');
  });
});

describe('a session', () => {
  test('an expired session is refreshed once for all its requests', async () => {
    const store = memoryStore();
    const client = await alice.client({ store });
    const before = await kept(store);
    await expire(store);
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.request(Me)));
    expect(answers.map(({ me }) => me?.id)).toEqual(Array(12).fill(alice.id));
    expect(await refreshesOf(alice)).toBe(1);
    expect((await kept(store)).refreshToken).not.toBe(before.refreshToken);
  });

  test('a session without a refresh token lasts as long as its access token', async () => {
    const store = memoryStore();
    await alice.client({ store });
    const { accessToken } = await kept(store);
    const lent = { email: '', accessToken, expiresAt: 0, refreshToken: null };
    const client = office.stranger({ store: memoryStore(lent) });
    expect((await client.request(Me)).me?.id).toBe(alice.id);
    expect(await client.accessToken()).toBe(accessToken);
    const spent = office.stranger({ store: memoryStore(office.spent(lent)) });
    for (const refused of [() => spent.request(Me), () => client.accessToken(accessToken)]) {
      expect(await problemOf(refused())).toEqual({
        code: 'UNAUTHENTICATED',
        kind: 'token_expired',
        message: 'Your access token has expired.',
      });
    }
  });

  test('a session is refreshed once for all clients that share its store', async () => {
    const store = memoryStore();
    const clients = [await bruno.client({ store }), office.stranger({ store })];
    await expire(store);
    await Promise.all([...clients, ...clients].map((client) => client.request(Me)));
    expect(await refreshesOf(bruno)).toBe(1);
  });

  test('a session is refreshed once for all requests that the server refuses as expired', async () => {
    const store = memoryStore();
    const client = await alice.client({ store });
    await store.save(office.spent(await kept(store)));
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.request(Me)));
    expect(answers.map(({ me }) => me?.id)).toEqual(Array(6).fill(alice.id));
    expect(await refreshesOf(alice)).toBe(1);
  });

  test('a session is refreshed once even when the local clock is wrong', async () => {
    const store = memoryStore();
    const client = await alice.client({ store });
    const ahead: SessionStore = {
      ...store,
      save: (session) => store.save({ ...session, expiresAt: Date.now() - 1000 }),
    };
    await expire(store);
    const clients = [client, office.stranger({ store: ahead }), office.stranger({ store: ahead })];
    await Promise.all(clients.map((each) => each.request(Me)));
    expect(await refreshesOf(alice)).toBe(1);
  });

  test('a session provides a token for other connections, and a new one after a refusal', async () => {
    const client = await alice.client();
    const token = await client.accessToken();
    expect(await client.accessToken()).toBe(token);
    const next = await client.accessToken(token);
    expect(next).not.toBe(token);
    expect(await client.accessToken(token)).toBe(next);
  });

  test('a request is not continued with the session of another employee', async () => {
    const mine = memoryStore();
    await alice.client({ store: mine });
    const theirs = memoryStore();
    await bruno.client({ store: theirs });
    // another employee logs in while the request is under way
    const sessions: Session[] = [office.spent(await kept(mine)), await kept(theirs)];
    const store = { ...memoryStore(), load: async () => sessions.shift() ?? (await theirs.load()) };
    expect(await problemOf(office.stranger({ store }).request(Me))).toMatchObject({
      code: 'UNAUTHENTICATED',
      kind: 'token_expired',
    });
  });

  test('a revoked session is refused, for requests and refreshes', async () => {
    const store = memoryStore();
    const client = await bruno.client({ store });
    await office.database.query('update identity.session set revoked_at = now()');
    const ended = { code: 'UNAUTHENTICATED', kind: 'session_ended' };
    expect(await problemOf(client.request(Me))).toMatchObject(ended);
    await expire(store);
    expect(await problemOf(client.request(Me))).toMatchObject(ended);
  });
});

describe('logging out', () => {
  test('a logout ends the session here and on the server', async () => {
    const store = memoryStore();
    const client = await alice.client({ store });
    const session = await kept(store);
    await client.logout();
    expect(await problemOf(client.request(Me))).toEqual({
      code: 'UNAUTHENTICATED',
      kind: 'no_session',
      message: `You are not logged in at ${office.server.url}.`,
    });
    const thief = office.stranger({ store: memoryStore(session) });
    expect(await problemOf(thief.request(Me))).toMatchObject({ kind: 'session_ended' });
  });

  test('a logout without an open session succeeds', async () => {
    const client = await alice.client();
    await office.database.query('update identity.session set revoked_at = now()');
    await client.logout();
    await client.logout();
  });
});
