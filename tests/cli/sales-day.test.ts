import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let otherSales: Epic;

beforeAll(async () => {
  office = await openOffice();
  await office.database.query(
    `update crm.employee set phone = '+33 1 99 00 10 02' where full_name = 'Oscar Sales'`,
  );
  sales = await office.at('sales');
  otherSales = await office.at('otherSales');
});
afterAll(() => office.close());

test('a sales employee creates a client and becomes its contact', async () => {
  const run = await sales.run([
    ...['client', 'create', '--name', 'Kevin Casey', '--email', 'kevin@startup.io'],
    ...['--phone', '+678 123 456 78', '--company', 'Cool Startup LLC', '--first-contact', 'today'],
  ]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(/^✓ Client \d+ created: Kevin Casey, Cool Startup LLC\.\n$/);
  const [client] = await json<{ name: string; salesContact: string }[]>(
    sales,
    ...['client', 'list', '--mine', '--search', 'cool startup'],
  );
  expect(client).toMatchObject({ name: 'Kevin Casey', salesContact: 'Sofia Sales' });
});

test('a sales employee updates their own client, and clears optional fields', async () => {
  const { client } = await soldContract(sales);
  const run = await sales.run(['client', 'update', client, '--phone', '06 12 34 56 78']);
  expect(run.stdout).toBe(`✓ Client ${client} updated: Ana Dupont, Dupont SA.\n`);
  const emptied = await json(sales, 'client', 'update', client, '--phone', '', '--company', '');
  expect(emptied).toMatchObject({ phone: null, company: null, name: 'Ana Dupont' });
});

test('a refusal says what was refused, why in the sentence of the policy, whom to ask and what to type', async () => {
  const { client } = await soldContract(otherSales);
  const run = await sales.run(['client', 'update', client, '--phone', '06 12 34 56 78']);
  expect(run).toEqual({
    code: 5,
    stdout: '',
    stderr: `✗ You may not update client ${client}.
  Sales change only the clients they look after.
  Ask Oscar Sales (sales): +33 1 99 00 10 02, oscar@epic.example
  → See who may do what: epic can update client ${client}
`,
  });
});

test('a sales employee creates no contract for the client of a colleague', async () => {
  const { client } = await soldContract(otherSales);
  const run = await sales.run(['contract', 'create', '--client', client, '--total', '5']);
  expect(run).toEqual({
    code: 5,
    stdout: '',
    stderr: `✗ You may not create this contract.
  Sales create contracts only for their own clients, as drafts.
  Ask Oscar Sales (sales): +33 1 99 00 10 02, oscar@epic.example
`,
  });
});

test('a refusal as JSON names the policy and its sentence', async () => {
  const { contract } = await soldContract(otherSales, { signed: false });
  const run = await sales.run(['contract', 'sign', contract, '--json']);
  expect(run.code).toBe(5);
  expect(JSON.parse(run.stderr)).toEqual({
    error: {
      code: 'FORBIDDEN',
      kind: 'sales_update_own',
      message: `You may not sign contract ${contract}.`,
      field: null,
      reason: expect.stringContaining('only the contracts of their own clients'),
      contact: {
        id: staff.otherSales.id,
        fullName: 'Oscar Sales',
        department: 'sales',
        email: staff.otherSales.email,
        phone: '+33 1 99 00 10 02',
      },
      facts: null,
      hint: `See who may do what: epic can sign contract ${contract}`,
      again: null,
      id: null,
    },
  });
});

test('a contract goes from draft through signed to paid', async () => {
  const { client, contract } = await soldContract(sales, { total: '12500', signed: false });
  const unsigned = await json<{ id: number }[]>(
    sales,
    ...['contract', 'list', '--mine', '--unsigned', '--client', client],
  );
  expect(unsigned.map(({ id }) => String(id))).toEqual([contract]);

  const updated = await sales.run(['contract', 'update', contract, '--total', '12 600,50 €']);
  expect(updated.stdout).toBe(`✓ Contract ${contract} updated: Dupont SA, 12 600.50 €.\n`);
  const signed = await sales.run(['contract', 'sign', contract]);
  expect(signed.stdout).toBe(`✓ Contract ${contract} signed: Dupont SA, 12 600.50 €.\n`);
  const paid = await sales.run(['contract', 'pay', contract, '--amount', '2600.50']);
  expect(paid.stdout).toBe(
    `✓ 2 600.50 € recorded for contract ${contract}: Dupont SA, 12 600.50 €. 10 000.00 € remain to be paid.\n`,
  );

  const unpaid = ['contract', 'list', '--unpaid', '--client', client];
  expect(await json(sales, ...unpaid)).toMatchObject([{ toBePaid: '10000.00' }]);
  const last = await sales.run(['contract', 'pay', contract, '--amount', '10000', '--on', 'today']);
  expect(last.stdout).toContain('It is paid in full.');
  expect(await json(sales, ...unpaid)).toEqual([]);
});

test('a sales employee does not change the total of a signed contract', async () => {
  const { contract } = await soldContract(sales);
  const run = await sales.run(['contract', 'update', contract, '--total', '1']);
  expect(run.code).toBe(5);
  expect(run.stderr).toBe(`✗ You may not update contract ${contract}.
  Sales change and sign only the contracts of their own clients, and only until they are signed.
  Ask management.
  → How to reach them: epic employee list --department management
`);
});

test('signing a contract again is refused, with the time of its signature in the local form', async () => {
  const { contract } = await soldContract(sales);
  await office.database.query(
    `alter table crm.contract disable trigger user;
     update crm.contract set signed_at = '2026-03-01 13:30+00' where id = ${contract};
     alter table crm.contract enable trigger user`,
  );
  const sign = (...more: string[]) =>
    sales.run(['contract', 'sign', contract, ...more], { env: { TZ: 'Europe/Paris' } });
  expect(await sign()).toEqual({
    code: 6,
    stdout: '',
    stderr: `✗ Contract ${contract} is signed already.\n  Since 2026-03-01 14:30.\n`,
  });
  const french = await sales.run(['contract', 'sign', contract], {
    env: { TZ: 'UTC', LC_ALL: 'fr_FR.UTF-8', EPIC_FORCE_TTY: '80' },
  });
  expect(french.stderr).toBe(
    `✗ Contract ${contract} is signed already.\n  Since 01/03/2026 14:30.\nTimes are in Europe/Paris.\n`,
  );
  expect(JSON.parse((await sign('--json')).stderr)).toEqual({
    error: {
      code: 'CONFLICT',
      kind: 'contract_is_not_signed_yet',
      message: `Contract ${contract} is signed already.`,
      field: 'status',
      reason: null,
      contact: null,
      facts: { since: '2026-03-01T13:30:00+00:00' },
      hint: null,
      again: null,
      id: null,
    },
  });
});

test('a payment above the remaining amount is refused, with the remaining amount', async () => {
  const { contract } = await soldContract(sales, { total: '100' });
  const run = await sales.run(['contract', 'pay', contract, '--amount', '100.01']);
  expect(run.code).toBe(6);
  expect(run.stderr).toContain('100.00 € left to pay');
});

test('a sales employee does not correct payments', async () => {
  const { contract } = await soldContract(sales);
  await json(sales, 'contract', 'pay', contract, '--amount', '500');
  const run = await sales.run(['contract', 'pay', contract, '--amount', '-500']);
  expect(run.code).toBe(5);
});

test('an event needs a signed contract', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  const event = [
    ...['event', 'create', '--contract', contract, '--title', 'Summer party'],
    ...['--start', '+30d 18:00', '--end', '+30d 23:30', '--location', 'Lyon', '--attendees', '75'],
  ];
  const early = await sales.run(event);
  expect(early.code).toBe(6);
  expect(early.stderr).toBe(
    `✗ Contract ${contract} is a draft: an event needs a signed contract.\n  → Sign it first: epic contract sign ${contract}\n`,
  );

  await json(sales, 'contract', 'sign', contract);
  const planned = await sales.run(event);
  expect(planned.stdout).toMatch(
    /^✓ Event \d+ created: “Summer party”, \d{4}-\d\d-\d\d 18:00\.\n$/,
  );
  expect(await json(sales, 'event', 'list', '--contract', contract)).toMatchObject([
    { title: 'Summer party', client: 'Dupont SA', support: null, attendees: 75 },
  ]);
});

