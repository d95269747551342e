import pg from 'pg';
import { hashNewPassword } from '../../src/server/identity/passwords.ts';
import type { TestDatabase } from '../support/database.ts';
import { password } from '../support/people.ts';
import { type Row, toDatabaseRows } from './rows.ts';
import { type RecordName, recordNames, type State } from './state.ts';

// The database, as a superuser: filled with the initial state, reset to it before every sequence, and read in full after
// every step.

/** Everything that a step could have changed. */
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
  /** Saves the present state as the one that reset() restores. */
  saveBaseline(): Promise<void>;
  reset(): Promise<void>;
  read(): Promise<Snapshot>;
  /** The ids of the last twenty entries that history holds about a record. */
  historyOf(record: RecordName, id: number): Promise<number[]>;
  forgetFailedLogins(): Promise<void>;
  /** Codes of authenticator apps that were accepted are accepted again. */
  forgetUsedCodes(): Promise<void>;
  close(): Promise<void>;
}

/** Fills an empty database with a state. Every employee has the password of the tests. */
export async function openStore(database: TestDatabase, state: State): Promise<Store> {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  // Triggers do not apply to the initial state.
  await client.query(`set session_replication_role = replica; set time zone 'UTC'`);
  for (const record of recordNames) {
    await client.query(
      `insert into crm.${record} overriding system value
       select * from json_populate_recordset(null::crm.${record}, $1)`,
      [JSON.stringify(toDatabaseRows(state, record))],
    );
    await client.query(
      `select setval(pg_get_serial_sequence('crm.${record}', 'id'), max(id)) from crm.${record}`,
    );
  }
  await client.query(
    `insert into identity.credential (employee_id, password_hash, must_change)
     select id, identity.password_digest($1), false from crm.employee`,
    [await hashNewPassword(password)],
  );

  let lastEntry = 0;
  let resets = 0;
  return {
    async saveBaseline() {
      await saveBaseline(client);
    },
    async reset() {
      await client.query('call baseline.restore()');
      resets += 1;
      // A long search leaves many dead rows.
      if (resets % 100 === 0)
        await client.query(`vacuum audit.change, ${recordNames.map((name) => `crm.${name}`)}`);
    },
    async read() {
      const { rows } = await client.query<{ snapshot: Snapshot }>({
        name: 'read',
        text: readQuery,
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
      await client.query('delete from identity.login_attempt');
    },
    async forgetUsedCodes() {
      await client.query('update identity.second_factor set last_step = 0');
    },
    close: () => client.end(),
  };
}

const tables = recordNames.map(
  (name) => `'${name}', (select coalesce(json_agg(t order by id), '[]') from crm.${name} t)`,
);
const readQuery = `
  select json_build_object('rows', json_build_object(${tables.join(', ')}), 'history', (
    select coalesce(json_agg(entry order by id), '[]')
    from (
      select id, record, row_id, employee_id from audit.change where id > $1 order by id limit 500
    ) entry)) as snapshot`;

/** Copies every table, and creates a procedure that restores the copies and deletes the history written since. */
async function saveBaseline(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<Record<'name' | 'copy' | 'columns', string>>(`
    select format('%I.%I', schemaname, tablename) as name,
      format('baseline.%I', schemaname || '_' || tablename) as copy,
      (select string_agg(quote_ident(attname), ', ' order by attnum)
       from pg_attribute
       where attrelid = format('%I.%I', schemaname, tablename)::regclass
         and attnum > 0 and not attisdropped and attgenerated = '') as columns
    from pg_tables
    where schemaname in ('crm', 'identity')`);
  const { rows: counters } = await client.query<{ name: string; last: string | null }>(`
    select format('%I.%I', schemaname, sequencename) as name, last_value as last
    from pg_sequences
    where schemaname in ('crm', 'identity')`);
  const { rows: history } = await client.query<{ last: string | null }>(
    'select max(id) as last from audit.change',
  );
  await client.query(`
    drop schema if exists baseline cascade;
    create schema baseline;
    ${tables.map(({ name, copy }) => `create table ${copy} as table ${name};`).join('\n')}
    create procedure baseline.restore() language plpgsql as $$
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
      delete from audit.change where id > ${history[0]?.last ?? 0};
    end $$;
    -- For this session alone, as for the other triggers: it has session_replication_role = replica.
    alter table audit.change enable trigger change_20_check_delete`);
}
