import { Client as PgClient } from 'pg';
import {
  ClientCreate,
  ClientErase,
  ClientUpdate,
  ContractCreate,
  ContractUpdate,
  ContractView,
  EmployeeCreate,
  EmployeeDeactivate,
  EmployeeList,
} from '../../src/cli/operations/index.ts';
import { type Client, EpicError, type Problem } from '../../src/client/index.ts';
import { addClient } from '../support/people.ts';
import { until } from '../support/until.ts';
import { type Office, openOffice, type Person } from './support/office.ts';

let office: Office;
let alice: Person;
let other: Person;
let sales: Client;
let manager: Client;
let otherClient: number;

beforeAll(async () => {
  office = await openOffice();
  alice = await office.hire('sales');
  sales = await alice.client();
  other = await office.hire('sales');
  otherClient = await addClient(office.database, other.id);
  manager = await (await office.hire('management')).client();
});
afterAll(() => office.close());

async function failureOf(work: Promise<unknown>): Promise<EpicError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EpicError) return error;
  throw new Error(`This should have been an EpicError: ${error}`);
}

const problemOf = async (work: Promise<unknown>) => (await failureOf(work)).problem;

/** Compiles only if it covers every code and the fields of each. */
function inOneWord(problem: Problem): string | number | undefined {
  switch (problem.code) {
    case 'UNAUTHENTICATED':
      return problem.kind;
    case 'FORBIDDEN':
      return problem.contact?.department;
    case 'NOT_FOUND':
    case 'INVALID':
    case 'CONFLICT':
      return problem.field;
    case 'RATE_LIMITED':
      return problem.retryAfter;
    case 'UNAVAILABLE':
      // @ts-expect-error Only a refusal by a policy has one.
      return problem.contact;
    case 'INTERNAL':
      return problem.errorId;
    default:
      return problem satisfies never;
  }
}

test('a client without a session fails as UNAUTHENTICATED, and sends nothing', async () => {
  const problem = await problemOf(office.stranger().request(EmployeeList));
  expect(problem).toMatchObject({ code: 'UNAUTHENTICATED', kind: 'no_session' });
  expect(inOneWord(problem)).toBe('no_session');
});

test('a FORBIDDEN problem has the policy, its sentence and the contact', async () => {
  const patch = { phone: '+33 1 99 00 12 34' };
  const problem = await problemOf(sales.request(ClientUpdate, { id: otherClient, patch }));
  expect(problem).toEqual({
    code: 'FORBIDDEN',
    message: `You may not update client ${otherClient}.`,
    kind: 'sales_update_own',
    reason: 'Sales change only the clients they look after.',
    contact: {
      id: other.id,
      fullName: 'Test Person',
      department: 'sales',
      email: other.email,
      phone: null,
    },
    path: ['updateClient'],
  });
  expect(inOneWord(problem)).toBe('sales');
});

test('a missing record is NOT_FOUND', async () => {
  const work = sales.request(ContractUpdate, { id: 999_999, patch: { totalAmount: '1' } });
  expect(await problemOf(work)).toEqual({
    code: 'NOT_FOUND',
    kind: 'contract_pkey',
    field: 'id',
    message: 'There is no contract 999999.',
    path: ['updateContract'],
  });
  expect(await sales.request(ContractView, { id: 999_999 })).toEqual({ contract: null });
});

test('an INVALID problem has the broken rule and the field', async () => {
  const client = { fullName: 'Jeanne Moreau', email: 'nonsense' };
  const problem = await problemOf(sales.request(ClientCreate, { client }));
  expect(problem).toEqual({
    code: 'INVALID',
    kind: 'client_email_is_an_address',
    field: 'email',
    message: 'An e-mail address looks like name@example.com.',
    path: ['createClient'],
  });
  expect(inOneWord(problem)).toBe('email');
});

test('a malformed request is INVALID', async () => {
  expect(await problemOf(sales.query('{ nonsense }'))).toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining('nonsense'),
  });
});

