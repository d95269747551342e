import { type Client, escapeLiteral } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import { neutralise } from '../diff/reference.ts';
import { type Place, readPlace } from '../place.ts';

/** What a database held at one moment: enough to tell whether another holds the same. */
export interface Manifest {
  format: 1;
  database: Place;
  takenAt: string;
  /** By qualified name. The hash does not depend on the order of the rows. */
  tables: Record<string, { rows: number; hash: string }>;
  /** The last number that each sequence gave, by qualified name; 0 if none. */
  sequences: Record<string, string>;
}

// what a deployment rewrites says nothing about the data
const TABLES = `
  select pg_class.oid, format('%I.%I', nspname, relname) as name
  from pg_catalog.pg_class
  join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
  where relkind = 'r' and relpersistence <> 't'
    and nspname !~ '^pg_' and nspname not in ('information_schema', 'deployment')
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')`;

/**
 * Begins the transaction in which a login reads everything, and returns whether row-level security applies to it.
 * @throws OperatorError if that would hide a row from it, or a grant is missing.
 */
export async function beginReadingEverything(client: Client): Promise<{ isRestricted: boolean }> {
  await client.query('begin isolation level repeatable read read only');
  await neutralise(client);
  await client.query(`set local idle_in_transaction_session_timeout = 0`);
  const { rows } = await client.query<{ hidden: string[]; restricted: boolean }>(`
    select
      coalesce(array_agg(name order by name) filter (where not is_readable or is_restricted and not is_open), '{}') as hidden,
      coalesce(bool_or(is_restricted), false) as restricted
    from (${TABLES}) readable
    cross join lateral (
      select has_table_privilege(readable.oid, 'select') as is_readable,
             row_security_active(readable.oid) as is_restricted,
             coalesce(bool_or(polpermissive and pg_get_expr(polqual, polrelid) = 'true'), false)
               and coalesce(bool_and(polpermissive), false) as is_open
      from pg_catalog.pg_policy
      where polrelid = readable.oid and polcmd in ('r', '*')
        and exists (
          select from unnest(polroles) role
          where role = 0 or pg_has_role(role, 'usage'))) access`);
  const { hidden = [], restricted: isRestricted = false } = rows[0] ?? {};
  if (hidden.length > 0) {
    throw new OperatorError(
      `The login ${client.user} does not see every row of ${hidden.length === 1 ? hidden[0] : `${hidden.length} tables, such as ${hidden[0]}`}: what it reads is no backup.`,
      'Use epic_backup, the login of backups, or a superuser. Policies for epic_backup are made by: epic-server migrate --repair',
    );
  }
  // where none is to apply, PostgreSQL refuses a query that one would
  if (!isRestricted) await client.query('set local row_security = off');
  return { isRestricted };
}

/** Reads the manifest in the transaction of `beginReadingEverything`. */
export async function readManifest(client: Client): Promise<Manifest> {
  const { rows: moments } = await client.query<{ moment: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as moment`,
  );
  const { rows: names } = await client.query<{ name: string }>(`${TABLES} order by name`);
  const tables: Manifest['tables'] = {};
  for (const { name } of names) {
    const { rows } = await client.query<{ rows: string; hash: string }>(
      `select count(*) as rows,
         coalesce(sum(('x' || left(encode(sha256(convert_to(entry::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint), 0) as hash
       from ${name} entry`,
    );
    const [row] = rows;
    if (row !== undefined) tables[name] = { rows: Number(row.rows), hash: row.hash };
  }
  const { rows: sequences } = await client.query<{ name: string; last: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, 0) as last
     from pg_catalog.pg_sequences
     order by name`,
  );
  return {
    format: 1,
    database: await readPlace(client),
    takenAt: moments[0]?.moment ?? '',
    tables,
    sequences: Object.fromEntries(sequences.map(({ name, last }) => [name, last])),
  };
}

/** Tables whose rows are not what their history says, each with how many and one of them. */
export interface HistoryGap {
  table: string;
  rows: number;
  example: number;
}

/**
 * Compares every table that keeps a history with it: each row is as its history left it, none is missing that was not deleted,
 * and none is there that was. Rows whose history was pruned are passed over.
 */
export async function readHistoryGaps(client: Client): Promise<HistoryGap[]> {
  const { rows: tracked } = await client.query<{ name: string; record: string }>(
    `select format('%I.%I', nspname, relname) as name, relname as record
     from pg_catalog.pg_class
     join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
     where exists (
       select from pg_catalog.pg_trigger
       where tgrelid = pg_class.oid and tgfoid = to_regproc('audit.record_change'))
     order by name`,
  );
  const gaps: HistoryGap[] = [];
  for (const { name, record } of tracked) {
    const { rows } = await client.query<{ rows: string; example: number | null }>(`
      with entry as (
        select id, row_id, action, new_values from audit.change where record = ${escapeLiteral(record)}
      ),
      last as (
        select distinct on (row_id) row_id, action = 'delete' as is_deleted from entry order by row_id, id desc
      ),
      state as (
        select row_id, jsonb_object_agg(key, value order by id) as state
        from entry
        cross join lateral jsonb_each(new_values)
        group by row_id
      )
      select count(*) as rows, min(coalesce(found.id, last.row_id)) as example
      from ${name} found
      full join last on last.row_id = found.id
      left join state on state.row_id = found.id
      where case
        when last.row_id is null then not exists (select from audit.change where action = 'prune')
        when found.id is null then not last.is_deleted
        else last.is_deleted or jsonb_populate_record(found, state.state) is distinct from found
      end`);
    const [row] = rows;
    if (row !== undefined && row.example !== null) {
      gaps.push({ table: name, rows: Number(row.rows), example: row.example });
    }
  }
  return gaps;
}
