import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { createPool, type StatementPool } from '../../src/server/database/pool.ts';
import { createWithSession, sessionSettings } from '../../src/server/database/session.ts';
import { ApiError } from '../../src/server/errors/errors.ts';
import { apiErrorFrom } from '../../src/server/graphql/errors/sqlstate.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;
let token: string;
let clientId: number;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  clientId = await addClient(database, id);
  server = await startServer(database);
  token = (await logIn(server.url, 'a@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const me = () => ask<{ me: { id: number } }>(server.url, '{ me { id } }', { token });
const update = () =>
  ask(
    server.url,
    `mutation { updateClient(input: { id: ${clientId}, patch: { phone: "0612345678" } }) { client { id } } }`,
    { token },
  );

/** The settings of the API's login in this database, from its next connections on. */
async function set(name: string, value: string | null) {
  const change = value === null ? `reset ${name}` : `set ${name} = '${value}'`;
  await database.query(`alter role epic_authenticator in database ${database.name} ${change}`);
  await database.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and usename = 'epic_authenticator'`,
  );
  await until(async () => (await me()).errors.length === 0);
}

const backends = async () =>
  (
    await database.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and usename = 'epic_authenticator' and application_name = 'epic-server'
       order by pid`,
    )
  ).map(({ pid }) => pid);

test('the login of the API has the time-outs of db/roles.sql as every role', async () => {
  const pool = createPool({ databaseUrl: database.authenticatorUrl, onLostConnection: () => {} });
  const timeouts = await createWithSession(pool)(sessionSettings(null), async (client) => {
    const { rows } = await client.query<{ role: string; name: string; setting: string }>({
      text: `select current_user as role, name, current_setting(name) as setting from pg_settings
             where name ~ '^(statement|lock|transaction|idle_in_transaction_session)_timeout$' order by name`,
    });
    return rows;
  });
  await pool.end();
  const role = 'epic_anonymous';
  expect(timeouts.filter(({ name }) => name !== 'transaction_timeout')).toEqual([
    { role, name: 'idle_in_transaction_session_timeout', setting: '30s' },
    { role, name: 'lock_timeout', setting: '5s' },
    { role, name: 'statement_timeout', setting: '15s' },
  ]);
  for (const { name, setting } of timeouts) {
    if (name === 'transaction_timeout') expect(setting).toBe('1min');
  }
});

test('a runaway statement ends with a sentence, and its connection is used again', async () => {
  await set('statement_timeout', '2s');
  const before = await backends();
  await database.query(`
    create function crm.never_ends() returns trigger language plpgsql
      as 'begin perform pg_catalog.pg_sleep(3600); return new; end';
    grant execute on function crm.never_ends() to epic_employee;
    create trigger client_00_never_ends before update on crm.client for each row execute function crm.never_ends();`);
  try {
    expect((await update()).errors).toEqual([
      expect.objectContaining({
        message: 'This took too long and was stopped. Ask for less, or try again.',
        extensions: { code: 'UNAVAILABLE', kind: 'took_too_long' },
      }),
    ]);
  } finally {
    await database.query('drop function crm.never_ends() cascade');
  }
  expect((await update()).errors).toEqual([]);
  expect(await backends()).toEqual(expect.arrayContaining(before));
  await set('statement_timeout', null);
});

test('a wait for a lock ends as CONFLICT, and a second attempt succeeds', async () => {
  await set('lock_timeout', '500ms');
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from crm.client where id = $1 for update', [clientId]);
  try {
    expect((await update()).errors).toEqual([
      expect.objectContaining({
        message: 'Someone else is changing the same record at this moment. Try again.',
        extensions: { code: 'CONFLICT', kind: 'record_is_being_changed' },
      }),
    ]);
  } finally {
    await holder.end();
  }
  expect((await update()).errors).toEqual([]);
  await set('lock_timeout', null);
});

describe.each([
  ['that is idle', 'idle_in_transaction_session_timeout', 0],
  ['that lasts too long', 'transaction_timeout', 17],
])('a transaction %s', (_what, setting, since) => {
  let pool: StatementPool;

  beforeAll(async () => {
    if (await isKnown()) {
      await database.query(
        `alter role epic_authenticator in database ${database.name} set ${setting} = '500ms'`,
      );
    }
    pool = createPool({ databaseUrl: database.authenticatorUrl, onLostConnection: () => {} });
    pool.options.max = 1;
  });

  afterAll(async () => {
    await pool.end();
    await database.query(`alter role epic_authenticator in database ${database.name} reset all`);
  });

  const isKnown = async () => {
    const [row] = await database.query<{ version: number }>(
      `select current_setting('server_version_num')::integer / 10000 as version`,
    );
    return (row?.version ?? 0) >= since;
  };

  test('is ended as UNAVAILABLE, and the pool recovers', async () => {
    if (!(await isKnown())) return;
    const withSession = createWithSession(pool);
    const error: unknown = await withSession(sessionSettings(null), async (client) => {
      for (const end = Date.now() + 60_000; Date.now() < end; ) {
        await client.query({ text: 'select 1' });
        await sleep(setting === 'transaction_timeout' ? 10 : 2_000);
      }
    }).catch((caught) => caught);

    const refusal = error instanceof DatabaseError ? apiErrorFrom(error) : error;
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    const { rows } = await withSession(sessionSettings(null), (client) =>
      client.query({ text: 'select 1 as one' }),
    );
    expect(rows).toEqual([{ one: 1 }]);
  });
});
