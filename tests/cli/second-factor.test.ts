import stringWidth from 'string-width';
import { renderUnicodeCompact } from 'uqr';
import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { totp } from '../support/totp.ts';
import {
  json,
  type Office,
  openOffice,
  password,
  type Role,
  soldContract,
  staff,
} from './office.ts';

let office: Office;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());
afterEach(async () => {
  for (const terminal of open) terminal.close();
  open = [];
  await office.database.query(
    `delete from identity.second_factor;
     update identity.configuration set second_factor_required_for = '{}';
     update identity.session set second_factor = false`,
  );
});

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args, { columns: 80 });
  open.push(terminal);
  return terminal;
}

/** Forgets which code was accepted last: a test need not wait for the next one. */
const forgetLastCode = () =>
  office.database.query('update identity.second_factor set last_step = 0');

/** Enables the second factor of whose `epic` this is, off a terminal. */
async function enrol(epic: Epic): Promise<{ secret: string; recoveryCodes: string[] }> {
  const enable = async (flag: string, input: string) => {
    const run = await epic.run(['second-factor', 'enable', flag, '--json'], { input });
    if (run.code !== 0) throw new Error(run.stderr);
    return JSON.parse(run.stdout);
  };
  const { secret } = await enable('--password-stdin', `${password}\n`);
  const { recoveryCodes } = await enable('--code-stdin', totp(secret));
  await forgetLastCode();
  return { secret, recoveryCodes };
}

const requireOf = (department: string) =>
  office.database.query(
    'update identity.configuration set second_factor_required_for = array[$1]',
    [department],
  );

/** Logs in off a terminal, with the password and perhaps a code on stdin. */
const logIn = async (role: Role, code?: string) =>
  (await office.stranger()).run(
    [
      ...['login', '--email', staff[role].email, '--password-stdin', '--json'],
      ...(code === undefined ? [] : ['--code-stdin']),
    ],
    { input: [password, code ?? ''].join('\n') },
  );

const forTerminal = { EPIC_FORCE_TTY: '80' };

const errorOf = ({ stderr }: { stderr: string }) => JSON.parse(stderr).error;

test('an employee enrols on a terminal of 80 × 24, with a QR code or by typing the key', async () => {
  const sales = await office.at('sales');
  const terminal = onTerminal(sales, 'second-factor', 'enable');
  await terminal.waitFor('Current password');
  terminal.type(`${password}\r`);
  await terminal.waitFor('Code that the app shows ›');
  const shown = terminal.shown();
  const secret = /Key: ((?:[A-Z2-7]{4} ?){8})\n/.exec(shown)?.[1]?.replaceAll(' ', '') ?? '';
  const uri = `otpauth://totp/Epic%20Events:sofia%40epic.example?issuer=Epic%20Events&secret=${secret}`;
  const picture = renderUnicodeCompact(uri, { border: 1 });
  expect(shown).toContain(`\n${picture}\n`);
  const lines = shown.slice(shown.indexOf(picture)).split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);

  terminal.type('000000\r');
  await terminal.waitFor('This code is wrong, or was used before.');
  terminal.type(`${totp(secret)}\r`);
  await terminal.waitFor('Second factor enabled.');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown().match(/(?<=^ +| {3})[A-Z2-7]{4}(-[A-Z2-7]{4}){3}/gm)).toHaveLength(10);
  const told = terminal.shown().slice(terminal.shown().indexOf('✓'));
  expect(Math.max(...told.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  expect(terminal.shown()).not.toContain(password);
  expect(await json(sales, 'second-factor', 'status')).toEqual({
    enabled: expect.stringMatching(/Z$/),
    recoveryCodesLeft: 10,
    required: false,
  });
});

test('a program enrols in two steps, and login then needs a code', async () => {
  const { secret } = await enrol(await office.at('sales'));
  const without = await logIn('sales');
  expect(without).toMatchObject({ code: 4, stdout: '' });
  expect(errorOf(without)).toMatchObject({
    kind: 'second_factor_required',
    hint: expect.stringContaining('--code-stdin'),
  });

  const code = totp(secret);
  expect(await logIn('sales', code)).toMatchObject({ code: 0, stderr: '' });
  const replayed = await logIn('sales', code);
  expect(replayed).toMatchObject({ code: 4, stdout: '' });
  expect(errorOf(replayed)).toMatchObject({
    kind: 'login_refused',
    message: 'E-mail, password or code is wrong, or the code was used before.',
  });
  expect(await logIn('sales', totp(secret, 1))).toMatchObject({ code: 0 });
});

