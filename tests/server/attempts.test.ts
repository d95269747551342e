import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask } from './support/api.ts';
import { addEmployee, password } from './support/people.ts';

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

describe('one request', () => {
  const attempt = (alias: string) =>
    `${alias}: login(input: { email: "alice@epic.example", password: "${password}" }) { accessToken }`;

  test.each([
    ['two logins under aliases', `mutation { ${attempt('a')} ${attempt('b')} }`],
    [
      'a login hidden in a fragment',
      `mutation { ${attempt('a')} ...F } fragment F on Mutation { ${attempt('b')} }`,
    ],
    [
      'a login and a refresh',
      `mutation { ${attempt('a')} refresh(input: { refreshToken: "x" }) { accessToken } }`,
    ],
    [
      'two refreshes',
      'mutation { a: refresh(input: { refreshToken: "x" }) { accessToken } b: refresh(input: { refreshToken: "y" }) { accessToken } }',
    ],
    [
      'two changes of a password',
      'mutation { a: changePassword(input: { currentPassword: "x", newPassword: "y" }) { ok } b: changePassword(input: { currentPassword: "z", newPassword: "y" }) { ok } }',
    ],
    [
      'twenty-five logins',
      `mutation { ${Array.from({ length: 25 }, (_, nth) => attempt(`a${nth}`)).join(' ')} }`,
    ],
  ])('a request with %s is refused before any of them runs', async (_what, query) => {
    const [before] = await database.query('select count(*) from auth.session');
    const answer = await ask(server.url, query);
    expect(answer.data).toBeNull();
    expect(answer.errors).toEqual([
      expect.objectContaining({
        message: 'A request logs in, refreshes or changes a password at most once.',
        extensions: {
          code: 'INVALID',
          kind: 'too_many_attempts',
          hint: 'Make one request for each.',
        },
      }),
    ]);
    const [after] = await database.query('select count(*) from auth.session');
    expect(after).toEqual(before);
  });

  test('a batch of logins is refused before any of them runs', async () => {
    const one = JSON.stringify({ query: `mutation { ${attempt('a')} }` });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `[${one},${one}]`,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('accessToken');
  });
});
