import { join } from 'node:path';
import { Client } from 'pg';
import {
  closeOtherDatabases,
  deploy,
  prepareServer,
} from '../../src/server/database/deploy/deploy.ts';
import { type Cluster, openCluster } from '../../src/server/database/embedded/cluster.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// On a PostgreSQL of their own, since logins belong to the whole server.

let folder: string;
let cluster: Cluster;
let admin: Client;

const database = 'epic';

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  cluster = await openCluster({
    dataFolder: join(folder, 'cluster'),
    durable: false,
    say: () => undefined,
  });
  const { passwords } = cluster;
  await prepareServer({ serverUrl: cluster.adminUrl('postgres'), database, passwords });
  admin = await connect(cluster.adminUrl(database));
});

afterAll(async () => {
  await admin.end();
  await cluster.close();
  await removeFolder(folder);
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

const deployAs = (adminUrl: string) => deploy({ adminUrl, rolesToo: false, say: () => undefined });

/** What is granted that only a superuser revokes: `execute on function lo_create(oid) to public`. */
async function found(): Promise<string[]> {
  const { rows } = await admin.query<{ object: string }>(
    `select object from dba.finding
     where name in ('large_object_granted', 'other_database_granted') order by object`,
  );
  return rows.map(({ object }) => object);
}

const grants = [
  'connect on database postgres to public',
  'connect on database template1 to public',
  'execute on function lo_creat(integer) to public',
  'execute on function lo_create(oid) to public',
  'execute on function lo_from_bytea(oid,bytea) to public',
];

test('a deployment without a superuser finds what only a superuser revokes, each with its statement', async () => {
  await admin.query(`create role deployer login password 'deployer' in role epic_owner`);
  const deployer = Object.assign(new URL(cluster.adminUrl(database)), {
    username: 'deployer',
    password: 'deployer',
  });
  await deployAs(deployer.href);
  expect(await found()).toEqual(grants);

  await admin.query('begin');
  for (const grant of grants) await admin.query(`revoke ${grant.replace(' to ', ' from ')}`);
  expect(await found()).toEqual([]);
  await admin.query('rollback');
});

test('a deployment by a superuser revokes it in the database, and db/dedicated_cluster.sql beside it', async () => {
  await deployAs(cluster.adminUrl(database));
  expect(await found()).toEqual(grants.filter((grant) => grant.startsWith('connect')));

  await closeOtherDatabases(cluster.adminUrl('postgres'));
  expect(await found()).toEqual([]);
});

describe.each([
  ['API', 'epic_authenticator', 'epic_worker', 'authenticatorUrl'],
  ['job queue', 'epic_worker', 'epic_authenticator', 'workerUrl'],
] as const)('the login of the %s', (whose, self, other, url) => {
  let client: Client;

  beforeAll(async () => {
    client = await connect(cluster.loginUrls(database)[url]);
  });

  afterAll(async () => {
    await client.end();
  });

  test.each(['postgres', 'template1'])(
    `the login of the ${whose} cannot connect to %s`,
    async (name) => {
      await expect(connect(cluster.loginUrls(name)[url])).rejects.toMatchObject({
        code: '42501',
        message: `permission denied for database "${name}"`,
      });
    },
  );

  test.each([
    [`set role ${other}`, `permission denied to set role "${other}"`],
    ['set role epic_owner', 'permission denied to set role "epic_owner"'],
    [
      'create temporary table mine ()',
      `permission denied to create temporary tables in database "${database}"`,
    ],
    ['create table public.mine ()', 'permission denied for schema public'],
    ['select lo_create(0)', 'permission denied for function lo_create'],
    [`alter role ${other} password 'known'`, 'permission denied to alter role'],
    [`alter role ${self} createdb`, 'permission denied to alter role'],
    [`alter role ${self} connection limit -1`, 'permission denied to alter role'],
  ])(`the login of the ${whose} cannot: %s`, async (statement, message) => {
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501', message });
  });

  // docs/security.md says what an operator can do.
  test(`PostgreSQL lets the login of the ${whose} change its own password and settings, and lint finds the settings`, async () => {
    await client.query(`alter role ${self} set statement_timeout = 0`);
    await client.query(`alter role ${self} password 'mine'`);

    const { rows } = await admin.query(
      `select object from dba.finding where name = 'login_without_timeout'`,
    );
    expect(rows).toEqual([{ object: `statement_timeout of ${self}` }]);
    await expect(connect(cluster.loginUrls(database)[url])).rejects.toMatchObject({
      code: '28P01',
    });

    const { passwords } = cluster;
    await prepareServer({ serverUrl: cluster.adminUrl('postgres'), database, passwords });
    await (await connect(cluster.loginUrls(database)[url])).end();
  });
});
