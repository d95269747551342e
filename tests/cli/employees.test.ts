import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let manager: Epic;

interface Employee {
  id: number;
  department: string;
  active: boolean;
  phone: string | null;
  version: number;
}

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  manager = await office.at('manager');
});
afterAll(() => office.close());

let hired = 0;
function hire(department: string, ...more: string[]): Promise<Employee> {
  hired += 1;
  return json<Employee>(
    manager,
    ...['employee', 'create', '--name', `Zoé ${hired}`, '--email', `zoe.${hired}@epic.example`],
    ...['--department', department, ...more],
  );
}

test('an employee has a phone number, which is shown and searched', async () => {
  const { id, phone } = await hire('support', '--phone', '+33 1 99 00 55 66');
  expect(phone).toBe('+33 1 99 00 55 66');
  const { stdout } = await sales.run(['employee', 'view', String(id)]);
  expect(stdout).toContain('+33 1 99 00 55 66');
  expect((await sales.run(['employee', 'list', '--fields', 'id,phone'])).stdout).toContain(
    `${id}\t+33 1 99 00 55 66\n`,
  );
  const [found] = await json<{ kind: string; id: number; detail: string }[]>(
    sales,
    ...['search', '01 99 00 55 66'],
  );
  expect(found).toMatchObject({
    kind: 'employee',
    id,
    detail: expect.stringContaining('+33 1 99 00 55 66'),
  });
  expect(
    await json<Employee>(manager, 'employee', 'update', String(id), '--phone', ''),
  ).toMatchObject({ phone: null });
});

test('an invalid phone number is refused before it is sent', async () => {
  const { code, stderr } = await manager.run(['employee', 'update', '4', '--phone', 'later']);
  expect(code).toBe(2);
  expect(stderr).toContain('is not a telephone number');
});

test('a move to another department hands the work over in one transaction', async () => {
  const { id } = await hire('sales');
  const { client } = await soldContract(sales);
  await json(manager, 'client', 'handover', client, '--to', String(id));
  const move = ['employee', 'update', String(id), '--department', 'support'];

  const refused = await manager.run(move);
  expect(refused.code).toBe(6);
  expect(
    await json<Employee>(manager, ...move, '--handover-to', String(staff.sales.id)),
  ).toMatchObject({ department: 'support' });
  expect(await json<{ salesContactId: number }>(manager, 'client', 'view', client)).toMatchObject({
    salesContactId: staff.sales.id,
  });
});

test('a name, a phone number and a department can be changed together', async () => {
  const { id } = await hire('sales');
  const changed = await json<Employee & { name: string }>(
    manager,
    ...['employee', 'update', String(id), '--name', 'Zoé Z.', '--phone', '+33 1 99 00 11 22'],
    ...['--department', 'support'],
  );
  expect(changed).toMatchObject({
    name: 'Zoé Z.',
    phone: '+33 1 99 00 11 22',
    department: 'support',
  });
});

test('a reactivated employee logs in again, in the same department', async () => {
  const { id } = await hire('support');
  await json(manager, 'employee', 'deactivate', String(id), '--yes');
  expect(
    await json<Employee>(manager, 'employee', 'update', String(id), '--reactivate'),
  ).toMatchObject({ active: true, department: 'support' });
});

test('a move is refused at another version than expected', async () => {
  const { id, version } = await hire('support');
  await json(manager, 'employee', 'update', String(id), '--phone', '+33 1 99 00 00 01');
  const { code } = await manager.run([
    ...['employee', 'update', String(id), '--department', 'sales'],
    ...['--if-version', String(version)],
  ]);
  expect(code).toBe(6);
  expect(await json<Employee>(manager, 'employee', 'view', String(id))).toMatchObject({
    department: 'support',
  });
});

test('a hand-over without a move is refused', async () => {
  const { code, stderr } = await manager.run([
    ...['employee', 'update', '4', '--name', 'Omar', '--handover-to', '3'],
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain('--handover-to is for a change of department.');
});
