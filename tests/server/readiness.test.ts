import { deploy } from '../../src/server/database/deploy/deploy.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, readinessOf, startServer } from '../support/server.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const readiness = () => readinessOf(server.url);

const deployAgain = () =>
  deploy({ adminUrl: database.adminUrl, rolesToo: false, say: () => undefined });

const digest = async () =>
  (await database.query(`select digest from identity.deployed_release()`))[0]?.digest;

/** As if the last deployment had been of other files. */
const withOtherFiles = () =>
  database.query(`update deployment.applied set digest = repeat('0', 64) where name = 'release'`);

const notOurs = {
  status: 503,
  ready: false,
  reason:
    "The functions and policies in the database are not this server's: run epic-server migrate.",
};

test('a server is ready when the database has its migrations and its policies', async () => {
  expect(await readiness()).toEqual({ status: 200, ready: true });
});

test('a deployment records a digest of its files, which stays the same for the same files', async () => {
  const before = await digest();
  await deployAgain();
  expect(await digest()).toBe(before);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['with other files', withOtherFiles],
  ['before anything was recorded', () => database.query('delete from deployment.applied')],
])(
  'it is not ready on a database that was deployed %s, until it is deployed anew',
  async (_what, change) => {
    await change();
    expect(await readiness()).toEqual(notOurs);
    await deployAgain();
    expect(await readiness()).toEqual({ status: 200, ready: true });
  },
);

test('a server is not ready while a migration is pending', async () => {
  const [last] = await database.query(
    `delete from graphile_migrate.migrations
     where filename = (select max(filename) from graphile_migrate.migrations) returning *`,
  );
  expect(await readiness()).toEqual({
    status: 503,
    ready: false,
    reason: 'Migrations are pending: run epic-server migrate.',
  });
  await database.query(
    'insert into graphile_migrate.migrations select * from json_populate_record(null::graphile_migrate.migrations, $1)',
    [JSON.stringify(last)],
  );
  expect(await readiness()).toEqual({ status: 200, ready: true });
});

test('a server stays ready on a database of a later release', async () => {
  await withOtherFiles();
  await database.query(
    `insert into graphile_migrate.migrations (hash, previous_hash, filename)
     select 'sha1:later', hash, '000999.sql' from graphile_migrate.migrations
     order by filename desc limit 1`,
  );
  expect(await readiness()).toEqual({ status: 200, ready: true });
  await database.query(`delete from graphile_migrate.migrations where filename = '000999.sql'`);
  expect(await readiness()).toEqual(notOurs);
});

test('a server is alive whatever the state of the database', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
