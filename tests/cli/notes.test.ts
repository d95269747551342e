import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let support: Epic;
let client: string;
let contract: string;
let event: string;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  support = await office.at('support');
  ({ client, contract } = await soldContract(sales));
  const planned = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Gala'],
    ...['--start', '2030-01-01 18:00', '--end', '2030-01-01 23:00'],
  );
  event = String(planned.id);
});

afterAll(() => office.close());

const add = async (epic: Epic, ...args: string[]) =>
  String((await json<{ id: number }>(epic, 'note', 'add', ...args)).id);

test('a note about a client, a contract or an event says what it is about, and who wrote it', async () => {
  const note = await json(sales, 'note', 'add', 'client', client, 'Call', '--remind', '2031-05-06');
  expect(note).toMatchObject({
    text: 'Call',
    about: `client ${client}, Dupont SA`,
    author: 'Sofia Sales',
    remind: '2031-05-06',
    done: null,
    clientId: Number(client),
    contractId: null,
    eventId: null,
  });
  expect(await json(support, 'note', 'add', 'contract', contract, 'Paid by cheque')).toMatchObject({
    about: `contract ${contract}, Dupont SA`,
    author: 'Suzy Support',
  });
  expect(await json(support, 'note', 'create', 'event', 'gala', 'Chairs')).toMatchObject({
    about: `event ${event}, Gala`,
  });
});

test('the text comes from a file or from standard input, with its lines', async () => {
  const text = 'First\n\n  Second\n';
  const piped = await sales.run(['note', 'add', 'client', client, '--file', '-', '--json'], {
    input: text,
  });
  expect(JSON.parse(piped.stdout)).toMatchObject({ text: text.trimEnd() });
  const missing = await sales.run(['note', 'add', 'client', client, '--file', '/none/such']);
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toBe('✗ --file: “/none/such” cannot be read: ENOENT.\n');
  const both = await sales.run(['note', 'add', 'client', client, 'x', '--file', '-']);
  expect(both.stderr).toBe('✗ Give <text> or --file, not both.\n');
});

