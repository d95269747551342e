import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, soldContract } from './office.ts';

let office: Office;
let sales: Epic;
let open: Terminal[] = [];

const enter = '\r';
const down = '\x1b[B';
const goBack = '\x1b';
const interrupt = '\x03';

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function openMenu(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal([...args, 'menu'], { columns: 80 });
  open.push(terminal);
  return terminal;
}

/** Goes down until the line that begins with this word is the one to choose, and chooses it. */
async function choose(terminal: Terminal, question: string, word: string): Promise<void> {
  await terminal.waitFor(`? ${question} ›`);
  const marked = () => /❯ +(\S+) [^❯]*$/.exec(terminal.shown())?.[1];
  await terminal.waitFor(/❯ +\S+ /);
  for (let steps = 0; marked() !== word; steps += 1) {
    if (steps === 50) throw new Error(`There is no ${word}: ${terminal.shown()}`);
    terminal.type(down);
    await terminal.waitFor(/❯ +\S+ /);
  }
  terminal.type(enter);
}

test('the menu leads from a noun to a verb, asks for what is needed, prints the command line, and runs it', async () => {
  const { client } = await soldContract(sales);
  const menu = openMenu(sales);
  await choose(menu, 'epic', 'contract');
  await choose(menu, 'contract', 'create');
  await menu.waitFor('The client who buys, by id or name');
  menu.type(`${client}${enter}`);
  await menu.waitFor('Price in euros');
  menu.type(`1250.50${enter}`);
  await menu.waitFor(`$ epic contract create --client ${client} --total 1250.50\n`);
  await menu.waitFor(/✓ Contract \d+ created, as a draft/);
  // And again at the verbs, with the same one marked.
  await menu.waitFor(/\? contract ›.*\n[\s\S]*❯ +create/);
  menu.type(goBack);
  await menu.waitFor(/\? epic ›[\s\S]*❯ +contract/);
  menu.type(goBack);
  expect(await menu.ended).toBe(0);
});

test('the menu offers optional flags, and shows errors without leaving', async () => {
  const menu = openMenu(sales, '--no-color');
  await choose(menu, 'epic', 'contract');
  await choose(menu, 'contract', 'list');
  await choose(menu, 'Then', '--unsigned');
  await choose(menu, 'Then', 'Run');
  await menu.waitFor('$ epic --no-color contract list --unsigned\n');
  await menu.waitFor(/ID +Client/);
  await choose(menu, 'contract', 'sign');
  await menu.waitFor("The contract's id");
  menu.type(`999${enter}`);
  await menu.waitFor('✗ There is no contract 999.');
  await menu.waitFor('? contract ›');
  menu.type(interrupt);
  expect(await menu.ended).toBe(130);
  expect(menu.shown()).not.toContain('Cancelled');
});

test('the menu searches for a record while its name is typed', async () => {
  const { client } = await soldContract(sales);
  const menu = openMenu(sales);
  await choose(menu, 'epic', 'client');
  await choose(menu, 'client', 'view');
  await menu.waitFor("The client's id, or a part of the name ›");
  await menu.waitFor(`❯   ${client}  `);
  menu.type('ana');
  await menu.waitFor(/ana[\s\S]*❯ {3}\d/);
  menu.type(`\x7f\x7f\x7f${client}`);
  await menu.waitFor(`❯   ${client}  `);
  menu.type(enter);
  await menu.waitFor(`$ epic client view ${client}\n`);
  await menu.waitFor('? client ›');
  menu.type(interrupt);
  expect(await menu.ended).toBe(130);
});

test('Esc at a question of the menu goes back to the verbs, and nothing is run', async () => {
  const before = await json<unknown[]>(sales, 'client', 'list');
  const menu = openMenu(sales);
  await choose(menu, 'epic', 'client');
  await choose(menu, 'client', 'create');
  await menu.waitFor(/name/i);
  menu.type(goBack);
  await menu.waitFor('? client ›');
  expect(menu.shown()).not.toContain('$ epic');
  menu.type(interrupt);
  expect(await menu.ended).toBe(130);
  expect(await json<unknown[]>(sales, 'client', 'list')).toHaveLength(before.length);
});

test('Ctrl-C ends a command that runs until then, and the menu', async () => {
  const menu = openMenu(sales);
  await choose(menu, 'epic', 'notification');
  await choose(menu, 'notification', 'watch');
  await menu.waitFor('Watching.');
  menu.type(interrupt);
  expect(await menu.ended).toBe(130);
});

test('the menu needs a terminal', async () => {
  const { code, stdout, stderr } = await sales.run(['menu']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('epic menu needs a terminal.');
});
