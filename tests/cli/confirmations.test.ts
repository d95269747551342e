import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

// Before something grave is sent, the question says what exactly will happen, in words and amounts. --yes answers it. Off
// a terminal, what cannot be undone needs --yes, and the rest is done.

let office: Office;
let sales: Epic;
let manager: Epic;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  manager = await office.at('manager');
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args, { columns: 500, env: { TZ: 'UTC' } });
  open.push(terminal);
  return terminal;
}

/** Runs it twice: a no changes nothing, a yes does it. */
async function asked(epic: Epic, args: string[], question: string, done: string | RegExp) {
  const refused = onTerminal(epic, ...args);
  await refused.waitFor(`${question} › (y/N)`);
  refused.type('\r');
  await refused.waitFor('Nothing was changed.');
  expect(await refused.ended).toBe(130);
  const agreed = onTerminal(epic, ...args);
  await agreed.waitFor(question);
  agreed.type('y');
  await agreed.waitFor(done);
  expect(await agreed.ended).toBe(0);
}

const event = (contract: string, title: string) =>
  json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', title],
    ...['--start', '2031-05-01 18:00', '--end', '2031-05-01 23:00'],
  );

test('signing says the client, the price, and that it is fixed', async () => {
  const { contract } = await soldContract(sales, { total: '12500', signed: false });
  await asked(
    sales,
    ['contract', 'sign', contract],
    `Sign contract ${contract} of Dupont SA for 12 500.00 €? The price is fixed from then on.`,
    `✓ Contract ${contract} signed: Dupont SA, 12 500.00 €.`,
  );
  const again = onTerminal(sales, 'contract', 'sign', contract);
  await again.waitFor('✗');
  expect(await again.ended).not.toBe(0);
  expect(again.shown()).not.toContain('?');
});

test('a script signs without --yes, and a person with it is not asked', async () => {
  const one = await soldContract(sales, { signed: false });
  expect((await sales.run(['contract', 'sign', one.contract])).code).toBe(0);
  const other = await soldContract(sales, { signed: false });
  const terminal = onTerminal(sales, 'contract', 'sign', other.contract, '--yes');
  await terminal.waitFor(`✓ Contract ${other.contract} signed`);
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).not.toContain('?');
});

test('another price of a signed contract says both prices, and what is paid', async () => {
  const { contract } = await soldContract(sales, { total: '12500' });
  await json(sales, 'contract', 'pay', contract, '--amount', '5000');
  await asked(
    manager,
    ['contract', 'update', contract, '--total', '14000'],
    `Change the signed price of contract ${contract} of Dupont SA from 12 500.00 € to 14 000.00 €? 5 000.00 € of it are paid.`,
    `✓ Contract ${contract} updated: Dupont SA, 14 000.00 €.`,
  );
  const form = onTerminal(manager, 'contract', 'update', contract);
  await form.waitFor('New price in euros');
  form.type('15000\r');
  await form.waitFor('from 14 000.00 € to 15 000.00 €?');
  form.type('\r');
  await form.waitFor('Nothing was changed.');
  const draft = await soldContract(sales, { signed: false });
  const cheaper = onTerminal(sales, 'contract', 'update', draft.contract, '--total', '900');
  await cheaper.waitFor('updated: Dupont SA, 900.00 €.');
  expect(cheaper.shown()).not.toContain('?');
});

test('cancelling a contract names the events that go on', async () => {
  const { contract } = await soldContract(sales, { total: '3000' });
  const gala = await event(contract, 'Gala');
  await json(sales, 'contract', 'pay', contract, '--amount', '1000');
  await asked(
    manager,
    ['contract', 'cancel', contract],
    `Cancel contract ${contract} of Dupont SA for 3 000.00 €? This cannot be undone. 1 000.00 € of it are paid. Its events go on, unless you cancel them too: “Gala” (${gala.id}).`,
    `✓ Contract ${contract} cancelled`,
  );
  const { code, stderr } = await manager.run(['contract', 'cancel', contract]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('--yes is missing'),
  });
});

test('deleting an event says that its notes are gone, and what else could be done', async () => {
  const { contract } = await soldContract(sales);
  const { id } = await event(contract, 'Ball');
  await asked(
    manager,
    ['event', 'delete', String(id)],
    `Delete event ${id} (“Ball”, 2031-05-01 18:00, Dupont SA)? It is gone with its notes, and cannot be brought back; to call it off, cancel it instead.`,
    `✓ Event ${id} deleted`,
  );
});

test('erasing says what goes, and where the name stays', async () => {
  const { client, contract } = await soldContract(sales);
  await event(contract, 'Birthday of Ana Dupont');
  await asked(
    manager,
    ['client', 'erase', client],
    `Erase the name, e-mail address and telephone number of client ${client} (Ana Dupont, Dupont SA), and the text of the notes about them? This cannot be undone. The name stays in the one record above.`,
    `✓ The personal data of client ${client} is erased.`,
  );
});

test('a command that is typed ahead answers no question, whatever letters it has', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  const terminal = onTerminal(sales, 'contract', 'sign', contract);
  await terminal.waitFor('› (y/N)');
  terminal.type('epic employee list --json\r');
  terminal.type('n');
  await terminal.waitFor('Nothing was changed.');
  expect(await terminal.ended).toBe(130);
  const { status } = await json<{ status: string }>(sales, 'contract', 'view', contract);
  expect(status).toBe('draft');
});

test('moving or deactivating oneself says so', async () => {
  const { id } = staff.otherManager;
  const other = await office.at('otherManager');
  const move = onTerminal(other, 'employee', 'update', String(id), '--department', 'sales');
  await move.waitFor(
    'Move yourself (Otto Manager) from management to sales? You log in again, and may then do what sales may, no longer what management may; only management can move you back. › (y/N)',
  );
  move.type('\r');
  await move.waitFor('Nothing was changed.');
  await asked(
    other,
    ['employee', 'deactivate', String(id)],
    'Deactivate yourself (Otto Manager, management)? You are logged out at once, and only another manager can let you in again.',
    `✓ Employee ${id} deactivated`,
  );
  const back = await manager.run(['employee', 'reactivate', String(id)]);
  expect(back.stdout).toBe(`✓ Employee ${id} reactivated: Otto Manager, management.\n`);
});
