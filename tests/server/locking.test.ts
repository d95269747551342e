import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, askToLogIn, codesOf, logIn } from './support/api.ts';

// Two servers on one database, behind a proxy that they trust, so that a test can come from anywhere.

let database: TestDatabase;
let servers: [RunningServer, RunningServer];
let withoutProxy: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  const env = { EPIC_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' };
  [...servers] = await Promise.all([startServer(database, env), startServer(database, env)]);
  withoutProxy = await startServer(database);
});

afterAll(async () => {
  await Promise.all([...servers, withoutProxy].map((server) => server.stop()));
  await database.drop();
});

beforeEach(() => database.query('delete from identity.login_attempt'));

let people = 0;
async function newEmployee(): Promise<string> {
  const email = `person${++people}@epic.example`;
  await addEmployee(database, { email, department: 'sales' });
  return email;
}

const from = (...addresses: string[]) => ({ 'x-forwarded-for': addresses.join(', ') });

/** Fails to log in, by turns through both servers, so many times. */
async function fail(times: number, email: string, headers: Record<string, string>): Promise<void> {
  for (let nth = 0; nth < times; nth++) {
    const server = nth % 2 === 0 ? servers[0] : servers[1];
    const answer = await askToLogIn(server.url, email, 'not the password', headers);
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
  }
  await holdLocks();
}

/** Has locks last for an hour longer, so that a slow machine does not outlive them. */
const holdLocks = () =>
  database.query(
    `update identity.login_attempt set locked_until = locked_until + interval '1 hour'`,
  );

/** As if so many logins to other accounts had failed from an address. */
const failedBefore = (times: number, address: string) =>
  database.query(
    `insert into identity.login_attempt (account, address, failures) values ('', identity.ip_digest($1), $2)`,
    [address, times],
  );

const logInFrom = (email: string, ...addresses: string[]) =>
  askToLogIn(servers[0].url, email, password, from(...addresses));

