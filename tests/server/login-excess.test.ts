import { Client } from 'pg';
import { type LoginExcess, readLoginExcess } from '../../src/server/database/login-excess.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startServer } from '../support/server.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.adminUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What a login can do that is made by these statements, and rolled back. */
async function excessOf(login: string, statements: string): Promise<LoginExcess> {
  await client.query('begin');
  try {
    await client.query(`${statements}; set local session authorization ${login}`);
    return await readLoginExcess((text) => client.query(text));
  } finally {
    await client.query('rollback');
  }
}

const nothing = { attributes: [], memberOf: [], isOwner: false };

test.each(['epic_authenticator', 'epic_worker'])(
  '%s can do nothing beyond what it should',
  async (login) => {
    expect(await excessOf(login, 'select 1')).toEqual({ login, ...nothing });
  },
);

test('what the API becomes for a request changes nothing', async () => {
  expect(await excessOf('epic_authenticator', 'set local role epic_sales')).toEqual({
    login: 'epic_authenticator',
    ...nothing,
  });
});

test.each([
  ['superuser', { attributes: ['superuser'] }],
  [
    'bypassrls createrole createdb replication',
    { attributes: ['bypassrls', 'createrole', 'createdb', 'replication'] },
  ],
  ['in role epic_owner', { memberOf: ['epic_owner', 'pg_database_owner'] }],
  ['in role epic_authenticator', { memberOf: ['epic_authenticator'] }],
  ['in role epic_worker', { memberOf: ['epic_worker'] }],
  ['in role epic_backup', { memberOf: ['epic_backup'] }],
  ['in role pg_read_all_data', { memberOf: ['pg_read_all_data'] }],
])('a login that is made with %s can do more than it should', async (attributes, found) => {
  expect(await excessOf('trial', `create role trial login ${attributes}`)).toEqual({
    login: 'trial',
    ...nothing,
    ...found,
  });
});

test('a login that may become a role that bypasses policies can do more than it should', async () => {
  const made = 'create role powerful bypassrls; create role trial login in role powerful';
  expect(await excessOf('trial', made)).toEqual({
    login: 'trial',
    ...nothing,
    memberOf: ['powerful'],
  });
});

test('a login that owns an object can do more than it should', async () => {
  const made =
    'create role trial login; create table crm.trial (); alter table crm.trial owner to trial';
  expect(await excessOf('trial', made)).toEqual({ login: 'trial', ...nothing, isOwner: true });
});

describe('a server at its start', () => {
  async function warnings(urls: Partial<TestDatabase>): Promise<unknown[]> {
    const server = await startServer({ ...database, ...urls });
    await server.stop();
    const lines = server.output().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
  }

  test('a server warns of neither login when both are as they should be', async () => {
    expect(await warnings({})).toEqual([]);
  });

  test.each([
    ['API', 'authenticatorUrl'],
    ['job queue', 'workerUrl'],
  ])(
    'a server warns once, with the facts, when the login of the %s is a superuser',
    async (whose, url) => {
      expect(await warnings({ [url]: database.adminUrl })).toEqual([
        {
          level: 40,
          time: expect.any(String),
          login: new URL(database.adminUrl).username,
          attributes: expect.arrayContaining(['superuser']),
          memberOf: [],
          isOwner: expect.any(Boolean),
          msg: expect.stringContaining(
            `the login of the ${whose} can do more than it should: it is a superuser, `,
          ),
        },
      ]);
    },
  );
});
