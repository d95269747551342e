import { basename } from 'node:path';
import type { Client } from 'pg';
import type { AdminConnection } from '../database/deploy/admin.ts';
import { databasePath, runSqlFile, sqlFilesIn } from '../database/sql-file.ts';
import { codeOf, OperatorError } from '../errors/errors.ts';
import { type Place, readPlace } from './place.ts';

/** What the tools are told about a database: the settings of dba.setting. */
export interface ToolSettings {
  apiLogins: readonly string[];
  owner: string | undefined;
  foreignSchemas?: readonly string[];
}

/** A snapshot in which schema dba can be read. */
export interface Snapshot {
  client: Client;
  place: Place;
}

/** The files of db/dba that work on any database. */
const GENERIC = /^(0\d|[234]\d)_/;

/**
 * Runs `work` in one snapshot of a database. Where schema dba is missing, it is loaded for this transaction, which is rolled
 * back: nothing stays, and no table of the database is locked more than a reader locks it.
 */
export async function inSnapshot<Result>(
  { client, hasTools }: Pick<AdminConnection, 'client' | 'hasTools'>,
  settings: ToolSettings,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  const place = await readPlace(client);
  await client.query(
    `begin isolation level repeatable read${hasTools ? ' read only' : `; set local lock_timeout = '10s'`}`,
  );
  try {
    await applySettings(client, settings);
    if (!hasTools) await load(client);
    await checkThatRolesExist(client);
    return await work({ client, place });
  } finally {
    await client.query('rollback');
  }
}

async function applySettings(
  client: Client,
  { apiLogins, owner, foreignSchemas = [] }: ToolSettings,
): Promise<void> {
  const set = 'select set_config($1, $2, true)';
  if (apiLogins.length > 0) await client.query(set, ['dba.api_logins', apiLogins.join(', ')]);
  if (owner !== undefined) await client.query(set, ['dba.owner', owner]);
  if (foreignSchemas.length > 0) {
    await client.query(set, ['dba.foreign_schemas', foreignSchemas.join(', ')]);
  }
}

// of a login that does not exist there would be nothing to find
async function checkThatRolesExist(client: Client): Promise<void> {
  const { rows } = await client.query<{ role: string }>(
    `select role from dba.setting
     cross join unnest(api_logins || owner) role
     where not exists (select from pg_catalog.pg_roles where rolname = role)`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ role }) => role).join(', ');
  throw new OperatorError(
    rows.length === 1 ? `There is no role ${names}.` : `There are no roles ${names}.`,
    'Name roles as pg_roles has them: --api-login LOGIN, --owner ROLE, or the settings dba.api_logins and dba.owner.',
  );
}

async function load(client: Client): Promise<void> {
  await checkThatItIsConfigured(client);
  const files = await sqlFilesIn(databasePath('dba'));
  try {
    for (const file of files.filter((name) => GENERIC.test(basename(name)))) {
      await runSqlFile(client, file);
    }
  } catch (error) {
    const code = codeOf(error instanceof OperatorError ? error.cause : error);
    if (code !== '42501' && code !== '25006') throw error;
    throw new OperatorError(
      code === '25006'
        ? 'This database is read-only: the tools cannot be loaded into it, not even for one transaction.'
        : 'This login may not create the schema that the tools need for one transaction.',
      code === '25006'
        ? 'Look at the primary server.'
        : 'Log in as the owner of the database, or as a superuser.',
      error,
    );
  }
}

async function checkThatItIsConfigured(client: Client): Promise<void> {
  const { rows } = await client.query<{ logins: string | null; owner: string | null }>(
    `select nullif(current_setting('dba.api_logins', true), '') as logins,
            nullif(current_setting('dba.owner', true), '') as owner`,
  );
  const { logins = null, owner = null } = rows[0] ?? {};
  if (logins === null) {
    throw new OperatorError(
      'This database is not one of Epic Events CRM, and nothing says as which role its API logs in.',
      'Say so: --api-login LOGIN, and --owner ROLE for the owner of its tables.',
    );
  }
  if (owner !== null) return;
  // the owner of most tables
  await client.query(
    `select set_config('dba.owner', relowner::regrole::text, true)
     from pg_catalog.pg_class
     where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^(pg_.*|information_schema)$'
     group by relowner order by count(*) desc, relowner limit 1`,
  );
}