test('a FORBIDDEN problem without a person has the department', async () => {
  const problem = await problemOf(sales.request(ClientErase, { id: otherClient, confirm: true }));
  expect(problem).toEqual({
    code: 'FORBIDDEN',
    message: `You may not erase client ${otherClient}.`,
    kind: 'erase_client',
    reason: 'Only management may do this.',
    contact: { id: null, fullName: null, department: 'management', email: null, phone: null },
    path: ['eraseClient'],
  });
});

test('an INVALID problem has further facts as data', async () => {
  const problem = await problemOf(manager.request(EmployeeDeactivate, { id: other.id }));
  expect(problem).toEqual({
    code: 'INVALID',
    message: 'Test Person still looks after 1 client: hand them over to a colleague.',
    kind: 'employee_hands_over_first',
    field: 'handOverTo',
    facts: { employeeId: other.id, clients: 1, events: 0 },
    path: ['deactivateEmployee'],
  });
});

test('a duplicate is CONFLICT', async () => {
  const input = { fullName: 'Alice Again', email: alice.email, department: 'sales' as const };
  const problem = await problemOf(manager.request(EmployeeCreate, { input }));
  expect(problem).toMatchObject({ code: 'CONFLICT', kind: expect.stringContaining('email') });
});

test('an INTERNAL problem has an id, and not its cause', async () => {
  await office.database.query(`
    create function crm.stumble() returns trigger language plpgsql set search_path = ''
    as $$ begin raise 'A secret.' using errcode = 'XX000'; end $$;
    create trigger stumble before insert on crm.contract execute function crm.stumble()`);
  const client = await addClient(office.database, alice.id);
  const contract = { clientId: client, totalAmount: '1000' };
  const problem = await problemOf(sales.request(ContractCreate, { contract }));
  await office.database.query('drop function crm.stumble() cascade');
  expect(problem).toMatchObject({ code: 'INTERNAL', errorId: expect.any(String) });
  expect(problem.message).not.toContain('secret');
  expect(inOneWord(problem)).toMatch(/^[0-9A-Z]{8}$/);
});

test('a request is UNAVAILABLE while the database is away', async () => {
  const { name, adminUrl } = office.database;
  const admin = new URL(adminUrl);
  admin.pathname = '/postgres';
  const elsewhere = new PgClient({ connectionString: admin.href });
  await elsewhere.connect();
  await elsewhere.query(`alter database ${name} allow_connections false`);
  await elsewhere.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = $1 and usename = 'epic_authenticator'`,
    [name],
  );
  const kinds = new Set<unknown>();
  // the server may send a statement on a connection before it hears that the connection has ended
  await until(async () => {
    const problem = await problemOf(sales.request(EmployeeList));
    expect(problem.code).toBe('UNAVAILABLE');
    kinds.add('kind' in problem ? problem.kind : undefined);
    return kinds.has('database_unreachable');
  });
  await elsewhere.query(`alter database ${name} allow_connections true`);
  await elsewhere.end();
  expect(['database_lost', 'database_unreachable']).toEqual(expect.arrayContaining([...kinds]));
  await until(() =>
    sales.request(EmployeeList).then(
      () => true,
      () => false,
    ),
  );
});

test('a request of several mutations returns each problem beside the results', async () => {
  const mine = await addClient(office.database, alice.id);
  const error = await failureOf(
    sales.query(
      `mutation Rename($mine: Int!, $other: Int!) {
         mine: updateClient(input: { id: $mine, patch: { fullName: "New Name" } }) { client { fullName } }
         other: updateClient(input: { id: $other, patch: { fullName: "New Name" } }) { client { fullName } }
         none: updateClient(input: { id: 999999, patch: { fullName: "New Name" } }) { client { fullName } }
       }`,
      { mine, other: otherClient },
    ),
  );
  expect(error.code).toBe('FORBIDDEN');
  expect(error.problems.map(({ code, path }) => [code, path])).toEqual([
    ['FORBIDDEN', ['other']],
    ['NOT_FOUND', ['none']],
  ]);
  expect(error.data).toEqual({
    mine: { client: { fullName: 'New Name' } },
    other: null,
    none: null,
  });
  const [row] = await office.database.query('select full_name from crm.client where id = $1', [
    mine,
  ]);
  expect(row?.full_name).toBe('New Name');
});