test('off a terminal a note without a text, or about nothing, is a usage error that names what is missing', async () => {
  const { code, stderr } = await sales.run(['note', 'add', 'client', client]);
  expect(code).toBe(2);
  expect(stderr).toBe(
    '✗ <text> is missing: the text.\n  → Add <text>, or run the command on a terminal to be asked.\n',
  );
  expect(await sales.run(['note', 'add'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('<record> is missing'),
  });
});

test('what the database refuses of a note is told in its words', async () => {
  const { code, stderr } = await sales.run([
    'note',
    'add',
    'client',
    client,
    'x',
    '--remind',
    '2020-01-01',
  ]);
  expect(code).toBe(6);
  expect(stderr).toBe('✗ A reminder is not before the day on which the note was written.\n');
  expect((await sales.run(['note', 'add', 'client', '99999', 'x'])).stderr).toBe(
    '✗ There is no client 99999.\n  → See which there are: epic client list\n',
  );
});

test('the author updates, finishes, reopens and deletes a note; a colleague does not', async () => {
  const id = await add(sales, 'client', client, 'Send the offer', '--remind', '2031-01-01');
  for (const verb of [
    ['update', id, '--text', 'x'],
    ['done', id],
    ['delete', id, '--yes'],
  ]) {
    const refused = await support.run(['note', ...verb]);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('by its author alone.\n  Ask Sofia Sales (sales)');
  }
  expect((await sales.run(['note', 'update', id, '--remind', ''])).stdout).toBe(
    `✓ Note ${id} updated: “Send the offer”, about client ${client}, Dupont SA.\n`,
  );
  expect((await sales.run(['note', 'done', 'send the offer'])).stdout).toContain(
    `✓ Note ${id} done: `,
  );
  const again = await sales.run(['note', 'done', id]);
  expect(again.code).toBe(6);
  expect(again.stderr).toMatch(
    new RegExp(
      `^✗ Note ${id} is done already.\\n  Since .*\\n  → To take that back: epic note reopen ${id}\\n$`,
    ),
  );
  expect((await sales.run(['note', 'reopen', id])).stdout).toContain(`✓ Note ${id} reopened: `);
  expect((await sales.run(['note', 'reopen', id])).stderr).toBe(`✗ Note ${id} is not done.\n`);

  const history = await json<{ what: string }[]>(sales, 'history', 'note', id);
  expect(history.map(({ what }) => what)).toEqual([
    'Sofia Sales reopened the note.',
    'Sofia Sales finished the note.',
    'Sofia Sales removed the reminder of 2031-01-01.',
    'Sofia Sales wrote the note: “Send the offer”, about Dupont SA, to follow up on 2031-01-01.',
  ]);
  expect((await sales.run(['note', 'delete', id])).code).toBe(2);
  expect((await sales.run(['note', 'delete', id, '--yes'])).stdout).toContain(
    `✓ Note ${id} deleted: `,
  );
  expect((await sales.run(['note', 'view', id])).code).toBe(3);
});

test('a list has the notes of a record, of an author, and those that are due', async () => {
  const other = await office.at('otherSales');
  const texts = async (...args: string[]) =>
    (await json<{ text: string }[]>(other, 'note', 'list', ...args)).map(({ text }) => text);
  await add(other, 'event', event, 'Due today', '--remind', 'today');
  await add(other, 'event', event, 'Due later', '--remind', '+3d');
  await add(other, 'contract', contract, 'Just kept');
  const done = await add(other, 'client', client, 'Done today', '--remind', 'today');
  await other.run(['note', 'done', done]);

  expect(await texts('--mine')).toEqual(['Done today', 'Just kept', 'Due later', 'Due today']);
  expect(await texts('--mine', '--open')).toEqual(['Due today', 'Due later', 'Just kept']);
  expect(await texts('--mine', '--due')).toEqual(['Due today']);
  expect(await texts('--mine', '--event', event, '--sort', 'id')).toEqual([
    'Due today',
    'Due later',
  ]);
  expect(await texts('--mine', '--client', client)).toEqual(['Done today']);
  expect(await texts('--mine', '--contract', contract)).toEqual(['Just kept']);
  expect(await texts('--author', String(staff.otherSales.id), '--search', 'KEPT')).toEqual([
    'Just kept',
  ]);
});

test('a page of notes says how many there are in all', async () => {
  const third = await office.at('otherSales');
  const of = ['note', 'list', '--author', String(staff.otherSales.id)];
  const { length } = await json<object[]>(third, ...of);
  const { stderr } = await sales.run([...of, '--limit', '2'], { env: { EPIC_FORCE_TTY: '80' } });
  expect(stderr).toBe(`2 of ${length}. The next:\n  epic ${of.join(' ')} --limit 2 --page 2\n`);
});

test('a note is on the sheet of its record, in search and in the day of its author', async () => {
  const id = await add(support, 'event', event, 'Ask for the ramp', '--remind', 'today');
  const sheet = await json<{ notesAbout: { id: number }[] }>(support, 'event', 'view', event);
  expect(sheet.notesAbout.map((note) => note.id)).toContain(Number(id));
  const found = await json<object[]>(sales, 'search', 'RAMP');
  expect(found).toEqual([
    {
      kind: 'note',
      id: Number(id),
      title: 'Ask for the ramp',
      detail: expect.stringMatching(
        new RegExp(`^event ${event}, Gala, Suzy Support, to follow up on `),
      ),
      closeness: 'contains',
    },
  ]);
  const day = support.terminal([], { columns: 80 });
  await day.waitFor(
    /To follow up \(1\)\n +\d+ {2}\d{4}-\d\d-\d\d {2}Ask for the ramp {2}event \d+, Gala/,
  );
  await day.waitFor(`epic note done ${id}`);
  expect(await day.ended).toBe(0);
});

test('a terminal asks for what a note is about and its text, and shows it before it is sent', async () => {
  const terminal = sales.terminal(['note', 'add', 'client'], { columns: 80 });
  await terminal.waitFor("The record's id");
  terminal.type(`${client}\r`);
  await terminal.waitFor('The text');
  terminal.type('From a terminal\r');
  await terminal.waitFor('When to remind you');
  terminal.type('\r');
  await terminal.waitFor(`Add this note about client ${client}?`);
  terminal.type('\r');
  await terminal.waitFor(/✓ Note \d+ added about client/);
  expect(await terminal.ended).toBe(0);
});

test('who may finish a note is asked beforehand', async () => {
  const id = await add(sales, 'client', client, 'Whose');
  const refused = await support.run(['can', 'done', 'note', id, '--json']);
  expect(refused.code).toBe(5);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    allowed: false,
    contact: { fullName: 'Sofia Sales' },
  });
  expect(await json(sales, 'can', 'done', 'note', id)).toMatchObject({ allowed: true });
  expect((await support.run(['can', 'add', 'note'])).code).toBe(0);
});
