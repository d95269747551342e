import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

// EPIC_ACCESSIBLE: what a screen reader reads aloud, and a slow terminal shows line by line.

let office: Office;
let sales: Epic;
let manager: Epic;
let contract: string;
let terminals: Terminal[] = [];

const env = { EPIC_ACCESSIBLE: '1', TZ: 'UTC', NO_COLOR: '1' };
const enter = '\r';

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
  ({ contract } = await soldContract(sales, { total: '500' }));
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of terminals) terminal.close();
  terminals = [];
});

function open(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args, { env, columns: 80 });
  terminals.push(terminal);
  return terminal;
}

async function answer(terminal: Terminal, ...steps: [asked: string | RegExp, typed: string][]) {
  for (const [asked, typed] of steps) {
    await terminal.waitFor(asked);
    terminal.type(typed);
  }
}

/** That nothing was redrawn, and that there are no marks, spinners or boxes. */
function expectPlain(terminal: Terminal): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be written
  expect(terminal.written()).not.toMatch(/\x1b|\x08|\r(?!\n)/);
  expect(terminal.shown()).not.toMatch(/[✓✗✔✖→›❯█│─┼]|[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/u);
}

test('a form asks line by line, with numbers for choices, and says in words what was done', async () => {
  const terminal = open(manager, 'employee', 'create');
  await answer(
    terminal,
    ['First and last name: ', `Nina New${enter}`],
    [/E-mail.*: /, `nina${enter}`],
    ['Error: “nina” is not an e-mail address.', ''],
    [/E-mail.*: /, `nina@epic.example${enter}`],
    ['Department\n1. sales\n2. support\n3. management\nNumber (Enter for 1): ', `9${enter}`],
    ['Error: type a number from 1 to 3.', ''],
    ['Number (Enter for 1): ', `2${enter}`],
    [/Telephone.*\(optional\): /, enter],
    [/Create .*\? \(yes or no, Enter for yes\): /, `maybe${enter}`],
    ['Error: type yes or no.', ''],
    ['(yes or no, Enter for yes): ', enter],
  );
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toMatch(/\nDone: Employee \d+ created: Nina New, support/);
  expectPlain(terminal);
});

test('a form for an existing record keeps what is there on Enter, and empties it with a dash', async () => {
  const { id } = await json(
    sales,
    ...['client', 'create', '--name', 'Bea', '--email', 'bea@x.example', '--company', 'Bea SA'],
  );
  const terminal = open(sales, 'client', 'update', String(id));
  await answer(
    terminal,
    [/name \(Enter for Bea\): /, enter],
    [/E-mail.* \(Enter for bea@x\.example\): /, enter],
    [/Telephone.*: /, enter],
    [/ompany \(Enter for Bea SA\): /, `-${enter}`],
    [/Company +Bea SA becomes –/, ''],
    [/\(yes or no, Enter for yes\): /, enter],
  );
  expect(await terminal.ended).toBe(0);
  expect(await json(sales, 'client', 'view', String(id))).toMatchObject({ company: null });
  expectPlain(terminal);
});

test('notes of several lines end with an empty one, also when they are pasted', async () => {
  const times = ['--start', '2031-04-05 18:00', '--end', '2031-04-05 23:00'];
  const about = ['--contract', contract, '--title', 'Fair', ...times];
  const { id } = await json(sales, 'event', 'create', ...about);
  await json(manager, 'event', 'assign', String(id), '--support', String(staff.support.id));
  const terminal = open(manager, 'event', 'update', String(id));
  await answer(
    terminal,
    [/What it is called.*: /, enter],
    [/When it starts.*: /, enter],
    [/When it ends.*: /, enter],
    [/Where.*: /, enter],
    [/How many.*: /, enter],
    [/otes.*\(an empty line ends it\): /, `Gate B.\rNo nuts.\r\r`],
    [/Number \(Enter for 1\): /, enter],
    [/\(yes or no, Enter for yes\): /, enter],
  );
  expect(await terminal.ended).toBe(0);
  expect(await json(sales, 'event', 'view', String(id))).toMatchObject({
    notes: 'Gate B.\nNo nuts.',
  });
});