describe('failed logins', () => {
  test('failed logins to one account from one address lock it there, on all servers, and nowhere else', async () => {
    const email = await newEmployee();
    await fail(5, email, from('192.0.2.1'));
    for (const server of servers) {
      const locked = await askToLogIn(server.url, email, password, from('192.0.2.1'));
      expect(codesOf(locked)).toEqual(['RATE_LIMITED']);
    }
    expect(codesOf(await logInFrom(email, '192.0.2.2'))).toEqual([]);
    expect(codesOf(await logInFrom(await newEmployee(), '192.0.2.1'))).toEqual([]);
  });

  test('failed logins to one account from many addresses lock it, except from where its owner has logged in before', async () => {
    const email = await newEmployee();
    expect(codesOf(await logInFrom(email, '198.51.100.1'))).toEqual([]);
    for (let address = 1; address <= 50; address++) {
      await fail(1, email, from(`192.0.2.${address}`));
    }
    expect(codesOf(await logInFrom(email, '203.0.113.1'))).toEqual(['RATE_LIMITED']);
    expect(codesOf(await logInFrom(email, '198.51.100.1'))).toEqual([]);
  });

  test('failed logins from one address to many accounts lock the address, despite a successful one', async () => {
    const own = await newEmployee();
    await failedBefore(150, '192.0.2.1');
    expect(codesOf(await logInFrom(own, '192.0.2.1'))).toEqual([]);
    await fail(1, await newEmployee(), from('192.0.2.1'));
    expect(codesOf(await logInFrom(own, '192.0.2.1'))).toEqual(['RATE_LIMITED']);
    expect(codesOf(await logInFrom('nobody@epic.example', '192.0.2.1'))).toEqual(['RATE_LIMITED']);
    expect(codesOf(await logInFrom(own, '192.0.2.2'))).toEqual([]);
  });

  test('simultaneous failed logins are all counted', async () => {
    const email = await newEmployee();
    // The next one locks for half an hour.
    await database.query(
      `insert into identity.login_attempt (account, address, failures)
       values (identity.email_digest($1), identity.ip_digest('192.0.2.1'), 11)`,
      [email],
    );
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, nth) =>
        askToLogIn(
          servers[nth % 2 === 0 ? 0 : 1].url,
          email,
          'not the password',
          from('192.0.2.1'),
        ),
      ),
    );
    const codes = answers.flatMap(codesOf);
    expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(1);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(29);
  });

  test('failed changes of a password lock the account too', async () => {
    const email = await newEmployee();
    const { accessToken: token } = await logIn(withoutProxy.url, email);
    const change = () =>
      ask(
        withoutProxy.url,
        `mutation { changePassword(input: { currentPassword: "wrong", newPassword: "words of my very own" }) { ok } }`,
        { token },
      );
    for (let nth = 0; nth < 5; nth++) expect(codesOf(await change())).toEqual(['INVALID']);
    await holdLocks();
    expect((await change()).errors[0]).toMatchObject({
      message: 'Too many failed logins in a row.',
      extensions: { code: 'RATE_LIMITED', kind: 'locked' },
    });
  });

  test('a locked login says when to try again: in words, as data and in the header', async () => {
    const email = await newEmployee();
    await fail(5, email, from('192.0.2.1'));
    const { errors } = await logInFrom(email, '192.0.2.1');
    expect(errors[0]).toMatchObject({
      extensions: {
        hint: expect.stringMatching(/^Try again in \d+ minutes\.$/),
        retryAfter: expect.any(Number),
      },
    });
    const response = await fetch(`${servers[1].url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...from('192.0.2.1') },
      body: JSON.stringify({
        query: `mutation { login(input: { email: "${email}", password: "x" }) { accessToken } }`,
      }),
    });
    const seconds = Number(response.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(3615);
  });
});

describe('the address of a caller', () => {
  test('the address of a caller is read through all trusted proxies', async () => {
    const email = await newEmployee();
    await fail(5, email, from('192.0.2.1', '10.1.2.3'));
    expect(codesOf(await logInFrom(email, '192.0.2.1'))).toEqual(['RATE_LIMITED']);
  });

  test('the address of a caller cannot be forged', async () => {
    const email = await newEmployee();
    await fail(5, email, from('203.0.113.9', '192.0.2.1'));
    expect(codesOf(await logInFrom(email, '203.0.113.10', '192.0.2.1'))).toEqual(['RATE_LIMITED']);
    expect(codesOf(await logInFrom(email, '203.0.113.9'))).toEqual([]);
  });

  test('the address of a caller is not read from a header when no proxy is trusted', async () => {
    const email = await newEmployee();
    for (let nth = 1; nth <= 5; nth++) {
      await askToLogIn(withoutProxy.url, email, 'not the password', from(`192.0.2.${nth}`));
    }
    await holdLocks();
    const locked = await askToLogIn(withoutProxy.url, email, password, from('192.0.2.6'));
    expect(codesOf(locked)).toEqual(['RATE_LIMITED']);
  });

  test.each([
    ['not an address', 'nonsense'],
    ['an address with a port', '192.0.2.1:4711'],
    ['a quotation mark', "192.0.2.1'; --"],
  ])(
    'the address of a caller is that of the proxy when the header holds %s',
    async (_what, named) => {
      const email = await newEmployee();
      expect(codesOf(await logInFrom(email, named))).toEqual([]);
      const rows = await database.query(
        `select from identity.login_attempt where address in (identity.ip_digest('127.0.0.1'), identity.ip_digest('::1'))`,
      );
      expect(rows).not.toEqual([]);
    },
  );

  test('the address of a caller is stored as a digest only, of 64 bits of an IPv6 address', async () => {
    const email = await newEmployee();
    await fail(5, email, from('2001:db8:1:2::7'));
    expect(codesOf(await logInFrom(email, '2001:db8:1:2:ffff::8'))).toEqual(['RATE_LIMITED']);
    const [row] = await database.query<{ text: string }>(
      'select string_agg(attempt::text, chr(10)) as text from identity.login_attempt attempt',
    );
    expect(row?.text).not.toMatch(/2001|db8|epic/);
  });
});
