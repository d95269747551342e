import { readdir, readFile } from 'node:fs/promises';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
let contracts: number[];

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
  const sales = await addEmployee(database, { email: 'sales@epic.example', department: 'sales' });
  const client = await addClient(database, sales);
  token = (await logIn(server.url, 'sales@epic.example')).accessToken;
  const rows = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, creation_date, updated_at)
     select ${client}, 1000, '2020-01-01Z', '2020-01-01Z'::timestamptz + n * interval '1 day'
     from generate_series(1, 3) n returning id`,
  );
  contracts = rows.map(({ id }) => id);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

test('contracts are listed in the order in which they were updated', async () => {
  const [first, second, third] = contracts;
  const list = () =>
    ask<{ contracts: { nodes: { id: number; updatedAt: string }[] } }>(
      server.url,
      '{ contracts(orderBy: UPDATED_AT_DESC) { nodes { id updatedAt } } }',
      { token },
    );
  const before = (await list()).data?.contracts.nodes;
  expect(before?.map(({ id }) => id)).toEqual([third, second, first]);
  expect(before?.[2]?.updatedAt).toBe('2020-01-02T00:00:00.000000+00:00');

  const sign = `mutation { signContract(input: { contractId: ${first} }) { contract { updatedAt signedAt } } }`;
  const { data } = await ask<{ signContract: { contract: Record<string, string> } }>(
    server.url,
    sign,
    { token },
  );
  const signed = data?.signContract.contract;
  expect(signed?.updatedAt).toBe(signed?.signedAt);
  expect((await list()).data?.contracts.nodes.map(({ id }) => id)).toEqual([first, third, second]);
});

test('an employee who writes when a record was updated is refused', async () => {
  const update = `mutation { updateContract(input: { id: ${contracts[1]}, patch: { updatedAt: "2020-01-01" } }) { contract { id } } }`;
  const { errors } = await ask(server.url, update, { token });
  expect(errors.map(({ message }) => message)).toEqual([
    'Field "updatedAt" is not defined by type "ContractPatch".',
  ]);
});

test('the migration takes from history when what was there was last changed', async () => {
  const [, , draft = 0] = contracts;
  await database.query(
    `insert into crm.event (contract_id, title, start_date, end_date)
     select id, 'Gala', now(), now() + interval '1 hour' from crm.contract where status = 'signed'`,
  );
  await database.query('alter table crm.contract disable trigger user');
  await database.query(
    "insert into crm.contract (client_id, commercial_id, total_amount, amount_to_be_paid, creation_date) select client_id, commercial_id, 1, 1, '2019-01-01Z' from crm.contract limit 1",
  );
  await database.query('alter table crm.contract enable trigger user');
  const entries = 'select count(*)::integer as count from audit.change';
  const [before] = await database.query(entries);

  const folder = new URL('../../db/migrations/committed/', import.meta.url);
  const file =
    (await readdir(folder)).find((name) => name.endsWith('events-were-updated.sql')) ?? '';
  await database.query(
    `set role epic_owner;
     alter table crm.contract drop column updated_at cascade;
     alter table crm.event drop column updated_at cascade`,
  );
  await database.query(await readFile(new URL(file, folder), 'utf8'));
  await database.query('reset role');

  expect(
    await database.query(
      `select record.kind, record.id
       from (select 'contract' as kind, id, updated_at from crm.contract
             union all select 'event', id, updated_at from crm.event) record
       left join audit.change on change.record = record.kind and change.row_id = record.id
       group by record.kind, record.id, updated_at having updated_at <> coalesce(max(changed_at), '2019-01-01Z')`,
    ),
  ).toEqual([]);
  expect(
    await database.query(
      `select updated_at > '2025-01-01' as recent from crm.contract where id = ${draft}`,
    ),
  ).toEqual([{ recent: true }]);
  expect(await database.query(entries)).toEqual([before]);
  const forced =
    "select relforcerowsecurity as forced from pg_class where oid = 'audit.change'::regclass";
  expect(await database.query(forced)).toEqual([{ forced: true }]);
});
