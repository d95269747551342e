import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, password, staff } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

async function loggedIn(email: string = staff.sales.email): Promise<Epic> {
  const epic = await office.stranger();
  const { code } = await epic.run(['login', '--email', email, '--password-stdin'], {
    input: `${password}\n`,
  });
  expect(code).toBe(0);
  return epic;
}

const open = (epic: Epic) => json<{ id: string; current: boolean }[]>(epic, 'session', 'list');

test('an employee lists their sessions, and ends one by the beginning of its id', async () => {
  const [here, there] = [await loggedIn(), await loggedIn()];
  const sessions = await open(here);
  expect(sessions).toEqual([
    expect.objectContaining({ current: false, program: expect.stringMatching(/^epic\//) }),
    expect.objectContaining({ current: true }),
  ]);
  const mine = sessions.find(({ current }) => current)?.id ?? '';
  const other = sessions.find(({ current }) => !current)?.id ?? '';
  expect((await open(there)).find(({ current }) => current)?.id).toBe(other);

  const table = await here.run(['session', 'list'], { env: { EPIC_FORCE_TTY: '80' } });
  for (const line of table.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  expect(await here.run(['session', 'revoke', other.slice(0, 8)])).toEqual({
    code: 0,
    stdout: '✓ 1 session ended.\n',
    stderr: '',
  });
  expect((await there.run(['client', 'list'])).code).toBe(4);
  expect((await open(here)).map(({ id }) => id)).toEqual([mine]);
  expect((await here.run(['session', 'revoke', '--others'])).stdout).toBe('✓ 0 sessions ended.\n');
});

test('an employee ends all their other sessions, and no session of a colleague', async () => {
  const here = await loggedIn(staff.support.email);
  const there = [await loggedIn(staff.support.email), await loggedIn(staff.support.email)];
  const colleague = await loggedIn(staff.otherSupport.email);
  const [theirs] = await open(colleague);
  expect((await here.run(['session', 'revoke', '--others'])).stdout).toBe('✓ 2 sessions ended.\n');
  for (const epic of there) expect((await epic.run(['whoami'])).code).toBe(4);
  expect((await here.run(['whoami'])).code).toBe(0);

  const refused = await here.run(['session', 'revoke', theirs?.id ?? '']);
  expect(refused).toMatchObject({
    code: 3,
    stderr: `✗ You have no session ${theirs?.id}.\n  → See which there are: epic session list\n`,
  });
  expect((await colleague.run(['whoami'])).code).toBe(0);
});

test('people see as much of the id of a session as commands need, and programs all of it', async () => {
  const [here, elsewhere] = [await loggedIn(staff.otherSales.email), await office.stranger()];
  await elsewhere.run(['login', '--email', staff.otherSales.email, '--password-stdin'], {
    input: password,
  });
  const { stdout } = await here.run(['session', 'list'], { env: { EPIC_FORCE_TTY: '60' } });
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
  const [, id = ''] = /^([0-9a-f]{8}) .* no\b/m.exec(stdout) ?? [];
  const [revoked] = await json<{ id: string }[]>(here, 'session', 'revoke', id);
  expect(revoked?.id).toMatch(new RegExp(`^${id}-[0-9a-f-]{27}$`));
});

test('an unknown session is refused', async () => {
  const epic = await office.at('otherSales');
  const none = await epic.run(['session', 'revoke']);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('Name the sessions to end, or say --others.');
  const odd = await epic.run(['session', 'revoke', 'the-old-laptop']);
  expect(odd.code).toBe(2);
  expect(odd.stderr).toContain('“the-old-laptop” is not the id of a session');
});

test('a session that ended as the password was changed elsewhere says so', async () => {
  const email = staff.otherManager.email;
  const [here, elsewhere] = [await loggedIn(email), await loggedIn(email)];
  const changed = await here.run(['password', '--password-stdin'], {
    input: `${password}\nanother horse battery\n`,
  });
  expect(changed.code).toBe(0);
  expect(await elsewhere.run(['whoami'])).toEqual({
    code: 4,
    stdout: '',
    stderr:
      '✗ Your password was changed.\n' +
      '  → Log in with the new one: epic login. If you did not change it, tell management at once.\n',
  });
});

test('management resets a password, which ends every session and serves for one login', async () => {
  const omar = await loggedIn(staff.otherSupport.email);
  const manager = await office.at('manager');
  const { oneTimePassword, ...employee } = await json<{ oneTimePassword: string; id: number }>(
    manager,
    ...['employee', 'reset-password', String(staff.otherSupport.id), '--yes'],
  );
  expect(employee).toMatchObject({ id: staff.otherSupport.id, name: 'Omar Support' });
  const told = {
    code: 4,
    stdout: '',
    stderr:
      '✗ Your password was reset by Marie Manager.\n' +
      '  → Log in with the one that you are given: epic login. If you did not expect this, tell management at once.\n',
  };
  expect(await omar.run(['whoami'])).toEqual(told);
  await office.database.query(
    `update identity.access_token set expires_at = now() - interval '1 second'`,
  );
  expect(await omar.run(['whoami'])).toEqual(told);

  const again = await omar.run(
    ['login', '--email', staff.otherSupport.email, '--password-stdin', '--json'],
    { input: `${oneTimePassword}\n` },
  );
  expect(JSON.parse(again.stdout)).toMatchObject({ mustChangePassword: true });

  const asked = await manager.run(['employee', 'reset-password', '4']);
  expect(asked.code).toBe(2);
  expect(asked.stderr).toContain('--yes');
});
