import { Department } from '../../src/cli/operations/index.ts';
import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

let office: Office;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args);
  open.push(terminal);
  return terminal;
}

test('login asks for e-mail and password, and never shows the password', async () => {
  const epic = await office.stranger();
  const terminal = onTerminal(epic, 'login');
  await terminal.waitFor('E-mail');
  terminal.type(`${staff.sales.email}\r`);
  await terminal.waitFor('Password');
  terminal.type(`${password}\r`);
  await terminal.waitFor('Logged in as Sofia Sales, sales');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).not.toContain(password);
});

test('login asks again for a wrong password, three times at most', async () => {
  const epic = await office.stranger();
  const login = onTerminal(epic, 'login', '--email', staff.support.email);
  for (const [typed, said] of [
    ['wrong once', 'E-mail or password is wrong. Type it again; Esc ends it.'],
    [password, 'Logged in as Suzy Support, support'],
  ] as const) {
    await login.waitFor('Password ›');
    login.type(`${typed}\r`);
    await login.waitFor(said);
  }
  expect(await login.ended).toBe(0);

  const wrong = onTerminal(epic, 'login', '--email', staff.otherSupport.email);
  await wrong.waitFor('Password ›');
  wrong.type('one\r');
  for (const typed of ['two', 'three']) {
    await wrong.waitFor('Type it again');
    await wrong.waitFor('Password ›');
    wrong.type(`${typed}\r`);
  }
  await wrong.waitFor('✗ E-mail or password is wrong.');
  await wrong.waitFor('→ Check both, then try again: epic login');
  expect(await wrong.ended).toBe(4);
});

test('a locked account is told at once, and not asked again', async () => {
  const epic = await office.stranger();
  const attempt = ['login', '--email', 'locked@epic.example', '--password-stdin'];
  for (let failures = 0; failures < 10; failures += 1) await epic.run(attempt, { input: 'wrong' });
  const terminal = onTerminal(epic, 'login', '--email', 'locked@epic.example');
  await terminal.waitFor('Password ›');
  terminal.type('wrong\r');
  await terminal.waitFor('✗ Too many failed logins in a row.');
  await terminal.waitFor(/→ Try again in \d+ (seconds|minutes)\./);
  expect(await terminal.ended).toBe(6);
});

test('a wrong current password is asked for again, and the new one is kept', async () => {
  const terminal = onTerminal(await office.at('otherManager'), 'password');
  const answers = [
    ['Current password ›', 'not the one'],
    ['New password (at least 12 characters) ›', 'words of his very own'],
    ['The same again ›', 'words of his very own'],
    ['The current password is wrong. Type it again', ''],
    ['Current password ›', password],
  ] as const;
  for (const [question, typed] of answers) {
    await terminal.waitFor(question);
    if (typed) terminal.type(`${typed}\r`);
  }
  await terminal.waitFor('Password changed.');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown().match(/✔ New password/g)).toHaveLength(1);
});

test('login with a one-time password asks for a new one until it is accepted', async () => {
  const manager = await office.at('manager');
  const { oneTimePassword } = await json<{ oneTimePassword: string }>(
    manager,
    ...['employee', 'create', '--name', 'Nina New', '--email', 'nina@epic.example'],
    ...['--department', 'support'],
  );
  const epic = await office.stranger();
  const terminal = onTerminal(epic, 'login', '--email', 'nina@epic.example');
  await terminal.waitFor('Password');
  terminal.type(`${oneTimePassword}\r`);
  await terminal.waitFor('Choose your own.');
  const answer = async (first: string, second: string) => {
    await terminal.waitFor('New password (at least 12 characters) ›');
    terminal.type(`${first}\r`);
    await terminal.waitFor('The same again ›');
    terminal.type(`${second}\r`);
  };
  await answer('one thing and', 'another thing');
  await terminal.waitFor('not the same');
  await terminal.waitFor('New password (at least 12 characters) ›');
  terminal.type('short\r');
  await terminal.waitFor('It needs at least 12 characters.');
  terminal.type('\x15');
  await answer('words of her very own', 'words of her very own');
  await terminal.waitFor('Logged in as Nina New');
  expect(await terminal.ended).toBe(0);
  expect((await epic.run(['event', 'list'])).code).toBe(0);
});

test('a missing flag is asked for, and validated while it is typed', async () => {
  const sales = await office.at('sales');
  const { client } = await soldContract(sales);
  const terminal = onTerminal(sales, 'contract', 'create', '--client', client);
  await terminal.waitFor('Price in euros');
  terminal.type('lots\r');
  await terminal.waitFor('is not an amount');
  terminal.type('\x7f\x7f\x7f\x7f1250.50\r');
  await terminal.waitFor('Create a contract for client');
  terminal.type('\r');
  await terminal.waitFor(/Contract \d+ created, as a draft: Dupont SA, 1 250\.50 €/);
  expect(await terminal.ended).toBe(0);
});

