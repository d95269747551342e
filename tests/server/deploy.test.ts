import { join } from 'node:path';
import { Client } from 'pg';
import { deploy } from '../../src/server/database/deploy.ts';
import { openCluster } from '../../src/server/database/embedded.ts';
import { installQueue } from '../../src/server/database/queue-schema.ts';
import { databasePath, runSqlFile, sqlFilesIn } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

const deployAgain = () =>
  deploy({ adminUrl: database.adminUrl, rolesToo: false, say: () => undefined });

describe('a deployment', () => {
  test('applies every policy file also when no migration is pending', async () => {
    const { migrations, policies } = await deployAgain();

    expect(migrations).toEqual([]);
    expect(policies).toBeGreaterThan(5);
  });

  test('takes back what somebody granted or opened by hand', async () => {
    await database.query(`
      grant delete on crm.contract to epic_sales;
      create policy backdoor on crm.contract for delete to epic_sales using (true);
      create policy backdoor_2 on crm.client for select to epic_anonymous using (true);
    `);

    await deployAgain();

    expect(await database.query(`select from pg_policies where policyname ~ 'backdoor'`)).toEqual(
      [],
    );
    expect(
      await database.query(`select has_table_privilege('epic_sales', 'crm.contract', 'delete')`),
    ).toEqual([{ has_table_privilege: false }]);
  });

  test('waits for another one of the same database', async () => {
    const deployments = await Promise.all([deployAgain(), deployAgain(), deployAgain()]);

    expect(new Set(deployments.map(({ policies }) => policies)).size).toBe(1);
  });

  test('is refused to the login of the API', async () => {
    await expect(
      deploy({ adminUrl: database.authenticatorUrl, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The role epic_authenticator may not become epic_owner');
  });

  test('says so when the database cannot be reached', async () => {
    const url = new URL(database.adminUrl);
    url.port = '1';

    await expect(
      deploy({ adminUrl: url.href, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The database cannot be reached: connect ECONNREFUSED');
  });
});

test('every migration can be applied where the policies have been, which leave the owner little of history', async () => {
  const name = `${database.name}_upgraded`;
  const url = new URL(database.adminUrl);
  url.pathname = `/${name}`;
  await database.query(`create database ${name} owner epic_owner template template0`);
  const admin = new Client({ connectionString: url.href });
  try {
    await admin.connect();
    await installQueue({
      adminUrl: url.href,
      owner: 'epic_owner',
      lockTimeout: '30s',
      say: () => undefined,
    });
    for (const file of await sqlFilesIn(databasePath('migrations', 'committed'))) {
      await admin.query('begin; set local role epic_owner');
      await runSqlFile(admin, file);
      await admin.query('commit');
      // As db/policies/audit_change.sql has done since there were so many.
      if (!file.includes('000014-')) continue;
      await admin.query('revoke all on audit.change from epic_owner');
      await admin.query('grant select, delete on audit.change to epic_owner');
    }
    const [row] = (await admin.query('select auth.deployed_policies() as policies')).rows;
    expect(row).toEqual({ policies: null });
  } finally {
    await admin.end();
    await database.query(`drop database ${name}`);
  }
});

test('a deployment asks for the roles that it lacks, and needs no superuser', async () => {
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
    await admin.query('drop role epic_courier');
    await expect(attempt(adminUrl)).rejects.toMatchObject({
      message: 'The role epic_courier does not exist.',
      remedy:
        'Have an administrator of the server run db/roles.sql; it may be run again at any time.',
    });

    await runSqlFile(admin, databasePath('roles.sql'));
    await admin.query(`create role deployer login password 'deployer' in role epic_owner`);
    await admin.query('alter database epic owner to epic_owner');
    const deployer = new URL(adminUrl);
    deployer.username = 'deployer';
    deployer.password = 'deployer';
    expect((await attempt(deployer.href)).migrations.length).toBeGreaterThan(10);
    expect((await attempt(deployer.href)).migrations).toEqual([]);
  } finally {
    await admin.end();
    await cluster.close();
    await removeFolder(folder);
  }
});
