import { Client } from 'pg';
import { type Effect, effectOf } from '../../src/server/dba/effect/effect.ts';
import { describeEffect } from '../../src/server/dba/effect/report.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

/** The demo company, whose rows are asked; and a database that is as db/ would be. */
let company: TestDatabase;
let client: Client;

beforeAll(async () => {
  company = await cloneDatabase();
  await loadCompany(company.adminUrl);
  client = await connect(company);
});

// of a test that failed
afterEach(() => client.query('rollback'));

afterAll(async () => {
  await client.end();
  await company.drop();
});

async function connect({ adminUrl }: TestDatabase): Promise<Client> {
  const connection = new Client({ connectionString: adminUrl });
  await connection.connect();
  return connection;
}

/** What the company would gain and lose, were db/ to say this. */
async function effectAfter(sql: string, asked = client): Promise<Effect> {
  const changed = await cloneDatabase();
  try {
    await changed.query(sql);
    const connection = await connect(changed);
    try {
      return await effectOf(asked, connection);
    } finally {
      await connection.end();
    }
  } finally {
    await changed.drop();
  }
}

/** The effect as text, without the line that names the database. */
async function textAfter(sql: string): Promise<string> {
  return describeEffect(await effectAfter(sql))
    .split('\n')
    .slice(4, -1)
    .join('\n');
}

const MINE = '(select crm.current_employee_id())';

describe('the word of a change', () => {
  test.each([
    [
      'GAINED',
      'sales update any draft',
      `alter policy sales_update_own on crm.contract using (status = 'draft') with check (true)`,
    ],
    [
      'LOST',
      'management updates no cancelled contract',
      `alter policy management_update_any on crm.contract using (status <> 'cancelled')`,
    ],
    [
      'LOST',
      'a policy asks for a word that its column cannot be',
      `alter policy management_delete_drafts on crm.contract using (status = 'drafts')`,
    ],
    [
      'LOST',
      'with check asks for a word that its column cannot be',
      `alter policy management_create_any on crm.contract with check (status = 'drafts')`,
    ],
    ['GAINED', 'sales update signed_at', 'grant update (signed_at) on crm.contract to epic_sales'],
    ['GAINED', 'a claim reader is immutable', 'alter function crm.current_employee_id() immutable'],
    [
      'GAINED',
      'a function under a claim reader is immutable',
      'alter function identity.in_session() immutable',
    ],
    [
      'NONE',
      'a comment alone differs',
      `comment on policy sales_update_own on crm.contract is 'Another sentence.'`,
    ],
    [
      'NONE',
      'the same condition has another name',
      'alter policy sales_update_own on crm.contract rename to sales_change_own',
    ],
    [
      'NONE',
      'a condition is written in another way',
      `alter policy sales_update_own on crm.contract using (status = 'draft' and commercial_id = ${MINE} and id > 0)`,
    ],
    [
      'NONE',
      'a grant opens no row, for want of a policy',
      'grant delete on crm.contract to epic_sales',
    ],
    [
      'GAINED',
      'a grant opens the rows of a policy that waits for it',
      `create policy sales_delete_own on crm.contract for delete to epic_sales using (commercial_id = ${MINE});
       grant delete on crm.contract to epic_sales`,
    ],
    [
      'GAINED',
      'a connection without a session reads',
      'drop policy employee_read_in_session on crm.contract',
    ],
    [
      'GAINED',
      'row-level security is off',
      'alter table crm.notification disable row level security',
    ],
    ['LOST', 'a grant is revoked', 'revoke select on crm.event from epic_employee'],
    [
      'GAINED',
      'a function with the rights of its owner is opened',
      'grant execute on function crm.erase_client(integer, boolean) to epic_sales',
    ],
    [
      'UNKNOWN',
      'a policy calls a function that the database does not have',
      `create function crm.is_vip(id integer) returns boolean language sql stable return id < 10;
       alter policy sales_update_own on crm.contract using (crm.is_vip(client_id))`,
    ],
    [
      'UNKNOWN',
      'a function that policies call has another body',
      `create or replace function identity.in_writable_session() returns boolean language sql stable return true`,
    ],
    [
      'UNKNOWN',
      'a policy reads a column that the database does not have',
      `alter table crm.contract add archived boolean not null default false;
       alter policy management_delete_drafts on crm.contract using (not archived)`,
    ],
    [
      'UNKNOWN',
      'a policy reads its own table, as PostgreSQL would refuse',
      `alter policy support_update_own on crm.event using (exists (
         select from crm.event other where other.location = event.location and other.support_contact_id = ${MINE}))`,
    ],
    [
      'UNKNOWN',
      'a policy asks for rows of a table that changes too',
      `alter policy employee_read_all on crm.contract using (status = 'draft');
       alter policy sales_record_own on crm.payment with check (amount > 1 and recorded_by = ${MINE} and exists (
         select from crm.contract where contract.id = payment.contract_id and commercial_id = ${MINE}))`,
    ],
  ])('the word is %s when %s', async (word, _, sql) => {
    const effect = await effectAfter(sql);
    const about = [...effect.records, ...effect.functions].filter((one) => one.word === word);

    expect(about).not.toEqual([]);
    expect(effect.isComplete).toBe(word !== 'UNKNOWN');
    if (word !== 'UNKNOWN') expect(effect.word).toBe(word);
  });

  test('no change is no effect', async () => {
    expect(await effectAfter('select')).toMatchObject({
      word: 'NONE',
      hasLost: false,
      isComplete: true,
      records: [],
      functions: [],
    });
  });
});

