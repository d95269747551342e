import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';
import { json, type Office, openOffice, password, staff } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const sessionFile = (epic: Epic) => join(epic.stateHome, 'epic', 'session.json');

interface Stored {
  server: string;
  sessions: Record<
    string,
    { email: string; accessToken: string; expiresAt: number; refreshToken: string }
  >;
}

const readSessions = async (epic: Epic): Promise<Stored> =>
  JSON.parse(await readFile(sessionFile(epic), 'utf8'));

/** Makes the access token look spent, so that the next command refreshes. */
async function expireAccessToken(epic: Epic): Promise<Stored> {
  const stored = await readSessions(epic);
  for (const session of Object.values(stored.sessions)) session.expiresAt = Date.now() - 1000;
  await writeFile(sessionFile(epic), JSON.stringify(stored));
  return stored;
}

const logIn = (epic: Epic, email: string, input: string) =>
  epic.run(['login', '--email', email, '--password-stdin'], { input });

test('an employee logs in, sees who they are, and logs out', async () => {
  const epic = await office.stranger();
  const login = await logIn(epic, staff.sales.email, `${password}\n`);
  expect(login).toEqual({
    code: 0,
    stdout: `✓ Logged in as Sofia Sales, sales, at ${office.server.url}.\n`,
    stderr: '',
  });
  expect(await json(epic, 'whoami')).toEqual({
    id: 1,
    name: 'Sofia Sales',
    email: staff.sales.email,
    department: 'sales',
    server: office.server.url,
    readOnly: false,
  });
  expect((await epic.run(['logout'])).stdout).toBe(`✓ Logged out at ${office.server.url}.\n`);
  const after = await epic.run(['whoami']);
  expect(after.code).toBe(4);
  expect(after.stderr).toContain('→ Log in: epic login');
  expect((await epic.run(['logout'])).code).toBe(0);
});

test('an unknown e-mail and a wrong password get the same sentence', async () => {
  const epic = await office.stranger();
  const wrong = await logIn(epic, staff.sales.email, 'not the password');
  const unknown = await logIn(epic, 'nobody@epic.example', 'not the password');
  expect(wrong).toMatchObject({ code: 4, stdout: '' });
  expect(unknown).toEqual(wrong);
});

test('a password is never accepted as a flag', async () => {
  const epic = await office.stranger();
  const flag = await epic.run(['login', '--email', staff.sales.email, '--password', 'x']);
  expect(flag.code).toBe(2);
  const nothing = await epic.run(['login', '--email', staff.sales.email]);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain('--password-stdin is missing');
  const empty = await logIn(epic, staff.sales.email, '');
  expect(empty.code).toBe(2);
});

test('the session file is private: 0600 in a 0700 folder', async () => {
  const epic = await office.stranger();
  await logIn(epic, staff.sales.email, password);
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await mode(sessionFile(epic))).toBe('600');
  expect(await mode(join(epic.stateHome, 'epic'))).toBe('700');
});

test('a session is refreshed silently when the access token has expired', async () => {
  const epic = await office.stranger();
  await logIn(epic, staff.sales.email, password);
  const before = await expireAccessToken(epic);
  const run = await epic.run(['whoami']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const after = await readSessions(epic);
  expect(after.sessions[office.server.url]?.refreshToken).not.toBe(
    before.sessions[office.server.url]?.refreshToken,
  );
  expect(after.sessions[office.server.url]?.expiresAt).toBeGreaterThan(Date.now());
});

test('simultaneous commands share one refresh', async () => {
  const epic = await office.stranger();
  await logIn(epic, staff.sales.email, password);
  await expireAccessToken(epic);
  const runs = await Promise.all(Array.from({ length: 6 }, () => epic.spawn(['whoami'])));
  expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
    runs.map(() => ({ code: 0, stderr: '' })),
  );
  const used = await office.database.query<{ count: string }>(
    `select count(*) from identity.refresh_token
     where used_at is not null
       and session_id = (select id from identity.session order by created_at desc limit 1)`,
  );
  expect(used[0]?.count).toBe('1');
});

test('a revoked session ends with the next command', async () => {
  const epic = await office.stranger();
  await logIn(epic, staff.otherSales.email, password);
  await office.database.query(
    'update identity.session set revoked_at = now() where employee_id = $1',
    [staff.otherSales.id],
  );
  const run = await epic.run(['contract', 'list']);
  expect(run).toEqual({
    code: 4,
    stdout: '',
    stderr: '✗ This session has ended.\n  → Log in again: epic login\n',
  });
});

