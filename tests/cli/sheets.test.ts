import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

// What `view` shows: a record, and what belongs to it.

let office: Office;
let sales: Epic;
let manager: Epic;
let client: string;
let contract: string;
let event: string;

const onTerminal = (columns = 80) => ({
  env: { EPIC_FORCE_TTY: String(columns), TZ: 'Europe/Paris' },
});

async function viewed(epic: Epic, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await epic.run(args, onTerminal());
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
  ({ client, contract } = await soldContract(sales, { total: '12500' }));
  await office.database.query(
    `update crm.employee set phone = '+33 1 00 00 00 0' || id where id <= 4`,
  );
  await json(sales, 'client', 'update', client, '--phone', '+33 6 11 22 33 44');
  await json(sales, 'contract', 'pay', contract, '--amount', '2000', '--on', '-2d');
  await json(manager, 'contract', 'pay', contract, '--amount', '500.50');
  const times = ['--start', '2199-06-01 18:00', '--end', '2199-06-01 23:00'];
  const about = ['--contract', contract, '--title', 'Gala', ...times, '--location', 'Lyon'];
  const notes = `Back entrance. ${'Ask for Zoé, who has the key of the hall. '.repeat(3)}\nNo nuts.`;
  const planned = await json(sales, 'event', 'create', ...about, '--notes', notes);
  event = String(planned.id);
  await json(manager, 'event', 'assign', event, '--support', String(staff.support.id));
});
afterAll(() => office.close());

test('a client is shown with who looks after them, their contracts and their coming events', async () => {
  const shown = await viewed(sales, 'client', 'view', client);
  expect(shown).toContain('Sales contact  Sofia Sales, +33 1 00 00 00 01, sofia@epic.example\n');
  expect(shown).toMatch(/\nContracts\n +ID {2}Status .*\n +1 {2}signed +12 500.00 € +9 999.50 €/);
  expect(shown).toMatch(/\nComing events\n +ID .*\n +1 {2}Gala +2199-06-01 18:00 /);
  expect(shown).not.toMatch(/Version|contact ID/);
});

test('a contract is shown with its payments, its events, what remains and since when', async () => {
  const shown = await viewed(sales, 'contract', 'view', contract);
  expect(shown).toContain('Contact        Ana Dupont, +33 6 11 22 33 44, ana@dupont.example\n');
  expect(shown).toContain('To be paid     9 999.50 €, signed just now\n');
  expect(shown).toMatch(
    /\nPayments\n.*\n +2 {2}\d{4}-\d\d-\d\d {4}500.50 € {2}Marie Manager\n +1 {2}\d{4}-\d\d-\d\d {2}2 000.00 € {2}Sofia Sales\n/,
  );
  expect(shown).toMatch(/\nEvents\n.*\n +1 {2}Gala /);
  expect(shown).not.toMatch(/Version|ID {2}\d+\nClient ID/);
});

test('what is overdue is said where it remains, and what is paid is not', async () => {
  const { contract: late } = await soldContract(sales, { total: '100' });
  await office.database.query(
    `alter table crm.contract disable trigger user;
     update crm.contract set signed_at = now() - interval '45 days' where id = ${late};
     alter table crm.contract enable trigger user`,
  );
  expect(await viewed(sales, 'contract', 'view', late)).toContain(
    'To be paid     100.00 €, overdue, signed 6 weeks ago\n',
  );
  await json(sales, 'contract', 'pay', late, '--amount', '100');
  expect(await viewed(sales, 'contract', 'view', late)).toContain('To be paid     0.00 €\n');
});

test('an event is shown with everyone who has to do with it, and long notes within the width', async () => {
  const shown = await viewed(sales, 'event', 'view', event);
  expect(shown).toContain('Support        Suzy Support, +33 1 00 00 00 03, suzy@epic.example\n');
  expect(shown).toContain('Contact        Ana Dupont, +33 6 11 22 33 44, ana@dupont.example\n');
  expect(shown).toContain('Contract       1, signed, 12 500.00 €\n');
  expect(shown).toMatch(/\nNotes {10}Back entrance\. Ask .*\n {15}\S.*\n {15}.*\n {15}No nuts\.\n/);
  for (const line of shown.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
});

test.each([
  ['sales', staff.sales.id, /\nClients +2\n.*signed +0\n.*paid +1\n.*come +1\n\nComing events\n/],
  ['support', staff.support.id, /\nEvents to come {2}1\n\nComing events\n.*\n +1 {2}Gala/],
  ['management', staff.manager.id, /\nCreated .*\n$/],
])('an employee of %s is shown with the load that this department has', async (_, id, load) => {
  const shown = await viewed(manager, 'employee', 'view', String(id));
  expect(shown).toMatch(load);
});

test('a section of many rows says how many there are, and the command that lists them', async () => {
  const name = ['--name', 'Bea Many', '--email', 'bea@many.example'];
  const { id } = await json(sales, 'client', 'create', ...name);
  await office.database.query(
    `insert into crm.contract (client_id, total_amount) select ${id}, n from generate_series(1, 12) n`,
  );
  const shown = await viewed(sales, 'client', 'view', String(id));
  const [, command] = /\nContracts {2}5 of 12: (epic .*)\n/.exec(shown) ?? [];
  expect(command).toBe(`epic contract list --client ${id}`);
  expect(shown).toContain('\nNo coming events.\n');
  const { stdout } = await sales.run(command?.split(' ').slice(1) ?? []);
  expect(stdout.trim().split('\n')).toHaveLength(12);
  const { contracts } = await json<{ contracts: unknown[] }>(sales, 'client', 'view', String(id));
  expect(contracts).toHaveLength(12);
});

test('--json nests what belongs to a record, each row as its own list has it', async () => {
  const shown = await json<Record<string, unknown[]>>(sales, 'client', 'view', client);
  const contracts = await json(sales, 'contract', 'list', '--client', client);
  expect(shown.contracts).toEqual(contracts);
  expect(shown.events).toEqual([await eventRow()]);
  const { events, payments } = await json<Record<string, unknown[]>>(
    ...[sales, 'contract', 'view', contract],
  );
  expect(events).toEqual([await eventRow()]);
  expect(payments).toMatchObject([{ amount: '500.50' }, { amount: '2000.00' }]);

  async function eventRow() {
    const rows = await json<unknown[]>(sales, 'event', 'list');
    return rows[0];
  }
});

test('--fields picks fields and sections, which are JSON in a cell', async () => {
  const { stdout } = await sales.run(['client', 'view', client, '--fields', 'id,contracts']);
  const [id, contracts = ''] = stdout.trim().split('\t');
  expect(id).toBe(client);
  expect(JSON.parse(contracts)).toMatchObject([{ id: Number(contract) }]);
});

test('a record that is not there is not found, whatever belongs to it', async () => {
  const { code, stderr } = await sales.run(['client', 'view', '999'], onTerminal());
  expect(code).toBe(3);
  expect(stderr).toBe('✗ There is no client 999.\n  → See which there are: epic client list\n');
});