describe('the rows of a change are those of the policies themselves', () => {
  const cases = [
    {
      what: 'sales update any draft',
      sql: `alter policy sales_update_own on crm.contract using (status = 'draft')`,
      table: 'crm.contract',
      verb: 'update',
    },
    {
      what: 'management updates no cancelled contract',
      sql: `alter policy management_update_any on crm.contract using (status <> 'cancelled')`,
      table: 'crm.contract',
      verb: 'update',
    },
    {
      what: 'employees read drafts of their own only, and notifications of contracts',
      sql: `alter policy employee_read_all on crm.contract using (status <> 'draft' or commercial_id = ${MINE})`,
      table: 'crm.contract',
      verb: 'read',
    },
    {
      what: 'support update the events of clients whose contracts are all signed',
      sql: `alter policy support_update_own on crm.event using (not exists (
              select from crm.contract one
              join crm.contract other on other.client_id = one.client_id
              where one.id = event.contract_id and other.status <> 'signed'))`,
      table: 'crm.event',
      verb: 'update',
    },
    {
      what: 'a second policy adds rows, and a restrictive one takes some',
      sql: `create policy sales_update_more on crm.client for update to epic_sales
              using (company_name like 'A%' or company_name like 'G%');
            create policy sales_update_less on crm.client as restrictive for update to epic_sales
              using (id % 3 <> 0)`,
      table: 'crm.client',
      verb: 'update',
    },
    {
      what: 'one’s own notifications are those of contracts',
      sql: `alter policy employee_read_own on crm.notification
              using (recipient_id = ${MINE} and contract_id is not null)`,
      table: 'crm.notification',
      verb: 'read',
    },
    {
      what: 'management deletes events of contracts that are not signed',
      sql: `alter policy management_delete_any on crm.event using (not exists (
              select from crm.contract where contract.id = event.contract_id and contract.status = 'signed'))`,
      table: 'crm.event',
      verb: 'delete',
    },
  ] as const;

  test.each(cases)('$what', async ({ sql, table, verb }) => {
    const effect = await effectAfter(sql);
    const people = await company.query<{ id: number; email: string }>(
      'select id, email from crm.employee where active order by id',
    );
    const counted = new Map<number, { gained: number; lost: number }>();
    const [before, after] = [await rowsOf(people, 'select'), await rowsOf(people, sql)];
    for (const { id } of people) {
      const [old, changed] = [
        before.get(id) ?? new Set<number>(),
        after.get(id) ?? new Set<number>(),
      ];
      const gained = [...changed].filter((row) => !old.has(row)).length;
      const lost = [...old].filter((row) => !changed.has(row)).length;
      if (gained > 0 || lost > 0) counted.set(id, { gained, lost });
    }

    expect(counted.size).toBeGreaterThan(0);
    expect(measuredOf(effect, table, verb)).toEqual(counted);

    /** The ids that each person reaches, locked or deleted where that is asked; rolled back. */
    async function rowsOf(all: typeof people, change: string) {
      const reached = new Map<number, Set<number>>();
      for (const { id, email } of all) {
        await client.query(`begin; set local session_replication_role = replica; ${change}`);
        await client.query('select dba.impersonate($1)', [email]);
        const statement = {
          read: `select id from ${table}`,
          update: `select id from ${table} for update`,
          delete: `delete from ${table} returning id`,
        }[verb];
        const { rows } = await client
          .query<{ id: number }>(statement)
          .catch((error) => (error.code === '42501' ? { rows: [] } : Promise.reject(error)));
        reached.set(id, new Set(rows.map((row) => Number(row.id))));
        await client.query('rollback');
      }
      return reached;
    }
  });

  function measuredOf(effect: Effect, table: string, verb: string) {
    const found = new Map<number, { gained: number; lost: number }>();
    const record = effect.records.find((one) => one.table === table && one.verb === verb);
    for (const { measured, department } of record?.roles ?? []) {
      for (const part of department === null ? [] : (measured?.parts ?? [])) {
        if (part.about.kind !== 'rows') continue;
        for (const side of ['gained', 'lost'] as const) {
          for (const { id, rows } of part[side].people) {
            const known = found.get(id ?? 0) ?? { gained: 0, lost: 0 };
            found.set(id ?? 0, { ...known, [side]: rows });
          }
        }
      }
    }
    return found;
  }
});