test('a recovery code is good for one login', async () => {
  const sales = await office.at('sales');
  const { recoveryCodes } = await enrol(sales);
  const [code = ''] = recoveryCodes;
  expect(await logIn('sales', code.toLowerCase())).toMatchObject({
    code: 0,
    stderr: `Recovery codes left: 9. For ten new ones, or for another phone:
  epic second-factor recovery-codes
  epic second-factor disable, then enable
`,
  });
  expect(errorOf(await logIn('sales', code))).toMatchObject({ kind: 'login_refused' });
  expect(await json(sales, 'second-factor', 'status')).toMatchObject({ recoveryCodesLeft: 9 });
});

test('login on a terminal asks for the code, and for the password only once', async () => {
  const { secret } = await enrol(await office.at('sales'));
  const epic = await office.stranger();
  const terminal = onTerminal(epic, 'login', '--email', staff.sales.email);
  await terminal.waitFor('Password');
  terminal.type(`${password}\r`);
  await terminal.waitFor('Code of the app, or a recovery code ›');
  terminal.type('123\r');
  await terminal.waitFor('This code is wrong, or was used before.');
  await terminal.waitFor('Code of the app, or a recovery code ›');
  const code = totp(secret);
  terminal.type(`${code.slice(0, 3)} ${code.slice(3)}\r`);
  await terminal.waitFor('Logged in as Sofia Sales, sales');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown().match(/✔ Password/g)).toHaveLength(1);
});

test('login asks for a code three times at most', async () => {
  await enrol(await office.at('sales'));
  const epic = await office.stranger();
  const terminal = onTerminal(epic, 'login', '--email', staff.sales.email);
  await terminal.waitFor('Password');
  terminal.type(`${password}\r`);
  for (const code of ['1', '2', '3']) {
    await terminal.waitFor('Code of the app, or a recovery code ›');
    terminal.type(`${code}\r`);
    // what was typed is drawn once more: the next question comes after the answer
    if (code !== '3') await terminal.waitFor('This code is wrong, or was used before.');
  }
  expect(await terminal.ended).toBe(4);
  expect((await epic.run(['whoami'])).code).toBe(4);
});

test('a command that needs the second factor asks for it in place, and goes on', async () => {
  const manager = await otherDesk('manager');
  const { secret } = await enrol(await office.at('manager'));
  const terminal = onTerminal(manager, 'employee', 'reset-password', '4');
  await terminal.waitFor('This needs your second factor.');
  await terminal.waitFor('Code of the app, or a recovery code ›');
  terminal.type('nothing\r');
  await terminal.waitFor('This code is wrong, or was used before.');
  await terminal.waitFor('Code of the app, or a recovery code ›');
  terminal.type(`${totp(secret)}\r`);
  await terminal.waitFor('Reset the password of employee 4');
  terminal.type('y');
  await terminal.waitFor('The password of employee 4 is reset');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown().match(/✔ Reset the password/g)).toHaveLength(1);

  // the session is confirmed from then on
  const { client } = await soldContract(await office.at('sales'));
  const erased = await manager.run(['client', 'erase', client, '--yes']);
  expect(erased).toMatchObject({ code: 0, stderr: '' });
});

/** An `epic` of an employee with a session of its own. */
async function otherDesk(role: Role): Promise<Epic> {
  const epic = await office.stranger();
  const { code } = await epic.run(['login', '--email', staff[role].email, '--password-stdin'], {
    input: password,
  });
  expect(code).toBe(0);
  return epic;
}

test('what needs the second factor asks for it before any other question', async () => {
  const manager = await otherDesk('manager');
  const { recoveryCodes } = await enrol(await office.at('manager'));
  const terminal = onTerminal(manager, 'employee', 'create', '--name', 'Nina New');
  await terminal.waitFor('Code of the app, or a recovery code ›');
  terminal.type(`${recoveryCodes[0]}\r`);
  await terminal.waitFor('E-mail address');
  terminal.type('nina@epic.example\r');
  await terminal.waitFor('Department');
  terminal.type('\r');
  await terminal.waitFor('Telephone number');
  terminal.type('\r');
  await terminal.waitFor('Create an employee?');
  terminal.type('\r');
  await terminal.waitFor(/Employee \d+ created: Nina New/);
  expect(await terminal.ended).toBe(0);
});

test('a change is refused after three wrong codes', async () => {
  const manager = await otherDesk('manager');
  await enrol(await office.at('manager'));
  const terminal = onTerminal(manager, 'employee', 'update', '4');
  await terminal.waitFor('Code of the app, or a recovery code ›');
  for (const code of ['1', '2', '3']) {
    terminal.type(`${code}\r`);
    await terminal.waitFor('is wrong, or was used before.');
  }
  expect(await terminal.ended).toBe(6);
});

