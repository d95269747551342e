import { join } from 'node:path';
import { Client } from 'pg';
import { deploy } from '../../src/server/database/deploy/deploy.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { databasePath, runSqlFile } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

const deployAgain = (options: { everything?: boolean } = {}) =>
  deploy({ adminUrl: database.adminUrl, rolesToo: false, say: () => undefined, ...options });

const asOwner = (sql: string) => database.query(`set role epic_owner; ${sql}; reset role`);

describe('a deployment', () => {
  test('a deployment without changes does nothing, and locks no table', async () => {
    const reader = new Client({ connectionString: database.adminUrl });
    await reader.connect();
    await reader.query('begin; lock table crm.client, crm.contract in access share mode');
    try {
      expect(await deployAgain()).toEqual({ migrations: [], replaced: [] });
    } finally {
      await reader.end();
    }
  });

  test('a deployment waits for a reader without holding up others, and says for which', async () => {
    const [reader, request] = await Promise.all(
      ['a report', 'a request'].map(async (application_name) => {
        const client = new Client({ connectionString: database.adminUrl, application_name });
        await client.connect();
        return client;
      }),
    );
    const said: string[] = [];
    let isOver = false;
    try {
      await reader?.query('begin; lock table crm.client in access share mode');
      const deployment = deploy({
        adminUrl: database.adminUrl,
        rolesToo: false,
        everything: true,
        say: (line) => said.push(line),
      }).finally(() => {
        isOver = true;
      });
      await request?.query(`set lock_timeout = '1500ms'`);
      while (said.length < 2) {
        await request?.query('begin; lock table crm.client in row exclusive mode; commit');
      }
      expect(isOver).toBe(false);
      await reader?.query('commit');
      expect((await deployment).replaced).toContain('policies/client.sql');
      expect(said[0]).toMatch(
        /^Waiting for process \d+ \(postgres in a report, idle in transaction for \d+ s\)\. Requests go on; trying again in 0\.5 s\.$/,
      );
    } finally {
      await reader?.end();
      await request?.end();
    }
  });

  test('a deployment applies what has changed since the last one, and nothing else', async () => {
    await database.query(
      `update deployment.applied set digest = 'old'
       where name in ('release', 'function crm.sign_contract', 'policies/payment.sql')`,
    );

    expect((await deployAgain()).replaced).toEqual([
      'function crm.sign_contract',
      'policies/00_schemas_and_functions.sql',
      'policies/payment.sql',
    ]);
  });

  test('a deployment re-creates what is missing', async () => {
    await asOwner(`
      drop view crm.history cascade; -- with the filter of its lists
      drop trigger contract_20_check_status on crm.contract;
      reset role;
      update deployment.applied set digest = 'old' where name = 'release'`);

    expect((await deployAgain()).replaced).toEqual(
      expect.arrayContaining([
        'view crm.history',
        'function crm_private.history_filter_ids',
        'trigger contract_20_check_status on crm.contract',
      ]),
    );
    expect(await database.query(`select from crm.history limit 0`)).toEqual([]);
  });

  test('a deployment drops what no file defines any more', async () => {
    await asOwner(`
      create function crm.retired() returns integer language sql return 1;
      create view crm.retired_view as select 1 as one;
      create trigger client_99_retired before update on crm.client
        for each row execute function suppress_redundant_updates_trigger();
      reset role;
      insert into deployment.applied values ('function crm.retired', ''), ('view crm.retired_view', ''),
        ('trigger client_99_retired on crm.client', '');
      update deployment.applied set digest = 'old' where name = 'release'`);

    await deployAgain();

    expect(
      await database.query(`
        select proname as name from pg_proc where proname = 'retired'
        union all select relname from pg_class where relname = 'retired_view'
        union all select tgname from pg_trigger where tgname = 'client_99_retired'`),
    ).toEqual([]);
  });

  test('a deployment replaces a function of changed arguments or result, with its grants and dependants', async () => {
    await asOwner(`
      drop function crm.sign_contract(integer);
      create function crm.sign_contract(contract_id integer, extra text) returns integer language sql return 1;
      drop function crm.contract_is_overdue(crm.contract) cascade;
      create function crm.contract_is_overdue(contract crm.contract) returns integer language sql return 1;
      create view crm.retired_view as select crm.contract_is_overdue(contract) from crm.contract;
      reset role;
      insert into deployment.applied values ('view crm.retired_view', '');
      update deployment.applied set digest = 'old'
        where name in ('release', 'function crm.sign_contract', 'function crm.contract_is_overdue')`);

    await deployAgain();

    expect(
      await database.query(`
        select oid::regprocedure::text || ' ' || prorettype::regtype as name,
          has_function_privilege('epic_sales', oid, 'execute') as granted
        from pg_proc where proname in ('sign_contract', 'contract_is_overdue') order by 1`),
    ).toEqual([
      { name: 'crm.contract_is_overdue(crm.contract) boolean', granted: true },
      { name: 'crm.sign_contract(integer) crm.contract', granted: true },
    ]);
    expect(await database.query(`select to_regclass('crm.retired_view')`)).toEqual([
      { to_regclass: null },
    ]);
    expect(
      await database.query(
        `select from pg_policies where policyname = 'sales_update_own' and tablename in ('client', 'contract')`,
      ),
    ).toHaveLength(2);
  });

  test('a repair reverts what was granted, opened or rewritten by hand', async () => {
    await database.query(`
      grant delete on crm.contract to epic_sales;
      grant execute on function crm.erase_client(integer, boolean) to public;
      create policy backdoor on crm.contract for delete to epic_sales using (true);
      create policy backdoor_2 on crm.client for select to epic_anonymous using (true);
      create or replace function crm.sign_contract(contract_id integer) returns crm.contract language sql as 'select null::crm.contract';
      alter table crm.contract disable trigger contract_20_check_status, disable trigger contract_90_record_update;
    `);

    expect(await deployAgain()).toEqual({ migrations: [], replaced: [] });
    await deployAgain({ everything: true });

    expect(await database.query(`select from pg_policies where policyname ~ 'backdoor'`)).toEqual(
      [],
    );
    expect(
      await database.query(`
        select has_table_privilege('epic_sales', 'crm.contract', 'delete') as deletes,
          has_function_privilege('epic_sales', 'crm.erase_client(integer, boolean)', 'execute') as erases,
          (select prosrc ~ 'access.refuse' from pg_proc where proname = 'sign_contract') as signs,
          (select string_agg(tgenabled::text, '' order by tgname) from pg_trigger
           where tgrelid = 'crm.contract'::regclass and tgname ~ '_(20|90)_') as triggers`),
    ).toEqual([{ deletes: false, erases: false, signs: true, triggers: 'OAAA' }]);
  });

  test('a deployment waits for another one of the same database', async () => {
    const deployments = await Promise.all([
      deployAgain({ everything: true }),
      deployAgain({ everything: true }),
      deployAgain({ everything: true }),
    ]);

    expect(new Set(deployments.map(({ replaced }) => replaced.length)).size).toBe(1);
  });

  test('a deployment refuses a database of other migrations, and says how to go on', async () => {
    await database.query(
      `alter table graphile_migrate.migrations rename column hash to kept;
       alter table graphile_migrate.migrations add column hash text default 'sha1:c8ab6f5efccde8a82cfa75c43143933730612699'`,
    );
    try {
      await expect(deployAgain()).rejects.toMatchObject({
        message:
          'This database was made by an earlier version of Epic Events CRM, with other migrations, and cannot be brought up to date.',
        hint: expect.stringMatching(/npm run demo -- --fresh\n.*docs\/operations\.md/),
      });
    } finally {
      await database.query(
        `alter table graphile_migrate.migrations drop column hash;
         alter table graphile_migrate.migrations rename column kept to hash`,
      );
    }
  });

  test('a deployment is refused to the login of the API', async () => {
    await expect(
      deploy({ adminUrl: database.authenticatorUrl, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The role epic_authenticator may not become epic_owner');
  });

  test('a deployment reports a database that cannot be reached', async () => {
    const url = new URL(database.adminUrl);
    url.port = '1';

    await expect(
      deploy({ adminUrl: url.href, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The database cannot be reached: connect ECONNREFUSED');
  });
});

test('a deployment needs no superuser, and reports missing roles', async () => {
  const folder = await makeTemporaryFolder();
  const cluster = await openCluster({
    dataFolder: join(folder, 'cluster'),
    durable: false,
    say: () => undefined,
  });
  const admin = new Client({ connectionString: cluster.adminUrl('postgres') });
  try {
    await admin.connect();
    await admin.query('create database epic');
    const adminUrl = cluster.adminUrl('epic');
    const attempt = (url: string) =>
      deploy({ adminUrl: url, rolesToo: false, say: () => undefined });
    await expect(attempt(adminUrl)).rejects.toThrow(
      'These roles do not exist: epic_owner, epic_authenticator, ',
    );

    await runSqlFile(admin, databasePath('roles.sql'));
    await admin.query('drop role epic_worker');
    await expect(attempt(adminUrl)).rejects.toMatchObject({
      message: 'The role epic_worker does not exist.',
      hint: 'Have an administrator of the server run db/roles.sql; it may be run again at any time.',
    });

    await runSqlFile(admin, databasePath('roles.sql'));
    await admin.query(`create role deployer login password 'deployer' in role epic_owner`);
    await admin.query('alter database epic owner to epic_owner');
    const deployer = new URL(adminUrl);
    deployer.username = 'deployer';
    deployer.password = 'deployer';
    expect((await attempt(deployer.href)).migrations.length).toBeGreaterThan(3);
    expect((await attempt(deployer.href)).migrations).toEqual([]);
  } finally {
    await admin.end();
    await cluster.close();
    await removeFolder(folder);
  }
});