test('a record is found by a part of its name, among numbered ones', async () => {
  await json(sales, 'client', 'create', '--name', 'Eve Dupont', '--email', 'eve@dupont.example');
  const terminal = open(sales, 'contract', 'create', '--total', '70');
  await answer(
    terminal,
    ['(an id, or a part of a name): ', `dupont${enter}`],
    [/which one\?\n1\. \d+ {2}.*Dupont.*\n2\. \d+ {2}.*Dupont.*\nNumber \(Enter for 1\): /, enter],
    [/Create .*\? \(yes or no, Enter for yes\): /, `no${enter}`],
  );
  expect(await terminal.ended).toBe(130);
  expectPlain(terminal);
});

test('a password is read without an echo', async () => {
  const epic = await office.stranger();
  const terminal = open(epic, 'login');
  await answer(
    terminal,
    [/E-mail.*: /, `${staff.otherSupport.email}${enter}`],
    ['Password (not shown): ', `x\x7f${password}${enter}`],
  );
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toContain('\nDone: Logged in as Omar Support, support');
  expect(terminal.shown()).not.toMatch(/horse|\*/);
  expectPlain(terminal);
});

test('what is refused is an error in words, with what to do next', async () => {
  const terminal = open(sales, 'event', 'delete', '999', '--yes');
  expect(await terminal.ended).toBe(3);
  expect(terminal.shown()).toMatch(
    /^Error: There is no event 999\.\n {2}Next: See which there are/,
  );
  expectPlain(terminal);
  const access = open(sales, 'can', 'cancel', 'contract', contract);
  expect(await access.ended).toBe(5);
  expect(access.shown()).toMatch(/\n {2}(yes|no ) +\S/);
  expectPlain(access);
});

test.each([['\x03'], ['\x04']])('Ctrl-C and Ctrl-D cancel a question (%j)', async (key) => {
  const terminal = open(manager, 'employee', 'create');
  await answer(terminal, ['First and last name: ', key]);
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown()).toContain('Cancelled.');
});

test('the menu has numbers, and 0 goes back', async () => {
  const terminal = open(sales, 'menu');
  await answer(
    terminal,
    [/1\. client: .*\n[\s\S]*Number \(Enter for 1, 0 to go back\): /, enter],
    [/1\. list: [\s\S]*Number \(Enter for 1, 0 to go back\): /, `0${enter}`],
    [/1\. client: .*\n[\s\S]*Number \(Enter for 1, 0 to go back\): /, `0${enter}`],
  );
  expect(await terminal.ended).toBe(0);
  expectPlain(terminal);
});

test('a month is a list by day, a report has no bars', async () => {
  const times = ['--start', '2031-03-05 18:00', '--end', '2031-03-05 23:00'];
  await json(sales, 'event', 'create', '--contract', contract, '--title', 'Gala', ...times);
  const month = open(sales, 'event', 'calendar', '--month', '2031-03');
  expect(await month.ended).toBe(0);
  expect(month.shown()).toMatch(/^Wednesday 2031-03-05\n {2}18:00–23:00 {2}\d+ {2}Gala/);
  expectPlain(month);
  const report = open(manager, 'report', '--months', '2');
  expect(await report.ended).toBe(0);
  expect(report.shown()).toContain('Signed and paid by month');
  expectPlain(report);
});

test.each(['0', ''])('EPIC_ACCESSIBLE=%s changes nothing', async (value) => {
  const name = `--name=Client ${value}`;
  const { stdout } = await sales.run(['client', 'create', name, '--email', `c${value}@x.example`], {
    env: { EPIC_ACCESSIBLE: value, EPIC_FORCE_TTY: '80' },
  });
  expect(stdout).toMatch(/^✓ Client \d+ created/);
});
