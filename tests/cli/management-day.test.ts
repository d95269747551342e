import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let manager: Epic;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  manager = await office.at('manager');
});
afterAll(() => office.close());

async function plannedEvent(): Promise<string> {
  const { contract } = await soldContract(sales);
  const event = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Gala'],
    ...['--start', '+30d 18:00', '--end', '+30d 23:30'],
  );
  return String(event.id);
}

test('a manager lists events without support, assigns one, and unassigns it', async () => {
  const event = await plannedEvent();
  const free = await json<{ id: number }[]>(
    manager,
    ...['event', 'list', '--no-support', '--upcoming'],
  );
  expect(free.map(({ id }) => String(id))).toContain(event);

  const assigned = await manager.run(['event', 'assign', event, '--support', '3']);
  expect(assigned.stdout).toMatch(`✓ Event ${event} assigned to Suzy Support: “Gala”, `);
  const unassigned = await manager.run(['event', 'unassign', event]);
  expect(unassigned.stdout).toMatch(`✓ Event ${event} has no support contact now: “Gala”, `);
});

test('only a support employee is assigned to an event', async () => {
  const event = await plannedEvent();
  const run = await manager.run(['event', 'assign', event, '--support', '1']);
  expect(run.code).toBe(6);
  expect(
    run.stderr,
  ).toBe(`✗ Sofia Sales cannot run events: a support contact is an active support employee.
  → List those who can: epic employee list --department support
`);
});

test('a manager hands a client over, and cannot change anything else of it', async () => {
  const { client } = await soldContract(sales);
  const run = await manager.run(['client', 'handover', client, '--to', '2']);
  expect(run.stdout).toBe(
    `✓ Client ${client} handed over: Ana Dupont, Dupont SA, now with Oscar Sales.\n`,
  );
  expect((await manager.run(['client', 'update', client, '--name', 'X'])).code).toBe(5);
});

test('a manager changes, cancels and corrects signed contracts', async () => {
  const { contract } = await soldContract(sales);
  expect((await manager.run(['contract', 'update', contract, '--total', '900'])).code).toBe(0);
  await json(manager, 'contract', 'pay', contract, '--amount', '500');
  const corrected = await manager.run(['contract', 'pay', contract, '--amount', '-100']);
  expect(corrected.stdout).toContain('-100.00 € recorded');
  expect(corrected.stdout).toContain('500.00 € remain to be paid');
  const cancelled = await manager.run(['contract', 'cancel', contract, '--yes']);
  expect(cancelled.stdout).toBe(`✓ Contract ${contract} cancelled: Dupont SA, 900.00 €.\n`);
});

test('cancelling a contract names its open events', async () => {
  const { contract } = await soldContract(sales);
  const plan = (title: string) =>
    json<{ id: number }>(
      sales,
      ...['event', 'create', '--contract', contract, '--title', title],
      ...['--start', '+30d 18:00', '--end', '+30d 23:30'],
    );
  const gala = await plan('Gala');
  const picnic = await plan('Picnic');
  await json(manager, 'event', 'update', String(picnic.id), '--status', 'cancelled');
  expect(await manager.run(['contract', 'cancel', contract, '--yes'])).toEqual({
    code: 0,
    stdout: `✓ Contract ${contract} cancelled: Dupont SA, 1 000.00 €.\n`,
    stderr: `Its events that are still planned or confirmed are not cancelled with it:
  ${gala.id}  “Gala”
  epic event update ID --status cancelled
`,
  });
  const again = await manager.run(['contract', 'cancel', contract, '--yes']);
  expect(again.code).toBe(6);
  expect(again.stderr).toMatch(
    /^✗ Contract \d+ is cancelled already\.\n {2}Since \d{4}-\d\d-\d\d \d\d:\d\d\.\n$/,
  );
});

test('erasing a client names the events and notes that still contain the name', async () => {
  const { client, contract } = await soldContract(sales);
  const mention = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Birthday of ana DUPONT'],
    ...['--start', '+30d 18:00', '--end', '+30d 23:30'],
  );
  const note = (...words: string[]) => json<{ id: number }>(sales, 'note', 'add', ...words);
  await note('client', client, 'Ana Dupont herself');
  await note('contract', contract, 'Without the name');
  const rebate = await note('contract', contract, 'ANA DUPONT wants a rebate');
  const nuts = await note('event', String(mention.id), 'Ana Dupont eats no nuts');
  const told = `These hold the name of the client, and stay unchanged:
  event ${mention.id}  “Birthday of ana DUPONT”
  note ${rebate.id}  “ANA DUPONT wants a rebate”
  note ${nuts.id}  “Ana Dupont eats no nuts”
`;

  const declined = manager.terminal(['client', 'erase', client], { columns: 120 });
  await declined.waitFor(told);
  await declined.waitFor(`number of client ${client} (Ana Dupont, Dupont SA), and the text of`);
  declined.type('n');
  expect(await declined.ended).toBe(130);

  expect(await manager.run(['client', 'erase', client, '--yes'])).toEqual({
    code: 0,
    stdout: `✓ The personal data of client ${client} is erased.\n`,
    stderr: told,
  });
  const again = await manager.run(['client', 'erase', client, '--yes']);
  expect(again.code).toBe(6);
  expect(again.stderr).toMatch(
    /^✗ The personal data of client \d+ has been erased already\.\n {2}Since \d{4}-\d\d-\d\d \d\d:\d\d\.\n$/,
  );
  const refused = sales.terminal(['client', 'erase', client]);
  await refused.waitFor(`You may not erase client ${client}.`);
  expect(await refused.ended).toBe(5);
  expect(refused.shown()).not.toContain('?');
});

