import { deploy } from '../../src/server/database/deploy.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';

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

async function readiness() {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, ...((await response.json()) as object) };
}

const deployAgain = () =>
  deploy({ adminUrl: database.adminUrl, rolesToo: false, say: () => undefined });

const comment = async () =>
  (await database.query(`select obj_description('dba'::regnamespace) as comment`))[0]?.comment;

/** As if the last deployment had been of other files. */
const withOtherPolicies = async () =>
  database.query(
    `comment on schema dba is '${String(await comment()).replace(/[0-9a-f]{64}/, '0'.repeat(64))}'`,
  );

const notOurs = {
  status: 503,
  ready: false,
  reason: "The policies in the database are not this server's: run epic-server migrate.",
};

test('a server is ready when the database has its migrations and its policies', async () => {
  expect(await readiness()).toEqual({ status: 200, ready: true });
});

test('a deployment says in the database which files it was made of, and only those change it', async () => {
  const before = await comment();
  await deployAgain();
  expect(await comment()).toBe(before);
  expect(before).toMatch(/^Tools .*\n.* with the digest [0-9a-f]{64}\.$/);
});

test.each([
  ['with other policies', withOtherPolicies],
  ['before anybody wrote that down', () => database.query(`comment on schema dba is 'Tools.'`)],
  ['without schema dba', () => database.query('drop schema dba cascade')],
])(
  'it is not ready on a database that was deployed %s, until it is deployed anew',
  async (_what, change) => {
    await change();
    expect(await readiness()).toEqual(notOurs);
    await deployAgain();
    expect(await readiness()).toEqual({ status: 200, ready: true });
  },
);

test('it is not ready while a migration is pending', async () => {
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

test('it stays ready on a database that is already a release further', async () => {
  await withOtherPolicies();
  await database.query(
    `insert into graphile_migrate.migrations (hash, previous_hash, filename)
     select 'sha1:later', hash, '000999.sql' from graphile_migrate.migrations
     order by filename desc limit 1`,
  );
  expect(await readiness()).toEqual({ status: 200, ready: true });
  await database.query(`delete from graphile_migrate.migrations where filename = '000999.sql'`);
  expect(await readiness()).toEqual(notOurs);
});

test('it is alive whatever the database is like', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
