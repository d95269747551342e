import jwt from 'jsonwebtoken';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, askToLogIn, askToRefresh, codesOf, logIn, type Session } from './support/api.ts';

// Attacks on sessions. What the life of a session should be is in login.test.ts and sessions.test.ts.

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  for (const name of ['victim', 'attacker', 'target']) {
    await addEmployee(database, { email: `${name}@epic.example`, department: 'sales' });
  }
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const sessionIdOf = ({ accessToken }: Session) => jwt.decode(accessToken, { json: true })?.sid;

const logInQuery = `mutation LogIn($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) { accessToken refreshToken employee { id } }
}`;

describe('session fixation', () => {
  test('each login opens a new session, whichever token the request carries', async () => {
    const attacker = await logIn(server.url, 'attacker@epic.example');
    const { data } = await ask<{ login: Session }>(server.url, logInQuery, {
      token: attacker.accessToken,
      variables: { email: 'victim@epic.example', password },
    });
    const victim = data?.login;
    if (!victim) throw new Error('The victim could not log in.');
    expect(sessionIdOf(victim)).not.toBe(sessionIdOf(attacker));
    const me = await ask(server.url, '{ me { email } }', { token: attacker.accessToken });
    expect(me.data).toEqual({ me: { email: 'attacker@epic.example' } });
  });

  test('a caller cannot choose the id of a session', async () => {
    const { errors } = await ask(
      server.url,
      `mutation { login(input: { email: "victim@epic.example", password: "${password}",
         sessionId: "00000000-0000-4000-8000-000000000000" }) { accessToken } }`,
    );
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('Field "sessionId" is not defined by type "LoginInput"'),
      extensions: { code: 'INVALID' },
    });
  });

  test('a refresh keeps the id of the session and spends its token', async () => {
    const before = await logIn(server.url, 'victim@epic.example');
    const { data } = await askToRefresh(server.url, before.refreshToken ?? '');
    const after = data?.refresh;
    if (!after) throw new Error('The victim could not refresh.');
    expect(sessionIdOf(after)).toBe(sessionIdOf(before));
    expect(after.refreshToken).not.toBe(before.refreshToken);
  });
});

describe('guessing passwords', () => {
  const attempts = (count: number) =>
    Array.from(
      { length: count },
      (_, index) =>
        `a${index}: login(input: { email: "target@epic.example", password: "guess ${index}" }) { accessToken }`,
    ).join('\n');

  test.each([
    ['aliases', `mutation { ${attempts(2)} }`],
    ['a fragment', `mutation { ...many } fragment many on Mutation { ${attempts(2)} }`],
    [
      'inline fragments',
      `mutation { ... { ${attempts(1)} } ... on Mutation { b: ${attempts(1).slice(4)} } }`,
    ],
    ['an operation among others', `query Decoy { __typename } mutation Attack { ${attempts(30)} }`],
  ])('guessing passwords in one request is refused, by %s', async (_how, query) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, operationName: query.includes('Attack') ? 'Attack' : null }),
    });
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'A request logs in, refreshes or changes a password at most once.',
          extensions: {
            code: 'INVALID',
            kind: 'too_many_attempts',
            hint: 'Make one request for each.',
          },
        },
      ],
    });
  });

  test('a request with several logins runs none of them, not even one with the right password', async () => {
    const openSessions = () => database.query('select count(*) from identity.session');
    const before = await openSessions();
    const right = `right: login(input: { email: "target@epic.example", password: "${password}" }) { accessToken }`;
    const { data } = await ask(server.url, `mutation { ${right} ${attempts(25)} }`);
    expect(data).toBeNull();
    expect(await openSessions()).toEqual(before);
  });

  test('guessing passwords in a batch of requests is refused', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        Array.from({ length: 100 }, () => ({ query: `mutation { ${attempts(1)} }` })),
      ),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'INVALID' } }],
    });
  });

  const login = attempts(1);
  const refresh = 'b: refresh(input: { refreshToken: "x" }) { accessToken }';
  const change = 'c: changePassword(input: { currentPassword: "x", newPassword: "y" }) { ok }';
  const again = (field: string) => field.replace(/^./, 'z');

  test.each([
    ['two refreshes', refresh, again(refresh)],
    ['two changes of a password', change, again(change)],
    ['a login and a refresh', login, refresh],
    ['a login and a change of a password', login, change],
  ])('guessing passwords is no easier by %s', async (_how, one, other) => {
    const { data, errors } = await ask(server.url, `mutation { ${one} ${other} }`);
    expect({ data, kinds: errors.map(({ extensions }) => extensions.kind) }).toEqual({
      data: null,
      kinds: ['too_many_attempts'],
    });
  });
});

describe('the response to a refused caller', () => {
  test('a refused login gets the same response for known and unknown addresses', async () => {
    const left = await addEmployee(database, { email: 'left@epic.example', department: 'support' });
    await database.query('update crm.employee set active = false where id = $1', [left]);
    const answers = [];
    for (const email of [
      'victim@epic.example',
      'left@epic.example',
      'nobody@epic.example',
      'not an address',
      '',
      'VICTIM@EPIC.EXAMPLE',
      'x'.repeat(10_000),
    ]) {
      answers.push(await askToLogIn(server.url, email, 'not the password'));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 200,
      data: { login: null },
      errors: [
        { message: 'E-mail or password is wrong.', extensions: { code: 'UNAUTHENTICATED' } },
      ],
    });
  });

  test('a refused refresh gets the same response for every invalid token', async () => {
    const spent = await logIn(server.url, 'victim@epic.example');
    await ask(server.url, 'mutation { logout { ok } }', { token: spent.accessToken });
    const answers = await Promise.all(
      [spent.refreshToken ?? '', 'made-up', '', 'x'.repeat(10_000), "' or true --", '\u0000'].map(
        (token) => askToRefresh(server.url, token),
      ),
    );
    expect(new Set(answers.flatMap(codesOf))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(
      new Set(answers.flatMap(({ errors }) => errors.map(({ message }) => message))).size,
    ).toBe(1);
  });
});
