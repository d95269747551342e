import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

// A text of several lines is pasted, written in an editor, read from a file, or added to, and never lost.

let office: Office;
let support: Epic;
let event: string;
let folder: string;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
  support = await office.at('support');
  const sales = await office.at('sales');
  const { contract } = await soldContract(sales);
  const { id } = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Gala'],
    ...['--start', '2031-05-01 18:00', '--end', '2031-05-01 23:00'],
  );
  event = String(id);
  await json(
    await office.at('manager'),
    ...['event', 'assign', event, '--support', String(staff.support.id)],
  );
  folder = await mkdtemp(join(tmpdir(), 'epic-texts-'));
});
afterAll(async () => {
  await office.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

const notes = async () =>
  (await json<{ notes: string | null }>(support, 'event', 'view', event)).notes;

const begin = (text: string) => json(support, 'event', 'update', event, '--notes', text);

/** The form of `event update`, at its notes. */
async function atNotes(env: NodeJS.ProcessEnv = {}): Promise<Terminal> {
  const terminal = support.terminal(['event', 'update', event], {
    columns: 120,
    env: { TZ: 'UTC', ...env },
  });
  open.push(terminal);
  for (const question of ['What it is called', 'When it starts', 'When it ends', 'Where', 'How']) {
    await terminal.waitFor(question);
    terminal.type('\r');
  }
  await terminal.waitFor('Ctrl-E: editor) ›');
  return terminal;
}

async function saved(terminal: Terminal): Promise<void> {
  await terminal.waitFor('State');
  terminal.type('\r');
  await terminal.waitFor('Save this to event');
  terminal.type('\r');
  await terminal.waitFor('updated');
  expect(await terminal.ended).toBe(0);
}

/** An editor that does this to the file `$1`. */
async function editorThat(script: string): Promise<string> {
  const path = join(folder, 'editor.sh');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o700);
  return path;
}

const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`;

test('pasted lines stay lines, and Enter ends the text', async () => {
  await begin('');
  const terminal = await atNotes();
  expect(terminal.written()).toContain('\x1b[?2004h');
  terminal.type(pasted('Back entrance\r\nAsk for Zoé 🎉\n\tNo nuts'));
  await terminal.waitFor('Back entrance↵Ask for Zoé 🎉↵ No nuts');
  terminal.type('!\r');
  await saved(terminal);
  expect(await notes()).toBe('Back entrance\nAsk for Zoé 🎉\n No nuts!');
});

test('a line that is pasted with its end goes into one line, and sends nothing', async () => {
  const sales = await office.at('sales');
  const terminal = sales.terminal(['client', 'create', '--email', 'zoe@x.example']);
  open.push(terminal);
  await terminal.waitFor('First and last name ›');
  terminal.type(pasted('Zoé\rMüller\r'));
  await terminal.waitFor('Zoé Müller');
  terminal.type('\r');
  await terminal.waitFor('Telephone number');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.written().endsWith('\x1b[?2004h')).toBe(false);
});

test('Ctrl-E opens the editor on the present text', async () => {
  await begin('Back entrance\nAsk for Zoé');
  const EDITOR = await editorThat('cat "$1" > "$1.seen"; echo "No nuts" >> "$1"');
  const terminal = await atNotes({ EDITOR });
  expect(terminal.shown()).toContain('Notes (2 lines now, Ctrl-E: editor)');
  terminal.type('\x05');
  await terminal.waitFor('3 lines from the editor.');
  await saved(terminal);
  expect(await notes()).toBe('Back entrance\nAsk for Zoé\nNo nuts');
});

test('VISUAL comes before EDITOR, both may have arguments, and an emptied text is none', async () => {
  await begin('Back entrance');
  const VISUAL = `${await editorThat(': > "$2"')} --wait`;
  const terminal = await atNotes({ VISUAL, EDITOR: 'false' });
  terminal.type('\x05');
  await terminal.waitFor('Nothing from the editor.');
  await saved(terminal);
  expect(await notes()).toBe(null);
});

test('an editor that fails loses nothing, and its file is removed', async () => {
  const before = await readdir(tmpdir());
  await begin('');
  const terminal = await atNotes({ EDITOR: 'false' });
  terminal.type('By the lake\x05');
  await terminal.waitFor('“false” ended with an error.');
  await terminal.waitFor('By the lake');
  terminal.type('\r');
  await saved(terminal);
  expect(await notes()).toBe('By the lake');
  const left = (await readdir(tmpdir())).filter((name) => /^epic-\w{6}$/.test(name));
  expect(left.filter((name) => !before.includes(name))).toEqual([]);
});

test('--notes-file reads a file or standard input', async () => {
  const file = join(folder, 'briefing.txt');
  await writeFile(file, 'Back entrance\r\nAsk for Zoé\n');
  await json(support, 'event', 'update', event, '--notes-file', file);
  expect(await notes()).toBe('Back entrance\nAsk for Zoé');
  const piped = await support.run(['event', 'update', event, '--notes-file', '-'], {
    input: 'From\nstdin\n',
  });
  expect(piped.code).toBe(0);
  expect(await notes()).toBe('From\nstdin');
  const sales = await office.at('sales');
  const { contract } = await soldContract(sales);
  const created = await json(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Ball', '--notes-file', file],
    ...['--start', '2031-06-01 18:00', '--end', '2031-06-01 23:00'],
  );
  expect(created.notes).toBe('Back entrance\nAsk for Zoé');
});

test('--append-notes keeps what is there', async () => {
  await begin('Back entrance');
  await json(support, 'event', 'update', event, '--append-notes', 'Ask for Zoé');
  expect(await notes()).toBe('Back entrance\nAsk for Zoé');
  await begin('');
  await json(support, 'event', 'update', event, '--append-notes', 'Alone');
  expect(await notes()).toBe('Alone');
  const adding = ['one', 'two', 'three'].map((text) =>
    support.run(['event', 'update', event, '--append-notes', text]),
  );
  for (const { code } of await Promise.all(adding)) expect(code).toBe(0);
  expect((await notes())?.split('\n').sort()).toEqual(['Alone', 'one', 'three', 'two']);
});

test('what would lose a text is refused', async () => {
  await begin('Back entrance');
  for (const [expected, ...flags] of [
    ['--notes: “-” is not a text.\n  → From stdin: --notes-file -', '--notes', '-'],
    ['Give --notes or --notes-file, not both.', '--notes', 'a', '--notes-file', 'b'],
    ['Give --append-notes alone, or the notes.', '--notes', 'a', '--append-notes', 'b'],
    ['--notes-file: “/nowhere” cannot be read: ENOENT.', '--notes-file', '/nowhere'],
  ] as const) {
    const { code, stderr } = await support.run(['event', 'update', event, ...flags]);
    expect({ flags, code, stderr }).toEqual({
      flags,
      code: 2,
      stderr: expect.stringContaining(expected),
    });
  }
  expect(await notes()).toBe('Back entrance');
  const { code } = await support.run([
    ...['event', 'update', event, '--append-notes', 'x', '--if-version', '1'],
  ]);
  expect(code).toBe(6);
});