test('a prompt keeps an emoji whole, and ignores keys that type nothing', async () => {
  const sales = await office.at('sales');
  const terminal = onTerminal(sales, 'client', 'create', '--email', 'party@x.example');
  await terminal.waitFor('First and last name');
  const [left, rubOut, f5, home, end] = ['\x1b[D', '\x7f', '\x1b[15~', '\x1b[H', '\x1b[F'];
  terminal.type(`lost\x15Zo 🎉🎈${rubOut}${left}${rubOut}é ${f5}\x0c\x17${home}Ada ${end}!`);
  terminal.type(`${left}${left}🎂\r`);
  await terminal.waitFor('Ada Zoé 🎂🎉!');
  for (const question of ['Telephone', 'company', 'first contact', 'Create a client']) {
    await terminal.waitFor(question);
    terminal.type('\r');
  }
  await terminal.waitFor('created: Ada Zoé 🎂🎉!');
  expect(await terminal.ended).toBe(0);
});

test('a prompt shows an invalid answer below it until the next key', async () => {
  const sales = await office.at('sales');
  const terminal = onTerminal(sales, 'client', 'create', '--name', 'Ada');
  await terminal.waitFor('E-mail address');
  const answer = `${'far-too-'.repeat(6)}long`;
  terminal.type(`${answer}\r`);
  await terminal.waitFor(/› “.*” is not an e-mail address\. Write it like\n {2}ana@example\.com\./);
  const before = terminal.written().length;
  terminal.type('@');
  await terminal.waitFor(`${answer}@`);
  const redrawn = terminal.written().slice(before);
  // All that is below the cursor is erased; two rows are made sure of before they are written.
  expect(redrawn).toContain('\x1b[J\n\n\x1b[2A');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
});

test('a missing id is asked for', async () => {
  const sales = await office.at('sales');
  const { contract } = await soldContract(sales);
  const terminal = onTerminal(sales, 'contract', 'view');
  await terminal.waitFor("The contract's id");
  terminal.type(`${contract}\r`);
  await terminal.waitFor('Dupont SA');
  expect(await terminal.ended).toBe(0);
});

test('an enum value is chosen from a list', async () => {
  const [, second] = Object.values(Department).filter((each) => each !== 'management');
  const manager = await office.at('manager');
  const terminal = onTerminal(
    manager,
    ...['employee', 'create', '--name', 'Ivo', '--email', 'ivo@epic.example'],
  );
  await terminal.waitFor('Department');
  terminal.type('\x1b[B\r');
  await terminal.waitFor('Telephone number');
  terminal.type('+33 1 99 00 12 12\r');
  await terminal.waitFor('Create an employee?');
  terminal.type('\r');
  await terminal.waitFor(`created: Ivo, ${second}.`);
  expect(await terminal.ended).toBe(0);
});

test('--no-input asks nothing, and names the missing flag', async () => {
  const sales = await office.at('sales');
  const terminal = onTerminal(sales, 'contract', 'create', '--no-input');
  await terminal.waitFor('--client is missing');
  expect(await terminal.ended).toBe(2);
});

test('a deletion asks first and names the record, and a no keeps it', async () => {
  const sales = await office.at('sales');
  const manager = await office.at('manager');
  const { contract } = await soldContract(sales, { signed: false });
  const refused = onTerminal(manager, 'contract', 'delete', contract);
  await refused.waitFor(
    `Delete contract ${contract} of Dupont SA for 1 000.00 €? This cannot be undone.`,
  );
  refused.type('\r');
  await refused.waitFor('Nothing was changed.');
  expect(await refused.ended).toBe(130);
  await json(sales, 'contract', 'view', contract);

  const agreed = onTerminal(manager, 'contract', 'delete', contract);
  await agreed.waitFor(`Delete contract ${contract}`);
  agreed.type('y');
  await agreed.waitFor(`Contract ${contract} deleted`);
  expect(await agreed.ended).toBe(0);
});

test('Ctrl-C, Ctrl-D and Esc at a prompt cancel: nothing is sent, exit code 130', async () => {
  const sales = await office.at('sales');
  const before = await json<unknown[]>(sales, 'client', 'list');
  for (const key of ['\x03', '\x04', '\x1b']) {
    const terminal = onTerminal(sales, 'client', 'create', '--name', 'Nobody');
    await terminal.waitFor('E-mail address');
    terminal.type('who@x.example');
    terminal.type(key);
    await terminal.waitFor('Cancelled.');
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).not.toContain('✗ Cancelled');
    expect(terminal.written()).not.toContain('\x1b[31m');
  }
  expect(await json<unknown[]>(sales, 'client', 'list')).toHaveLength(before.length);
});

test('a table fits a real terminal, and is coloured there', async () => {
  const sales = await office.at('sales');
  await soldContract(sales);
  const terminal = sales.terminal(['contract', 'list'], { columns: 60 });
  open.push(terminal);
  expect(await terminal.ended).toBe(0);
  const lines = terminal.shown().split('\n');
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(60);
  expect(lines[0]).toMatch(/^ID {2}Client/);
});
