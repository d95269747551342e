import { setTimeout as sleep } from 'node:timers/promises';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';
import { type Collector, startCollector } from './support/collector.ts';

let database: TestDatabase;
let collector: Collector;
let server: ServerProcess;
let boss: string;
let sales: string;
let salesId: number;

beforeAll(async () => {
  collector = await startCollector();
  database = await cloneDatabase();
  await addEmployee(database, { email: 'boss@epic.example', department: 'management' });
  salesId = await addEmployee(database, { email: 'sales@epic.example', department: 'sales' });
  server = await spawnServer(database, { SENTRY_DSN: collector.dsn });
  boss = (await logIn(server.url, 'boss@epic.example')).accessToken;
  sales = (await logIn(server.url, 'sales@epic.example')).accessToken;
  // The two who were already there.
  await until(() => business().length === 2);
  collector.received.length = 0;
});

afterAll(async () => {
  await server.stop();
  await collector.stop();
  await database.drop();
});

/** In the order in which it happened; what arrives at the same time may arrive in any. */
const business = () =>
  collector.events
    .filter((event) => event.tags?.kind !== undefined)
    .toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));

test('Sentry receives every employee created, changed and deleted, and every contract signed', async () => {
  const created = await ask<{ createEmployee: { employee: { id: number } } }>(
    server.url,
    `mutation { createEmployee(input: { fullName: "Newcomer Name", email: "newcomer@epic.example", department: support })
       { employee { id } oneTimePassword } }`,
    { token: boss },
  );
  const id = created.data?.createEmployee.employee.id ?? 0;
  await ask(
    server.url,
    `mutation { updateEmployee(input: { id: ${id}, patch: { fullName: "Changed Name" } }) { employee { id } } }`,
    { token: boss },
  );
  await ask(server.url, `mutation { deleteEmployee(input: { id: ${id} }) { employee { id } } }`, {
    token: boss,
  });

  const clientId = await addClient(database, salesId);
  const drafted = await ask<{ createContract: { contract: { id: number } } }>(
    server.url,
    `mutation { createContract(input: { contract: { clientId: ${clientId}, totalAmount: "1234.50" } }) { contract { id } } }`,
    { token: sales },
  );
  const contractId = drafted.data?.createContract.contract.id ?? 0;
  await ask(
    server.url,
    `mutation { signContract(input: { contractId: ${contractId} }) { contract { id } } }`,
    { token: sales },
  );

  await until(() => business().length >= 4);
  expect(business().map(({ message, level, tags }) => ({ message, level, tags }))).toEqual([
    {
      message: 'employee.created',
      level: 'info',
      tags: { kind: 'employee.created', id: String(id), actor: '1' },
    },
    {
      message: 'employee.changed',
      level: 'info',
      tags: { kind: 'employee.changed', id: String(id), actor: '1' },
    },
    {
      message: 'employee.deleted',
      level: 'info',
      tags: { kind: 'employee.deleted', id: String(id), actor: '1' },
    },
    {
      message: 'contract.signed',
      level: 'info',
      tags: { kind: 'contract.signed', id: String(contractId), actor: String(salesId) },
    },
  ]);
});

test('Sentry receives an unexpected error under the id that the caller saw', async () => {
  // an error whose message contains input
  await database.query(`
    create or replace function crm_private.client_touch() returns trigger language plpgsql as $$
    begin
      raise exception using errcode = 'XX000',
        message = format('cannot stamp %s of %s at %s', new.full_name, new.email, new.phone);
    end $$`);
  const clientId = await addClient(database, salesId);
  const { errors } = await ask(
    server.url,
    `mutation Stamp { updateClient(input: { id: ${clientId}, patch: { email: "private@client.example" } }) { client { id } } }`,
    { token: sales },
  );
  const errorId = errors[0]?.extensions.errorId;
  expect(errors[0]?.extensions).toEqual({ code: 'INTERNAL', errorId: expect.any(String) });

  const found = () => collector.events.find((event) => event.tags?.error_id === errorId);
  await until(() => found() !== undefined);
  expect(found()).toMatchObject({
    level: 'error',
    tags: { error_id: errorId, operation: 'Stamp', sqlstate: 'XX000' },
    exception: {
      values: [{ value: 'The log has the message.', stacktrace: { frames: expect.any(Array) } }],
    },
  });
});

test('Sentry receives nothing about refused requests', async () => {
  const before = collector.received.length;
  await ask(server.url, '{ clients { nodes { id } } }');
  await ask(server.url, '{ nonsense', { token: sales });
  await ask(server.url, 'mutation { deleteEmployee(input: { id: 1 }) { employee { id } } }', {
    token: sales,
  });
  await sleep(500);
  expect(collector.received).toHaveLength(before);
});

test('Sentry never receives a password, a token, an e-mail, a phone number or a name', () => {
  const all = collector.received.join('\n');
  expect(all).toContain('employee.created');
  expect(all).not.toContain(password);
  expect(all).not.toContain(boss);
  expect(all).not.toContain(sales);
  expect(all).not.toMatch(/eyJ[\w-]+\./);
  expect(all).not.toMatch(/[\w.]+@(epic|client)\.example/);
  expect(all).not.toMatch(/\+33|6 12 34/);
  expect(all).not.toMatch(/Jeanne|Moreau|Newcomer|Changed Name/);
  expect(all).not.toMatch(/server_name|breadcrumbs|"request"|"user"|"extra"|"contexts"/);
  expect(all).not.toContain(process.cwd());
});