describe('what with check lets a row become', () => {
  test('the words of a closed set that a row may become are gained and lost', async () => {
    const effect = await effectAfter(
      `alter policy sales_update_own on crm.contract
         with check (commercial_id = ${MINE} and status in ('draft', 'cancelled'))`,
    );
    const [sales] = effect.records[0]?.roles ?? [];
    const values = (sales?.measured?.parts ?? []).filter(({ about }) => about.kind === 'value');

    expect(
      values.map(({ about, gained, lost }) => ({ about, gained: gained.rows, lost: lost.rows })),
    ).toEqual(
      expect.arrayContaining([
        { about: { kind: 'value', column: 'status', value: 'cancelled' }, gained: 45, lost: 0 },
        { about: { kind: 'value', column: 'status', value: 'signed' }, gained: 0, lost: 45 },
      ]),
    );
    expect(values).toHaveLength(2);
  });

  test('they are those that an update under the policies itself may write', async () => {
    const sql = `alter policy support_update_own on crm.event
                   with check (support_contact_id = ${MINE} and status <> 'cancelled')`;
    const effect = await effectAfter(sql);
    const parts = effect.records[0]?.roles[0]?.measured?.parts ?? [];
    const lost = parts.find(({ about }) => about.kind === 'value')?.lost;
    const cancels = async (email: string, change: string) => {
      await client.query(`begin; set local session_replication_role = replica; ${change}`);
      await client.query('select dba.impersonate($1)', [email]);
      const answer = await client.query(`update crm.event set status = 'cancelled'`).then(
        ({ rowCount }) => rowCount,
        ({ code }) => code,
      );
      await client.query('rollback');
      return answer;
    };
    const people = await company.query<{ id: number; email: string }>(
      `select id, email from crm.employee where active and department = 'support' order by id`,
    );
    const before = [];
    for (const { id, email } of people) {
      before.push({ id, rows: await cancels(email, 'select') });
      expect(await cancels(email, sql)).toBe('42501');
    }

    expect(lost?.people.map(({ id, rows }) => ({ id, rows }))).toEqual(before);
    expect(parts.filter(({ about }) => about.kind === 'value')).toHaveLength(1);
  });
});

