import pg from 'pg';
import { hashNewPassword } from '../../src/server/identity/passwords.ts';
import { password } from '../server/support/people.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Company, type RecordName, recordNames } from './company.ts';
import { inDatabaseTerms, type Row } from './rows.ts';

// The database behind the doors, as a superuser sees it: filled with the opening company, put back to it before
// every sequence, and read in full after every operation.

/** What an operation could have changed. */
export interface Snapshot {
  rows: Record<RecordName, Row[]>;
  /** Since the snapshot before. */
  history: HistoryEntry[];
}

export interface HistoryEntry {
  id: number;
  record: string;
  row_id: number;
  employee_id: number | null;
}

export interface Store {
  /** Makes the present state the one that reset() comes back to. */
  keep(): Promise<void>;
  reset(): Promise<void>;
  read(): Promise<Snapshot>;
  /** The ids of the last twenty entries that history holds about a record. */
  historyOf(record: RecordName, id: number): Promise<number[]>;
  forgetFailedLogins(): Promise<void>;
  close(): Promise<void>;
}

/** Fills an empty database with a company in which everybody has the password of the tests. */
export async function openStore(database: TestDatabase, company: Company): Promise<Store> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  // What is arranged here is no operation: no trigger notices it.
  await client.query(`set session_replication_role = replica; set time zone 'UTC'`);
  for (const record of recordNames) {
    await client.query(
      `insert into crm.${record} overriding system value
       select * from json_populate_recordset(null::crm.${record}, $1)`,
      [JSON.stringify(inDatabaseTerms(company, record))],
    );
    await client.query(
      `select setval(pg_get_serial_sequence('crm.${record}', 'id'), max(id)) from crm.${record}`,
    );
  }
  await client.query(
    `insert into auth.credential (employee_id, password_hash, must_change)
     select id, $1, false from crm.employee`,
    [await hashNewPassword(password)],
  );

  let lastEntry = 0;
  let resets = 0;
  return {
    async keep() {
      await keepTables(client);
    },
    async reset() {
      await client.query('call kept.restore()');
      resets += 1;
      // A long search leaves more dead rows than living ones.
      if (resets % 100 === 0)
        await client.query(`vacuum ${recordNames.map((name) => `crm.${name}`)}`);
    },
    async read() {
      const { rows } = await client.query<{ snapshot: Snapshot }>({
        name: 'read',
        text: reading,
        values: [lastEntry],
      });
      const [row] = rows;
      if (row === undefined) throw new Error('The database cannot be read.');
      lastEntry = row.snapshot.history.at(-1)?.id ?? lastEntry;
      return row.snapshot;
    },
    async historyOf(record, id) {
      const { rows } = await client.query<{ id: string }>(
        'select id from crm.history where record = $1 and row_id = $2 order by id desc limit 20',
        [record, id],
      );
      return rows.map((entry) => Number(entry.id));
    },
    async forgetFailedLogins() {
      await client.query('delete from auth.login_attempt');
    },
    close: () => client.end(),
  };
}

const tables = recordNames.map(
  (name) => `'${name}', (select coalesce(json_agg(t order by id), '[]') from crm.${name} t)`,
);
const reading = `
  select json_build_object('rows', json_build_object(${tables.join(', ')}), 'history', (
    select coalesce(json_agg(entry order by id), '[]')
    from (
      select id, record, row_id, employee_id from audit.change where id > $1 order by id limit 500
    ) entry)) as snapshot`;

/** Copies every table but history, which nobody can put back, and prepares to put the copies back. */
async function keepTables(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<Record<'name' | 'copy' | 'columns', string>>(`
    select format('%I.%I', schemaname, tablename) as name,
      format('kept.%I', schemaname || '_' || tablename) as copy,
      (select string_agg(quote_ident(attname), ', ' order by attnum)
       from pg_attribute
       where attrelid = format('%I.%I', schemaname, tablename)::regclass
         and attnum > 0 and not attisdropped and attgenerated = '') as columns
    from pg_tables
    where schemaname in ('crm', 'auth')`);
  const { rows: counters } = await client.query<{ name: string; last: string | null }>(`
    select format('%I.%I', schemaname, sequencename) as name, last_value as last
    from pg_sequences
    where schemaname in ('crm', 'auth')`);
  await client.query(`
    drop schema if exists kept cascade;
    create schema kept;
    ${tables.map(({ name, copy }) => `create table ${copy} as table ${name};`).join('\n')}
    create procedure kept.restore() language plpgsql as $$
    begin
      ${tables.map(({ name }) => `delete from ${name};`).join('\n')}
      ${tables
        .map(
          ({ name, copy, columns }) =>
            `insert into ${name} (${columns}) overriding system value select ${columns} from ${copy};`,
        )
        .join('\n')}
      ${counters
        .map(({ name, last }) => `perform setval('${name}', ${last ?? 1}, ${last !== null});`)
        .join('\n')}
    end $$`);
}
