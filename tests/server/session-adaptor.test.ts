import type { Claims } from '../../src/server/database/claims.ts';
import { createPool, type StatementPool } from '../../src/server/database/pool.ts';
import {
  catalogueSettings,
  createWithSession,
  createWithStatements,
  sessionSettings,
  type WithSession,
} from '../../src/server/database/session.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee, openSession } from '../support/people.ts';

const whoAmI = `select current_user as role,
  crm.current_employee_id() as employee,
  nullif(current_setting('jwt.claims.session_id', true), '') as session`;

let database: TestDatabase;
let pool: StatementPool;
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

describe('statements of PostGraphile', () => {
  const statements = (
    settings: Parameters<WithSession>[0],
    ...queries: Parameters<Parameters<Parameters<WithSession>[1]>[0]['query']>[0][]
  ) =>
    createWithStatements(pool)(settings, async (client) => {
      const results = [];
      for (const query of queries) results.push((await client.query(query)).rows);
      return results;
    });
  const insert = (name: string) => ({
    text: 'insert into crm.client (full_name, email) values ($1, $2)',
    values: [name, 'n@n.fr'],
  });
  const named = (name: string) =>
    database.query('select from crm.client where full_name = $1', [name]);

  test('each statement runs as the department of the caller, with the claims of the caller', async () => {
    const mine = { role: 'epic_sales', employee: alice.employeeId, session: alice.sessionId };
    const whole = { text: whoAmI };
    const prepared = { text: whoAmI, name: 'who am i', arrayMode: true };
    expect(await statements(sessionSettings(alice), whole, prepared, prepared, whole)).toEqual([
      [mine],
      [Object.values(mine)],
      [Object.values(mine)],
      [mine],
    ]);
    expect(await bareConnection()).toEqual(untouched);
  });

  test.each([
    ['empty', {}],
    ['null', null],
    ['an employee without a session', { 'jwt.claims.employee_id': '1' }],
  ])('a statement runs as epic_anonymous when the settings are %s', async (_what, settings) => {
    const role = { text: 'select current_user as role' };
    expect(await statements(settings, role)).toEqual([[{ role: 'epic_anonymous' }]]);
  });

  test('callers who share a connection have their own rights, with one prepared statement', async () => {
    const count = { text: 'select count(*)::integer as n from crm.client', name: 'count' };
    const before = await statements(sessionSettings(alice), count);
    await expect(statements({}, count)).rejects.toMatchObject({ code: '42501' });
    expect(await statements(sessionSettings(alice), count)).toEqual(before);
  });

  test('a statement is refused with settings that are not those of a session', async () => {
    await expect(statements({ role: 'epic_owner' }, { text: 'select 1' })).rejects.toThrow(
      'no setting "role"',
    );
  });

  test('a statement is not run where its session is refused', async () => {
    const moved = sessionSettings({ ...alice, department: 'support' });
    // the first prepares what enters a session
    for (const name of ['Refused first', 'Refused again']) {
      await expect(statements(moved, insert(name))).rejects.toMatchObject({ code: 'EP401' });
      expect(await named(name)).toHaveLength(0);
    }
    expect(await bareConnection()).toEqual(untouched);
  });

  test('a statement is committed when it resolves, whatever becomes of the next', async () => {
    await expect(
      statements(sessionSettings(alice), insert('Stays'), { text: 'select 1/0' }),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await named('Stays')).toHaveLength(1);
    expect(await bareConnection()).toEqual(untouched);
  });

  const atOnce = (...queries: Parameters<typeof statements>[1][]) => {
    const settings = sessionSettings(alice);
    const withStatements = createWithStatements(pool);
    return Promise.allSettled(
      queries.map((query) =>
        withStatements(settings, async (client) => (await client.query(query)).rows),
      ),
    );
  };

  test('statements that a request asks for at once are one transaction', async () => {
    const transaction = { text: 'select pg_current_xact_id()::text as id', name: 'transaction' };
    const [one, other] = await atOnce(transaction, transaction);
    expect(one).toEqual({ status: 'fulfilled', value: [{ id: expect.any(String) }] });
    expect(other).toEqual(one);
    const [later] = await atOnce(transaction);
    expect(later).not.toEqual(one);
  });

  test('statements of different callers are never in one transaction', async () => {
    const withStatements = createWithStatements(pool);
    const role = {
      text: `select current_user as role, current_setting('jwt.claims.employee_id') as employee`,
    };
    const found = await Promise.all(
      [sessionSettings(alice), {}, sessionSettings(alice), null].map((settings) =>
        withStatements(settings, async (client) => (await client.query(role)).rows[0]),
      ),
    );
    const mine = { role: 'epic_sales', employee: String(alice.employeeId) };
    const anonymous = { role: 'epic_anonymous', employee: '' };
    expect(found).toEqual([mine, anonymous, mine, anonymous]);
  });

  test('of statements asked for at once, one that fails leaves the others their results', async () => {
    const [before, failed, written] = await atOnce(
      { text: 'select 1 as one' },
      { text: 'select 1/0' },
      insert('Beside a failure'),
    );
    expect(before).toEqual({ status: 'fulfilled', value: [{ one: 1 }] });
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(written).toMatchObject({ status: 'fulfilled' });
    expect(await named('Beside a failure')).toHaveLength(1);
  });

  test('statements asked for at once in a session that is refused all fail, and nothing is run', async () => {
    const withStatements = createWithStatements(pool);
    const moved = sessionSettings({ ...alice, department: 'support' });
    const outcomes = await Promise.allSettled(
      ['Refused together', 'Refused with it'].map((name) =>
        withStatements(moved, (client) => client.query(insert(name))),
      ),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'EP401' } });
    }
    expect(await database.query(`select from crm.client where full_name like 'Refused%'`)).toEqual(
      [],
    );
  });

  test('a statement that fails when it is committed is an error', async () => {
    await database.query('create table crm.late (id integer unique deferrable initially deferred)');
    await database.query('grant insert on crm.late to epic_sales');
    await expect(
      statements(sessionSettings(alice), { text: 'insert into crm.late values (1), (1)' }),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await database.query('select from crm.late')).toHaveLength(0);
  });

  test('several statements are one transaction with withTransaction', async () => {
    const undone = createWithStatements(pool)(sessionSettings(alice), (client) =>
      client.withTransaction(async (inner) => {
        await inner.query(insert('Undone'));
        throw new Error('changed my mind');
      }),
    );
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await named('Undone')).toHaveLength(0);
  });

  test('a value that has no form in PostgreSQL is an error, and leaves a usable connection', async () => {
    const circular: unknown[] = [];
    circular.push({ circular });
    await expect(
      statements(sessionSettings(alice), { text: 'select $1', values: circular }),
    ).rejects.toThrow('circular');
    expect(await statements({}, { text: 'select 1 as one' })).toEqual([[{ one: 1 }]]);
  });

  test('a statement that PostgreSQL cannot prepare is prepared anew the next time', async () => {
    const early = { text: 'select count(*)::integer as n from crm.later', name: 'later' };
    await expect(statements(sessionSettings(alice), early)).rejects.toMatchObject({
      code: '42P01',
    });
    await database.query('create table crm.later (id integer)');
    await database.query('grant select on crm.later to epic_sales');
    expect(await statements(sessionSettings(alice), early)).toEqual([[{ n: 0 }]]);
  });

  test('a prepared statement whose columns have changed fails once, and is prepared anew', async () => {
    await database.query('create table crm.changing as select 1 as n');
    await database.query('grant select on crm.changing to epic_sales');
    const all = { text: 'select * from crm.changing', name: 'all' };
    expect(await statements(sessionSettings(alice), all, all)).toEqual([[{ n: 1 }], [{ n: 1 }]]);
    await database.query('alter table crm.changing add column m integer default 2');
    await expect(statements(sessionSettings(alice), all)).rejects.toMatchObject({ code: '0A000' });
    expect(await statements(sessionSettings(alice), all)).toEqual([[{ n: 1, m: 2 }]]);
  });
});