describe('the database that is asked', () => {
  test('it is asked in a transaction that writes nothing and locks nothing but ACCESS SHARE', async () => {
    const locks: string[] = [];
    const modes: string[] = [];
    class Watched extends Client {}
    const watched = new Watched({ connectionString: company.adminUrl });
    await watched.connect();
    const query = watched.query.bind(watched);
    watched.query = (async (...args: Parameters<typeof query>) => {
      if (String(args[0]) === 'rollback') {
        const { rows } = await query<{ mode: string; relation: string }>(
          `select distinct mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'`,
        );
        locks.push(...rows.map(({ mode }) => mode));
        modes.push((await query('show transaction_read_only')).rows[0].transaction_read_only);
      }
      return query(...args);
    }) as typeof watched.query;
    const effect = await effectAfter(
      `alter policy sales_update_own on crm.contract using (status = 'draft')`,
      watched,
    );
    await watched.end();

    expect(effect.word).toBe('GAINED');
    expect(locks).toEqual(['AccessShareLock']);
    expect(modes).toEqual(['on']);
  });

  test('rows of too many kinds are looked at up to a number, which is said', async () => {
    const many = await cloneDatabase();
    try {
      await loadCompany(many.adminUrl);
      await many.query(`
        alter table crm.client disable trigger all;
        set session_replication_role = replica;
        insert into crm.client (full_name, email, phone, company_name, commercial_contact_id)
        select 'Client', 'client@acme.example', '+33 1 02 03 04 05', 'Acme', 1 from generate_series(1, 21000)`);
      const connection = await connect(many);
      const effect = await effectAfter(
        `alter policy sales_update_own on crm.client using (id % 2 = 0)`,
        connection,
      );
      await connection.end();

      expect(effect.records[0]?.roles[0]?.measured).toMatchObject({
        first: 20_000,
        madeUp: null,
      });
      expect(describeEffect(effect)).toContain('of the first 20,000 rows');
    } finally {
      await many.drop();
    }
  });

  test('of a table without rows it asks about rows made up', async () => {
    const text = await textAfter(
      'alter policy employee_read_own on staging.import_line using (true)',
    );
    expect(text).toContain('GAINED   read staging.import_line');
    expect(text).toMatch(/the table is empty: of \d+ rows made up/);
    const closed = await textAfter(
      `alter policy sales_revoke_own on identity.service_account using (owner_id = ${MINE} and revoked_at is null and false)`,
    );
    expect(closed).toContain('LOST     update identity.service_account');
  });

  test('where a department has no employee the word is UNKNOWN', async () => {
    const deserted = await cloneDatabase();
    const connection = await connect(deserted);
    try {
      const change = `alter policy sales_update_own on crm.contract using (status = 'draft')`;
      const effect = await effectAfter(change, connection);
      expect(effect).toMatchObject({ word: 'UNKNOWN', isComplete: false });
      expect(describeEffect(effect)).toContain('not measured: no active employee works there');
    } finally {
      await connection.end();
      await deserted.drop();
    }
  });
});

describe('the report', () => {
  test('the report shows a block for each verb of a record, what opens first', async () => {
    expect(
      await textAfter(`
        alter policy sales_update_own on crm.contract using (status = 'draft');
        alter policy management_delete_drafts on crm.contract using (status = 'drafts');
        grant update (signed_at) on crm.contract to epic_sales;
        alter function crm.current_employee_id() immutable;
        comment on policy employee_read_all on crm.contract is 'All read all.'`),
    ).toBe(`\
GAINED   update contract
         policy sales_update_own, changed
           - using commercial_id = (select crm.current_employee_id())
               and status = 'draft'
           + using status = 'draft'
         sales  +45 rows  6 of 6 people, 34 to 41 each
                  such as Alice Martin: 2, 5, 32, …
                +column signed_at

GAINED   function crm.current_employee_id()
         Immutable, no longer stable: a cached plan may answer for another
         person. In 38 policies: employee_create_own on crm.note,
         employee_create_own on staging.import_line, employee_delete_own on
         crm.note, employee_delete_own on staging.import_line and 34 more.

LOST     delete contract
         policy management_delete_drafts, changed
           - using status = 'draft'
           + using status = 'drafts'
         management  -45 rows  3 of 3 people, 45 each
                       such as Camille Laurent: 2, 149, …

NONE     read contract
         policy employee_read_all, its comment
           - comment Every employee reads every contract.
           + comment All read all.

4 changes: 2 GAINED, 1 LOST, 1 NONE.`);
  });

  test('the report shows new columns, policies that only one side has, and new tables', async () => {
    expect(
      await textAfter(`
        alter table crm.client add nickname text;
        drop policy worker_read_unread on crm.notification;
        create policy worker_read_all on crm.notification for select to epic_worker using (true);
        create table crm.venue (id integer primary key, added_by_id integer);
        alter table crm.venue owner to epic_owner;
        grant select on crm.venue to epic_support;
        alter table crm.venue enable row level security, force row level security;
        create policy support_read_own on crm.venue for select to epic_support
          using (added_by_id = (select crm.current_employee_id()));
        grant delete on crm.event to epic_sales`),
    ).toBe(`\
GAINED   read client
         sales       +column nickname
         support     +column nickname
         management  +column nickname

GAINED   read notification
         policy worker_read_all, added
           + for select to epic_worker using true
         policy worker_read_unread, removed
           - for select to epic_worker using read_at is null
         epic_worker  +393 rows
                        such as 3, 4, 9, …

GAINED   read venue, a new table
         policy support_read_own, added
           + for select to epic_support
               using added_by_id = (select crm.current_employee_id())
         support  +columns id, added_by_id

NONE     delete event
         sales  another grant, which no policy opens

4 changes: 3 GAINED, 1 NONE.`);
  });
});