test.each([
  ['client erase', (client: string) => ['client', 'erase', client, '--yes']],
  ['client merge', (client: string) => ['client', 'merge', client, client, '--dry-run']],
  ['client export', (client: string) => ['client', 'export', client]],
  ['employee reset-password', () => ['employee', 'reset-password', '3', '--yes']],
  ['employee update', () => ['employee', 'update', '3', '--department', 'sales']],
  [
    'employee create',
    () => ['employee', 'create', '--name', 'N', '--email', 'n@x.example', '--department', 'sales'],
  ],
])('epic %s off a terminal says how to log in with a code, or to enrol', async (_, args) => {
  const { client } = await soldContract(await office.at('sales'));
  const before = await office.at('manager');

  await requireOf('management');
  const obliged = await before.run(args(client));
  expect(obliged).toMatchObject({ code: 5, stdout: '' });
  expect(obliged.stderr).toContain(
    'Your department needs a second factor for this: enable one first.\n  → Enable one: epic second-factor enable\n',
  );

  await enrol(await otherDesk('manager'));
  const refused = await before.run(args(client));
  expect(refused).toMatchObject({ code: 5, stdout: '' });
  expect(refused.stderr).toContain(
    'Log in with your second factor first.\n  → Log in again, with a code: epic login\n',
  );
  expect(refused.stderr).toContain('Nothing you typed is lost.');
});

test('epic can says beforehand that the second factor is missing, and what to type', async () => {
  await requireOf('management');
  const manager = await office.at('manager');
  const { client } = await soldContract(await office.at('sales'));
  const ask = () => manager.run(['can', 'erase', 'client', client], { env: forTerminal });
  expect(await ask()).toMatchObject({
    code: 5,
    stdout: expect.stringMatching(/^No\. Your department needs a second factor for this/),
    stderr: '→ Enable one: epic second-factor enable\n',
  });
  await enrol(await otherDesk('manager'));
  expect(await ask()).toMatchObject({
    code: 5,
    stdout: expect.stringMatching(/^No\. Log in with your second factor first\./),
    stderr: '→ Log in again, with a code: epic login\n',
  });
});

test('the history of an employee tells what became of the second factor', async () => {
  const manager = await office.at('otherManager');
  const { secret } = await enrol(manager);
  const codes = ['second-factor', 'recovery-codes', '--code-stdin', '--fields', 'recoveryCodes'];
  const { stdout } = await manager.run(codes, { input: totp(secret) });
  const [first = ''] = JSON.parse(stdout);
  const disable = ['second-factor', 'disable', '--password-stdin', '--code-stdin'];
  expect((await manager.run(disable, { input: `${password}\n${first}` })).code).toBe(0);
  const changes = await json<{ what: string }[]>(manager, 'history', 'employee', '6');
  expect(changes.slice(0, 3).map(({ what }) => what)).toEqual([
    'Otto Manager disabled the second factor.',
    'Otto Manager replaced the recovery codes.',
    'Otto Manager enabled the second factor.',
  ]);
});

test('codes are asked for nowhere but on a terminal', async () => {
  const sales = await office.at('sales');
  await enrol(sales);
  const run = (...args: string[]) => sales.run(['second-factor', ...args], { input: password });
  for (const args of [['recovery-codes'], ['disable', '--password-stdin']]) {
    const refused = await run(...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--code-stdin is missing');
  }
  expect((await run('enable')).stderr).toContain('--password-stdin is missing');
  expect((await run('disable', '--code-stdin')).stderr).toContain('Add --password-stdin.');
  expect((await run('enable', '--password-stdin', '--code-stdin')).stderr).toContain('two steps');
  expect((await run('disable', '--password-stdin', '--code-stdin')).stderr).toContain(
    'It should hold 2 lines: current password, then code.',
  );

  const epic = await office.stranger();
  const terminal = onTerminal(epic, 'login', '--no-input', '--email', staff.sales.email);
  expect(await terminal.ended).toBe(2);
});

test('new recovery codes end the former ones, and disabling ends all of it', async () => {
  const sales = await office.at('sales');
  const { secret, recoveryCodes } = await enrol(sales);
  const replaced = await sales.run(['second-factor', 'recovery-codes', '--code-stdin', '--json'], {
    input: totp(secret),
  });
  const { recoveryCodes: fresh } = JSON.parse(replaced.stdout);
  expect(fresh).toHaveLength(10);
  expect((await logIn('sales', recoveryCodes[0])).code).toBe(4);
  expect((await logIn('sales', fresh[0])).code).toBe(0);

  const disable = ['second-factor', 'disable', '--password-stdin', '--code-stdin'];
  const wrong = await sales.run(disable, { input: `not the password\n${fresh[1]}\n` });
  expect(wrong).toMatchObject({ code: 6, stdout: '' });
  expect(await sales.run(disable, { input: `${password}\n${fresh[1]}\n` })).toEqual({
    code: 0,
    stdout: '✓ Second factor disabled.\n',
    stderr: '',
  });
  expect((await logIn('sales')).code).toBe(0);
  const again = await sales.run(disable, { input: `${password}\n${fresh[2]}\n` });
  expect(again).toMatchObject({ code: 6, stdout: '' });
  expect(again.stderr).toContain('→ Enable one: epic second-factor enable');
});
