import type { Pool } from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import { createPool } from '../../src/server/database/pool.ts';
import {
  catalogueSettings,
  createWithSession,
  sessionSettings,
  type WithSession,
} from '../../src/server/database/session.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, openSession } from '../support/people.ts';

const whoAmI = `select current_user as role,
  crm.current_employee_id() as employee,
  nullif(current_setting('jwt.claims.session_id', true), '') as session`;

let database: TestDatabase;
let pool: Pool;
let withSession: WithSession;
let alice: Claims;

beforeAll(async () => {
  database = await cloneDatabase();
  const employeeId = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  alice = await openSession(database, employeeId);
});

afterAll(() => database.drop());

beforeEach(() => {
  pool = createPool({ databaseUrl: database.authenticatorUrl, onLostConnection: () => {} });
  // One connection, so that whatever a transaction leaves behind meets the next one.
  pool.options.max = 1;
  withSession = createWithSession(pool);
});

afterEach(() => pool.end());

const run = (settings: Parameters<WithSession>[0], text: string) =>
  withSession(settings, async (client) => (await client.query({ text })).rows[0]);

/** What the connection is outside any session, read behind the adaptor's back. */
async function bareConnection() {
  const { rows } = await pool.query(
    `select current_user as role, coalesce(current_setting('jwt.claims.employee_id', true), '') as employee`,
  );
  return rows[0];
}

const untouched = { role: 'epic_authenticator', employee: '' };

describe('every statement', () => {
  test('a statement runs as the department of the caller, with the claims of the caller', async () => {
    expect(await run(sessionSettings(alice), whoAmI)).toEqual({
      role: 'epic_sales',
      employee: alice.employeeId,
      session: alice.sessionId,
    });
    expect(await bareConnection()).toEqual(untouched);
  });

  test.each([
    ['empty', {}],
    ['null', null],
    ['undefined values', { 'jwt.claims.employee_id': undefined }],
    ['an employee without a session', { 'jwt.claims.employee_id': '1' }],
  ])('a statement runs as epic_anonymous when the settings are %s', async (_what, settings) => {
    expect(await run(settings, 'select current_user as role')).toEqual({ role: 'epic_anonymous' });
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a statement is refused with settings that are not those of a session', async () => {
    await expect(run({ role: 'epic_owner' }, 'select 1')).rejects.toThrow('no setting "role"');
  });

  test('building the schema reads the catalogue only', async () => {
    expect(await run(catalogueSettings, 'select current_user as role')).toEqual({
      role: 'epic_authenticator',
    });
    await expect(run(catalogueSettings, 'select * from crm.employee')).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('a session that cannot be entered', () => {
  const gone = {
    get settings() {
      return sessionSettings({ ...alice, department: 'support' });
    },
  };

  test('a refused session is the error that surfaces, and nothing was run', async () => {
    await expect(
      run(gone.settings, `insert into crm.client (full_name, email) values ('Nobody', 'n@n.fr')`),
    ).rejects.toMatchObject({ code: 'EP401' });
    expect(await database.query('select from crm.client')).toHaveLength(0);
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a refused session is an error even when the callback runs nothing or does not wait', async () => {
    await expect(withSession(gone.settings, async () => 'done')).rejects.toMatchObject({
      code: 'EP401',
    });
    await expect(
      withSession(gone.settings, async (client) => {
        client.query({ text: 'select 1' }).catch(() => {});
      }),
    ).rejects.toMatchObject({ code: 'EP401' });
    expect(await bareConnection()).toEqual(untouched);
  });
});

describe('a transaction', () => {
  const insert = (name: string) =>
    `insert into crm.client (full_name, email) values ('${name}', 'n@n.fr')`;
  const named = (name: string) =>
    database.query('select from crm.client where full_name = $1', [name]);

  test('a transaction is committed when its callback returns', async () => {
    await run(sessionSettings(alice), insert('Committed'));
    expect(await named('Committed')).toHaveLength(1);
  });

  test('a transaction is rolled back when its callback throws, and leaves nothing behind', async () => {
    const failing = withSession(sessionSettings(alice), async (client) => {
      await client.query({ text: insert('Rolled back') });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await named('Rolled back')).toHaveLength(0);
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a transaction with a failed statement cannot end as a success', async () => {
    const swallowing = withSession(sessionSettings(alice), async (client) => {
      await client.query({ text: insert('Swallowed') });
      await client.query({ text: 'select 1/0' }).catch(() => {});
    });
    await expect(swallowing).rejects.toThrow('rolled back');
    expect(await named('Swallowed')).toHaveLength(0);
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a nested transaction is rolled back alone', async () => {
    await withSession(sessionSettings(alice), async (client) => {
      await client.query({ text: insert('Outer') });
      await client
        .withTransaction(async (inner) => {
          await inner.query({ text: insert('Inner') });
          throw new Error('only this');
        })
        .catch(() => {});
    });
    expect([await named('Outer'), await named('Inner')]).toEqual([[{}], []]);
  });

  test('a cancelled transaction leaves a usable connection', async () => {
    const sleeping = withSession(sessionSettings(alice), async (client) => {
      await client.query({ text: `set local statement_timeout = '20ms'` });
      await client.query({ text: 'select pg_sleep(5)' });
    });
    await expect(sleeping).rejects.toMatchObject({ code: '57014' });
    expect(await run({}, 'select current_user as role')).toEqual({ role: 'epic_anonymous' });
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a transaction whose connection breaks is UNAVAILABLE, and the next one gets a new connection', async () => {
    const broken = withSession(sessionSettings(alice), async (client) => {
      const { rows } = await client.query<{ pid: number }>({
        text: 'select pg_backend_pid() as pid',
      });
      const sleeping = client.query({ text: 'select pg_sleep(10)' });
      await database.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await sleeping;
    });
    await expect(broken).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await run(sessionSettings(alice), whoAmI)).toMatchObject({ role: 'epic_sales' });
  });

  test('a prepared statement runs with the rights of each caller', async () => {
    const count = (settings: Parameters<WithSession>[0]) =>
      withSession(settings, (client) =>
        client.query({ text: 'select count(*) from crm.client', name: 'count' }),
      );
    await count(sessionSettings(alice));
    await expect(count({})).rejects.toMatchObject({ code: '42501' });
    await count(sessionSettings(alice));
  });
});