test('an event is planned once', async () => {
  const { contract } = await soldContract(sales);
  const event = [
    ...['event', 'create', '--contract', contract, '--title', 'Winter party'],
    ...['--start', '2030-01-12 18:00', '--end', '2030-01-12 23:30'],
  ];
  const { id } = await json<{ id: number }>(sales, ...event);
  const again = await sales.run(event);
  expect(again).toMatchObject({ code: 6, stdout: '' });
  expect(again.stderr).toBe(
    `✗ Event ${id} of contract ${contract} has the same title and the same times.\n  → Look at it: epic event view ${id}\n`,
  );
  const asJson = await sales.run([...event, '--json']);
  expect(JSON.parse(asJson.stderr).error).toMatchObject({
    code: 'CONFLICT',
    kind: 'event_is_planned_once',
    field: 'title',
    facts: { eventId: id, contractId: Number(contract) },
  });
  expect(await json(sales, 'event', 'list', '--contract', contract)).toHaveLength(1);
});

test('a sales employee neither deletes contracts nor creates employees', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  expect((await sales.run(['contract', 'delete', contract, '--yes'])).code).toBe(5);
  const hired = await sales.run([
    ...['employee', 'create', '--name', 'A', '--email', 'a@epic.example', '--department', 'sales'],
  ]);
  expect(hired.code).toBe(5);
  expect(hired.stderr).toBe(`✗ You may not create this employee.
  Management creates employees.
  Ask management.
  → How to reach them: epic employee list --department management
`);
});