test('a one-time password permits nothing until it is changed', async () => {
  const manager = await office.at('manager');
  const { oneTimePassword } = await json<{ oneTimePassword: string }>(
    manager,
    ...['employee', 'create', '--name', 'Nina New', '--email', 'nina@epic.example'],
    ...['--department', 'support'],
  );
  const epic = await office.stranger();
  const login = await logIn(epic, 'nina@epic.example', oneTimePassword);
  expect(login.code).toBe(0);
  expect(login.stderr).toContain('choose a password of your own: epic password');
  const early = await epic.run(['event', 'list']);
  expect(early.code).toBe(5);
  expect(early.stderr).toContain('→ Type: epic password');

  const short = await epic.run(['password', '--password-stdin'], {
    input: `${oneTimePassword}\nshort\n`,
  });
  expect(short.code).toBe(6);
  expect(short.stderr).toContain('at least 12 characters');
  const changed = await epic.run(['password', '--password-stdin'], {
    input: `${oneTimePassword}\nwords of her very own\n`,
  });
  expect(changed).toMatchObject({ code: 0, stderr: '' });
  expect((await epic.run(['event', 'list'])).code).toBe(0);
});

test('an expired one-time password says whom to ask', async () => {
  const manager = await office.at('manager');
  const { oneTimePassword } = await json<{ oneTimePassword: string }>(
    manager,
    ...['employee', 'create', '--name', 'Luc Late', '--email', 'luc@epic.example'],
    ...['--department', 'support'],
  );
  await office.database.query(
    `update identity.credential set changed_at = now() - interval '8 days' where must_change`,
  );
  const late = await logIn(await office.stranger(), 'luc@epic.example', oneTimePassword);
  expect(late).toMatchObject({ code: 4, stdout: '' });
  expect(late.stderr).toContain('This one-time password has expired.');
  expect(late.stderr).toContain('→ Ask management for a new one.');
});

test('a change of password needs the current one', async () => {
  const epic = await office.at('otherManager');
  const run = await epic.run(['password', '--password-stdin'], {
    input: 'wrong\nanother long password\n',
  });
  expect([4, 6]).toContain(run.code);
  expect(run.stderr).toMatch(/password/i);
});

test('tokens are sent to the server that issued them only', async () => {
  const seen: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('{"data":null}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const epic = await office.at('sales');
  const run = await epic.run(['whoami', '--server', url]);
  other.close();
  expect(run.code).toBe(4);
  expect(seen).toEqual([]);
});

test('the server of the last login is remembered', async () => {
  const epic = await office.stranger();
  const login = await epic.run(
    ['login', '--server', office.server.url, '--email', staff.sales.email, '--password-stdin'],
    { input: password, env: { EPIC_SERVER: undefined } },
  );
  expect(login.code).toBe(0);
  expect((await epic.run(['whoami'], { env: { EPIC_SERVER: undefined } })).code).toBe(0);
});

test('a damaged session file costs a login and nothing else', async () => {
  const epic = await office.stranger();
  await logIn(epic, staff.sales.email, password);
  for (const damage of ['', '{', '[]', '{"sessions":{"x":1}}', 'null']) {
    await writeFile(sessionFile(epic), damage);
    expect((await epic.run(['whoami'])).code).toBe(4);
  }
  expect((await logIn(epic, staff.sales.email, password)).code).toBe(0);
});

test('a session that cannot be stored is reported, and leaves no half-written file', async () => {
  const { stateHome } = await office.stranger();
  // the file that is written first is on a full disk: its name ends with the number of the process
  const script = `mkdir -p "$XDG_STATE_HOME/epic" && ln -s /dev/full "$XDG_STATE_HOME/epic/session.json.$$" &&
    exec "$0" "$1" login --email "$2" --password-stdin`;
  const run = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      'bash',
      ['-c', script, process.execPath, programs.epic, staff.sales.email],
      { env: { ...plainEnvironment(), XDG_STATE_HOME: stateHome, EPIC_SERVER: office.server.url } },
      (error, stdout, stderr) => resolve({ code: error?.code, stdout, stderr }),
    );
    child.stdin?.end(`${password}\n`);
  });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(
    /^✗ The session file could not be written: ENOSPC at .*session\.json\.\n {2}→ Check the permissions and the free space there, or set XDG_STATE_HOME/,
  );
  expect(await readdir(join(stateHome, 'epic'))).toEqual([]);
});
