import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, soldContract } from './office.ts';

// What is not allowed is refused before the first question, and only what can be chosen is offered. The database decides
// both; a name means one of mine first.

let office: Office;
let sales: Epic;
let otherSales: Epic;
let support: Epic;
let manager: Epic;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
  [sales, otherSales, support, manager] = await Promise.all([
    office.at('sales'),
    office.at('otherSales'),
    office.at('support'),
    office.at('manager'),
  ]);
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args, { columns: 100, env: { TZ: 'UTC' } });
  open.push(terminal);
  return terminal;
}

/** A contract of a client with a company of its own. */
async function contractOf(epic: Epic, company: string, status: 'draft' | 'signed' = 'signed') {
  const client = await json<{ id: number }>(
    epic,
    ...['client', 'create', '--name', `Ada ${company}`, '--company', company],
    ...['--email', `${company.toLowerCase().replace(' ', '.')}@x.example`],
  );
  const contract = await json<{ id: number }>(
    epic,
    ...['contract', 'create', '--client', String(client.id), '--total', '1000'],
  );
  if (status === 'signed') await json(epic, 'contract', 'sign', String(contract.id));
  return String(contract.id);
}

test('a command that one may not run is refused before its first question', async () => {
  const { client, contract } = await soldContract(sales, { signed: false });
  for (const [epic, said, ...args] of [
    [support, 'You may not create this payment', 'contract', 'pay'],
    [support, 'You may not create this client', 'client', 'create'],
    [support, 'You may not sign this contract', 'contract', 'sign'],
    [sales, 'You may not update this event', 'event', 'update'],
    [sales, 'You may not assign this event', 'event', 'assign'],
    [sales, `You may not delete contract ${contract}`, 'contract', 'delete', contract],
    [sales, 'You may not erase client', 'client', 'erase', client],
    [sales, 'You may not reset the password', 'employee', 'reset-password', '3'],
    [sales, 'You may not activate this employee', 'employee', 'reactivate'],
    [otherSales, `You may not sign contract ${contract}`, 'contract', 'sign', contract],
  ] as const) {
    const terminal = onTerminal(epic, ...args);
    await terminal.waitFor(`✗ ${said}`);
    expect({ args, code: await terminal.ended }).toEqual({ args, code: 5 });
    expect(terminal.shown()).not.toMatch(/\? |›/);
  }
});

test('contract pay without an id asks for one of my contracts with something left to pay', async () => {
  const mine = await contractOf(sales, 'Ourson');
  const draft = await contractOf(sales, 'Oursin', 'draft');
  const theirs = await contractOf(otherSales, 'Ourse');
  const terminal = onTerminal(sales, 'contract', 'pay');
  await terminal.waitFor("The contract's id, or a part of the client's name");
  await terminal.waitFor(`${mine}  Ourson, signed, 1 000.00 €, 1 000.00 € to be paid`);
  expect(terminal.shown()).not.toContain(`${theirs}  Ourse`);
  expect(terminal.shown()).not.toContain(`${draft}  Oursin`);
  terminal.type('ourson');
  await terminal.waitFor(/ourson[\s\S]*Ourson, signed/);
  terminal.type('\r');
  await terminal.waitFor('Euros received');
  terminal.type('200\r');
  await terminal.waitFor('Day it arrived');
  terminal.type('\r');
  await terminal.waitFor(/Amount +200\.00 €\n +Paid on +20\d\d-\d\d-\d\d\n/);
  await terminal.waitFor(`Record 200.00 € for contract ${mine}?`);
  terminal.type('\r');
  await terminal.waitFor(`✓ 200.00 € recorded for contract ${mine}`);
  expect(await terminal.ended).toBe(0);
});

test('management is offered every contract that can be paid', async () => {
  const theirs = await contractOf(otherSales, 'Loutre');
  const terminal = onTerminal(manager, 'contract', 'pay');
  await terminal.waitFor(`${theirs}  Loutre, signed`);
  terminal.type('\x1b');
  expect(await terminal.ended).toBe(130);
  // the row that Enter would have chosen is not shown as if it had been
  expect(terminal.shown()).toMatch(
    /\n?– The contract's id, or a part of the client's name ›\s*Cancelled/,
  );
  expect(terminal.shown()).not.toContain('✖');
});

test('a record of another is refused as soon as it is named, with how to reach them', async () => {
  const theirs = await contractOf(otherSales, 'Blaireau');
  const terminal = onTerminal(sales, 'event', 'create');
  await terminal.waitFor('The signed contract');
  terminal.type(`${theirs}\r`);
  await terminal.waitFor('✗ You may not create this event.');
  await terminal.waitFor('Ask Oscar Sales (sales): oscar@epic.example');
  expect(await terminal.ended).toBe(5);
  expect(terminal.shown()).not.toContain('What it is called');
});

test('a name means the one of mine where it fits others too, and that is said', async () => {
  const mine = await contractOf(sales, 'Renard Rouge');
  await contractOf(otherSales, 'Renard Polaire');
  await contractOf(otherSales, 'Renard Gris');
  const run = await sales.run(['contract', 'view', 'renard', '--fields', 'id']);
  expect(run).toMatchObject({
    code: 0,
    stdout: `${mine}\n`,
    stderr: expect.stringContaining(`Contract ${mine}: Renard Rouge, `),
  });
  expect(run.stderr).toContain('(the only one of yours)');
});

test('a name means the one that can be chosen', async () => {
  const signed = await contractOf(sales, 'Hermine Une');
  await contractOf(sales, 'Hermine Deux', 'draft');
  const run = await sales.run(['contract', 'pay', 'hermine', '--amount', '10']);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(`Contract ${signed}: Hermine Une`);
  expect(run.stderr).toContain('(the only unpaid one of yours)');
});

test('several matches are offered on a terminal, and are an error elsewhere', async () => {
  const first = await contractOf(sales, 'Belette Une');
  const second = await contractOf(sales, 'Belette Deux');
  const terminal = onTerminal(sales, 'contract', 'view', 'belette');
  await terminal.waitFor('Which contract');
  await terminal.waitFor(`${first}  Belette Une, signed`);
  terminal.type('\x1b[B\r');
  await terminal.waitFor('Belette Une');
  expect(await terminal.ended).toBe(0);

  const left = onTerminal(sales, 'contract', 'view', 'belette');
  await left.waitFor(`${first}  Belette Une, signed`);
  left.type('\x1b');
  expect(await left.ended).toBe(130);
  expect(left.shown()).toMatch(/– Which contract ›\s*Cancelled/);

  const listed = await sales.run(['contract', 'view', 'belette']);
  expect(listed.code).toBe(2);
  expect(listed.stderr).toContain('“belette” is not clear: it matches several contracts.');
  for (const id of [first, second]) expect(listed.stderr).toContain(`${id}  Belette`);
  const silent = onTerminal(sales, 'contract', 'view', 'belette', '--no-input');
  await silent.waitFor('is not clear');
  expect(await silent.ended).toBe(2);
});
