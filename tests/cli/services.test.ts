import type { Epic } from '../support/epic.ts';
import { newProgram } from '../support/programs.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let manager: Epic;

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
});
afterAll(() => office.close());

const names = async (epic: Epic) =>
  (await json<{ name: string }[]>(epic, 'service', 'list')).map(({ name }) => name);

/** What `epic` does as a program: with its access token in the environment. */
async function through(epic: Epic, program: { assertion(): string }, ...args: string[]) {
  const response = await fetch(`${office.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'mutation ($assertion: String!) { authenticateService(input: { assertion: $assertion }) { accessToken } }',
      variables: { assertion: program.assertion() },
    }),
  });
  const { data } = (await response.json()) as {
    data: { authenticateService: { accessToken: string } };
  };
  return epic.run(args, { env: { EPIC_TOKEN: data.authenticateService.accessToken } });
}

test('an employee lists and revokes the programs that act for them, management all of them', async () => {
  await newProgram(office.database, 'invoices', staff.sales.email);
  await newProgram(office.database, 'reports', staff.manager.email, { readOnly: true });
  expect(await names(sales)).toEqual(['invoices']);
  expect(await names(manager)).toEqual(['invoices', 'reports']);

  const table = await manager.run(['service', 'list'], { env: { EPIC_FORCE_TTY: '80' } });
  expect(table.stdout).toMatch(/^invoices +Sofia Sales/m);
  for (const line of table.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  expect(await sales.run(['service', 'revoke', 'reports', '--yes'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('You see no service account reports'),
  });
  expect(await sales.run(['service', 'revoke', 'invoices'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes is missing'),
  });
  expect(await sales.run(['service', 'revoke', 'invoices', '--yes'])).toEqual({
    code: 0,
    stdout: '✓ Service account invoices revoked: it acted as Sofia Sales.\n',
    stderr: '',
  });
  expect(await names(manager)).toEqual(['reports']);
  const none = await sales.run(['service', 'list'], { env: { EPIC_FORCE_TTY: '80' } });
  expect(none.stdout + none.stderr).toContain('No program acts for you.');
});

test('history says through which program an employee changed a record, also after it was revoked', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  const program = await newProgram(office.database, 'backup-job', staff.sales.email);
  const signed = await through(sales, program, 'contract', 'sign', contract);
  expect(signed).toMatchObject({ code: 0 });
  expect((await manager.run(['service', 'revoke', 'backup-job', '--yes'])).code).toBe(0);
  const [latest] = await json<Record<string, unknown>[]>(manager, 'history', 'contract', contract);
  expect(latest).toMatchObject({
    who: 'Sofia Sales through backup-job',
    employee: 'Sofia Sales',
    program: 'backup-job',
    what: 'Sofia Sales through backup-job signed the contract.',
  });
  const person = await json<{ what: string }[]>(
    manager,
    ...['history', 'employee', String(staff.sales.id), '--limit', '2'],
  );
  expect(person.map(({ what }) => what)).toEqual([
    'Marie Manager revoked the service account “backup-job”.',
    expect.stringMatching(/, in the database, created the service account “backup-job”\.$/),
  ]);
});

test('on a terminal, revoking asks, and names the employee for whom the program acts', async () => {
  await newProgram(office.database, 'feeder', staff.sales.email);
  const terminal = manager.terminal(['service', 'revoke', 'feeder']);
  await terminal.waitFor('Revoke the service account feeder, which acts as Sofia Sales?');
  terminal.type('n\r');
  expect(await terminal.ended).toBe(130);
  expect(await names(manager)).toContain('feeder');
});
