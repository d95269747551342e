import { changeOf } from '../../src/cli/core/history/change.ts';
import { sentenceOf } from '../../src/cli/extras/history/sentences.ts';
import { HistoryRecord } from '../../src/cli/operations/index.ts';
import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let support: Epic;
let manager: Epic;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  support = await office.at('support');
  manager = await office.at('manager');
});
afterAll(() => office.close());

const terminal = { env: { EPIC_FORCE_TTY: '200' } };

/** What a person reads on a wide terminal, without the times. */
async function told(epic: Epic, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await epic.run(['history', ...args], terminal);
  if (code !== 0) throw new Error(`epic history ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(just now|\d+ minutes? ago) {3,}/, ''));
}

async function planned(contract: string): Promise<string> {
  const { id } = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', 'Gala'],
    ...['--start', '2030-12-01 18:30', '--end', '2030-12-01 23:00', '--attendees', '75'],
  );
  return String(id);
}

test('the history of a contract is a list of sentences, the latest first', async () => {
  const { contract } = await soldContract(sales, { total: '1200', signed: false });
  await json(sales, 'contract', 'update', contract, '--total', '1500');
  await json(sales, 'contract', 'sign', contract);
  await json(sales, 'contract', 'pay', contract, '--amount', '500');
  await json(manager, 'contract', 'pay', contract, '--amount', '-100.50');
  await json(manager, 'contract', 'cancel', contract, '--yes');
  expect(await told(sales, 'contract', contract)).toEqual([
    'Marie Manager cancelled the contract.',
    'Marie Manager took back a payment of 100.50 €: 1 100.50 € remain to be paid.',
    'Sofia Sales recorded a payment of 500.00 €: 1 000.00 € remain to be paid.',
    'Sofia Sales signed the contract.',
    'Sofia Sales changed the total from 1 200.00 € to 1 500.00 €.',
    'Sofia Sales created the contract: Dupont SA, 1 200.00 €, as a draft.',
  ]);
});

test('a change of several fields is one sentence', async () => {
  const { client } = await soldContract(sales);
  await json(sales, 'client', 'update', client, '--phone', '06 12 34 56 78');
  await json(
    sales,
    ...['client', 'update', client, '--name', 'Anne Dupont', '--company', '', '--phone', '0612'],
  );
  expect(await told(sales, 'client', client)).toEqual([
    'Sofia Sales changed the name from “Ana Dupont” to “Anne Dupont” and the phone from “06 12 34 56 78” to “0612”, and removed the company “Dupont SA”.',
    'Sofia Sales set the phone to “06 12 34 56 78”.',
    'Sofia Sales created the client: Ana Dupont, Dupont SA.',
  ]);
});

test('a history names colleagues, and what a hand-over includes', async () => {
  const { client, contract } = await soldContract(sales);
  const event = await planned(contract);
  await json(manager, 'event', 'assign', event, '--support', String(staff.support.id));
  await json(manager, 'event', 'assign', event, '--support', String(staff.otherSupport.id));
  await json(manager, 'event', 'unassign', event);
  await json(manager, 'event', 'update', event, '--status', 'confirmed', '--attendees', '80');
  await json(manager, 'client', 'handover', client, '--to', String(staff.otherSales.id));
  expect(await told(support, 'event', event)).toEqual([
    'Marie Manager handed the event over from Sofia Sales to Oscar Sales.',
    'Marie Manager confirmed the event and changed the attendees from 75 to 80.',
    'Marie Manager took the event from Omar Support.',
    'Marie Manager reassigned the event from Suzy Support to Omar Support.',
    'Marie Manager assigned the event to Suzy Support.',
    'Sofia Sales created the event: “Gala”, 2030-12-01 18:30.',
  ]);
  const [handedOver] = await told(sales, 'client', client, '--limit', '1');
  expect(handedOver).toBe('Marie Manager handed the client over from Sofia Sales to Oscar Sales.');
  const [followed] = await told(sales, 'contracts', contract, '--limit', '1');
  expect(followed).toBe('Marie Manager handed the contract over from Sofia Sales to Oscar Sales.');
});

test('changes of one transaction are grouped', async () => {
  const { contract } = await soldContract(sales, { total: '1200', signed: false });
  await office.database.query(
    `do $$ begin
       update crm.contract set total_amount = 900 where id = ${contract};
       update crm.contract set status = 'signed' where id = ${contract};
     end $$`,
  );
  const [last, first] = await told(sales, 'contract', contract);
  expect(last).toMatch(
    /^\w+, in the database, changed the total from 1 200\.00 € to 900\.00 €, then signed the contract\.$/,
  );
  expect(first).toBe('Sofia Sales created the contract: Dupont SA, 1 200.00 €, as a draft.');
});

test('a change made in psql names the login of the database', async () => {
  const { client } = await soldContract(sales);
  const [login] = await office.database.query<{ name: string }>('select session_user as name');
  await office.database.query(`update crm.client set phone = '0612' where id = ${client}`);
  const [last] = await told(sales, 'client', client);
  expect(last).toBe(`${login?.name}, in the database, set the phone to “0612”.`);
  const [change] = await json<object[]>(sales, 'history', 'client', client, '--limit', '1');
  expect(change).toMatchObject({
    who: `${login?.name}, in the database`,
    employee: null,
    employeeId: null,
    databaseUser: login?.name,
  });
});

test('a change made in psql as an employee names both', async () => {
  const { client } = await soldContract(sales);
  const [login] = await office.database.query<{ name: string }>('select session_user as name');
  await office.database.query(
    `do $$ begin
       perform identity.set_claims(current_setting('role'), 2, null, null);
       update crm.client set phone = '0612' where id = ${client};
     end $$`,
  );
  const [last] = await told(sales, 'client', client);
  expect(last).toBe(`Oscar Sales (${login?.name}, in the database) set the phone to “0612”.`);
});

test('erased personal data leaves the history, and the erasure stays in it', async () => {
  const { client } = await soldContract(sales);
  await json(sales, 'client', 'update', client, '--phone', '06 12 34 56 78');
  const erased = await manager.run(['client', 'erase', client, '--yes']);
  expect(erased).toEqual({
    code: 0,
    stdout: `✓ The personal data of client ${client} is erased.\n`,
    stderr: '',
  });
  expect(await told(sales, 'client', client)).toEqual([
    "Marie Manager erased the client's personal data.",
    'Sofia Sales noted a contact with the client, or a change that is no longer on record.',
    'Sofia Sales created the client: Dupont SA.',
  ]);
  const { stdout } = await manager.run(['history', 'client', client, '--json']);
  expect(stdout).not.toMatch(/Ana|ana@|06 12/);
});

test('a deleted record keeps its history', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  await json(manager, 'contract', 'delete', contract, '--yes');
  expect(await told(sales, 'contract', contract)).toEqual([
    'Marie Manager deleted the contract: Dupont SA, 1 000.00 €, as a draft.',
    'Sofia Sales created the contract: Dupont SA, 1 000.00 €, as a draft.',
  ]);
});

test('payments and employees have a history', async () => {
  const { contract } = await soldContract(sales);
  const event = await planned(contract);
  await json(manager, 'event', 'assign', event, '--support', String(staff.support.id));
  await json(sales, 'contract', 'pay', contract, '--amount', '10', '--on', '2026-11-02');
  const [payment] = await office.database.query<{ id: number }>(
    `select max(id) as id from crm.payment`,
  );
  expect(await told(support, 'payment', String(payment?.id))).toEqual([
    `Sofia Sales recorded the payment: 10.00 € for contract ${contract}, received on 2026-11-02.`,
  ]);
  const hired = await json<{ id: number }>(
    manager,
    ...['employee', 'create', '--name', 'Zoé Martin', '--email', 'zoe@epic.example'],
    ...['--department', 'support'],
  );
  await json(manager, 'employee', 'deactivate', String(hired.id), '--yes');
  await json(
    manager,
    ...['employee', 'update', String(hired.id), '--department', 'sales', '--reactivate'],
  );
  await json(manager, 'employee', 'reset-password', String(hired.id), '--yes');
  expect(await told(manager, 'employee', String(hired.id))).toEqual([
    'Marie Manager reset the password.',
    'Marie Manager changed the department from “support” to “sales”.',
    'Marie Manager reactivated the account.',
    'Marie Manager deactivated the account.',
    'Marie Manager created the employee: Zoé Martin, support.',
  ]);
});

test('long texts are shortened, and complete in JSON', async () => {
  const { contract } = await soldContract(sales);
  const event = await planned(contract);
  const notes = `${'Back entrance. '.repeat(20)}\nAsk for Zoé.`;
  await json(manager, 'event', 'update', event, '--notes', notes);
  const [last] = await told(sales, 'event', event);
  expect(last).toBe(
    'Marie Manager set the notes to “Back entrance. Back entrance. Back entrance. Back entrance.…”.',
  );
  const [change] = await json<object[]>(sales, 'history', 'event', event);
  expect(change).toMatchObject({ after: { notes }, before: { notes: null } });
});

test('the history as JSON has values in the form of the other commands, times in ISO form', async () => {
  const { contract } = await soldContract(sales, { total: '1200.50' });
  const changes = await json<Record<string, unknown>[]>(sales, 'history', 'contract', contract);
  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  const same = {
    id: expect.stringMatching(/^\d+$/),
    when: iso,
    who: 'Sofia Sales',
    record: 'contract',
    recordId: Number(contract),
    employeeId: staff.sales.id,
    employee: 'Sofia Sales',
    program: null,
    databaseUser: null,
    transaction: expect.stringMatching(/^\d+$/),
  };
  expect(changes).toEqual([
    {
      ...same,
      action: 'update',
      before: { status: 'draft', signed: null },
      after: { status: 'signed', signed: iso },
      what: 'Sofia Sales signed the contract.',
    },
    {
      ...same,
      action: 'insert',
      before: null,
      after: {
        id: Number(contract),
        clientId: expect.any(Number),
        salesContactId: staff.sales.id,
        total: '1200.50',
        toBePaid: '1200.50',
        created: iso,
        status: 'draft',
        signed: null,
      },
      what: 'Sofia Sales created the contract: Dupont SA, 1 200.50 €, as a draft.',
    },
  ]);
});

test('the history in a pipe is one line a change, with ISO times, --csv and --fields', async () => {
  const { contract } = await soldContract(sales);
  const { stdout } = await sales.run(['history', 'contract', contract]);
  expect(stdout).toMatch(
    /^\S+Z\tSofia Sales\tupdate\tSofia Sales signed the contract\.\n\S+Z\tSofia Sales\tinsert\tSofia Sales created .*\n$/,
  );
  const csv = await sales.run(['history', 'contract', contract, '--csv', '--fields', 'before,who']);
  expect(csv.stdout).toBe(
    'before,who\r\n"{""status"":""draft"",""signed"":null}",Sofia Sales\r\n,Sofia Sales\r\n',
  );
});

test('the history on a terminal has relative times, or absolute ones with --absolute', async () => {
  const { contract } = await soldContract(sales);
  const narrow = { env: { EPIC_FORCE_TTY: '60' } };
  const relative = await sales.run(['history', 'contract', contract], narrow);
  expect(relative.stdout).toMatch(
    /^(just now|\d+ minutes? ago) {3}Sofia Sales signed the contract\.\n/,
  );
  expect(relative.stdout.split('\n').every((line) => line.length <= 60)).toBe(true);
  const absolute = await sales.run(['history', 'contract', contract, '--absolute'], narrow);
  expect(absolute.stdout).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d {3}Sofia Sales signed the contract\.\n/,
  );
});

test('the history names the command for the next page', async () => {
  const { contract } = await soldContract(sales);
  const first = await sales.run(['history', 'contract', contract, '--limit', '1'], terminal);
  expect(first.stderr).toBe(
    `There are more than this one. The next:\n  epic history contract ${contract} --limit 1 --page 2\n`,
  );
  expect(await told(sales, 'contract', contract, '--limit', '1', '--page', '2')).toEqual([
    'Sofia Sales created the contract: Dupont SA, 1 000.00 €, as a draft.',
  ]);
});

test('a missing or unreadable record ends with exit code 3, an unknown kind with 2', async () => {
  expect(await sales.run(['history', 'contract', '99999'])).toEqual({
    code: 3,
    stdout: '',
    stderr:
      '✗ There is no history of contract 99999 that you may read.\n  → See which there are: epic contract list\n',
  });
  await office.database.query("update crm.employee set full_name = 'Suzy Q' where id = 3");
  expect((await sales.run(['history', 'employee', '3'])).code).toBe(3);
  expect((await manager.run(['history', 'employee', '3'])).code).toBe(0);
  await office.database.query("update crm.employee set full_name = 'Suzy Support' where id = 3");

  // Notifications have none: it would show who reads what.
  for (const record of ['invoice', 'notification']) {
    const { code, stderr } = await sales.run(['history', record, '1']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `✗ <record>: there is no record called “${record}”. The records are ${Object.values(
        HistoryRecord,
      )
        .filter((each) => each !== 'history')
        .join(', ')}.\n`,
    );
  }
});

test('a record unknown to epic is described by its columns', () => {
  const change = (action: string, oldValues: unknown, newValues: unknown) =>
    changeOf(
      {
        ...{ id: '1', changedAt: '2026-11-23T09:00:00Z', transactionId: '7', record: 'client' },
        ...{ rowId: 4, employeeId: 2, employeeName: 'Sofia Sales', databaseUser: null },
        serviceAccount: null,
        ...{ action: action as 'insert', oldValues, newValues },
      },
      [],
    );
  const told = (...args: Parameters<typeof change>) =>
    sentenceOf(
      [{ ...change(...args), record: 'payment_plan' }],
      { fields: [] },
      {
        employee: String,
        client: String,
      },
    );
  expect(
    told(
      'update',
      { due_on: '2026-12-01', remark: null },
      { due_on: '2027-01-01', remark: 'Late' },
    ),
  ).toBe(
    'Sofia Sales changed the due on from “2026-12-01” to “2027-01-01” and set the remark to “Late”.',
  );
  expect(told('insert', null, { id: 4, due_on: '2026-12-01', rate_count: 3, remark: null })).toBe(
    'Sofia Sales created the payment plan: due on 2026-12-01, rate count 3.',
  );
  expect(told('delete', { id: 4, remark: 'Late' }, null)).toBe(
    'Sofia Sales deleted the payment plan: remark Late.',
  );
});

test('the phone number of an employee has a history', async () => {
  const [hired] = await json<{ id: number }[]>(manager, 'employee', 'list', '--limit', '1');
  const id = String(hired?.id);
  await json(manager, 'employee', 'update', id, '--phone', '+33 1 99 00 12 34');
  const [latest] = await told(manager, 'employee', id);
  expect(latest).toBe('Marie Manager set the phone to “+33 1 99 00 12 34”.');
});