test('erasing a client whose name is nowhere else prints nothing on stderr', async () => {
  const { client } = await soldContract(sales);
  expect(await manager.run(['client', 'erase', client, '--yes'])).toMatchObject({ stderr: '' });
});

test('a manager deletes a draft, but no signed contract', async () => {
  const { contract: draft } = await soldContract(sales, { signed: false });
  const { contract: signed } = await soldContract(sales);
  const deleted = await manager.run(['contract', 'delete', draft, '--yes']);
  expect(deleted.stdout).toBe(`✓ Contract ${draft} deleted: Dupont SA, 1 000.00 €.\n`);
  expect((await manager.run(['contract', 'view', draft])).code).toBe(3);
  const refused = await manager.run(['contract', 'delete', signed, '--yes']);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain('only while they are drafts');
});

test('a manager deletes an event', async () => {
  const event = await plannedEvent();
  const run = await manager.run(['event', 'delete', event, '--yes']);
  expect(run.stdout).toMatch(`✓ Event ${event} deleted: “Gala”, `);
  expect((await manager.run(['event', 'view', event])).code).toBe(3);
});

test('a manager creates an employee, whose one-time password is shown once', async () => {
  const run = await manager.run([
    ...['employee', 'create', '--name', 'Nina New', '--email', 'nina@epic.example'],
    ...['--department', 'support'],
  ]);
  expect(run.stdout).toMatch(
    /^✓ Employee \d+ created: Nina New, support\.\n {2}Password for one login within seven days, shown only now: \S{19}\n$/,
  );
  const nina = await json<{ id: number; oneTimePassword?: string }[]>(manager, 'employee', 'list');
  expect(JSON.stringify(nina)).not.toContain('assword');
});

test('a second employee with the same e-mail address is refused', async () => {
  const run = await manager.run([
    ...['employee', 'create', '--name', 'Double', '--email', 'SOFIA@epic.example'],
    ...['--department', 'sales'],
  ]);
  expect(run.code).toBe(6);
  expect(run.stderr).toContain('Another employee already has this e-mail address.');
});

test('an employee with clients is deactivated only with a hand-over', async () => {
  const { client } = await soldContract(sales);
  const alone = await manager.run(['employee', 'deactivate', '1', '--yes']);
  expect(alone.code).toBe(6);
  expect(alone.stderr).toMatch(
    /^✗ Sofia Sales still looks after \d+ clients?: hand them over to a colleague\.\n {2}→ Hand them over to a colleague: epic employee deactivate 1 --handover-to ID\n$/,
  );

  const together = await manager.run([
    ...['employee', 'deactivate', '1', '--handover-to', String(staff.otherSales.id), '--yes'],
  ]);
  expect(together.stdout).toBe(
    '✓ Employee 1 deactivated: Sofia Sales, sales. Employee 2 takes over.\n',
  );
  expect(await json(manager, 'client', 'view', client)).toMatchObject({
    salesContact: 'Oscar Sales',
  });
  const gone = await json<{ name: string }[]>(manager, 'employee', 'list', '--inactive');
  expect(gone.map(({ name }) => name)).toEqual(['Sofia Sales']);

  const back = await manager.run(['employee', 'update', '1', '--reactivate']);
  expect(back.stdout).toBe('✓ Employee 1 updated: Sofia Sales, sales.\n');
});

test('an employee whom records refer to is not deleted', async () => {
  await json(manager, 'employee', 'create', ...newcomer('ivo@epic.example'));
  const [ivo] = await json<{ id: number }[]>(manager, 'employee', 'list', '--sort', 'id:desc');
  const deleted = await manager.run(['employee', 'delete', String(ivo?.id), '--yes']);
  expect(deleted.stdout).toBe(`✓ Employee ${ivo?.id} deleted: Ivo, support.\n`);
  const kept = await manager.run(['employee', 'delete', '2', '--yes']);
  expect(kept.code).toBe(6);
  expect(kept.stderr).toContain('→ Close the account instead: epic employee deactivate 2\n');
});

const newcomer = (email: string) => [
  ...['--name', 'Ivo', '--email', email, '--department', 'support'],
];

test('an irreversible command needs --yes off a terminal', async () => {
  for (const command of [
    ['contract', 'delete', '1'],
    ['contract', 'cancel', '1'],
    ['event', 'delete', '1'],
    ['employee', 'delete', '1'],
    ['employee', 'deactivate', '1'],
  ]) {
    const run = await manager.run(command);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('--yes is missing');
  }
});
