import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { deploy, dropDatabase } from '../../database/deploy/deploy.ts';
import { readReplaceableFiles } from '../../database/deploy/replaceable.ts';
import { databasePath, runSqlFile } from '../../database/sql-file.ts';
import { codeOf, OperatorError } from '../../errors/errors.ts';

/** A database as db/ defines it, on this server. */
export interface Reference {
  queries: SnapshotQueries;
  database: Snapshot;
  roles: Snapshot;
  /** Differences that db/dba/41_suppression.sql accepts: its reason, by kind and name. */
  accepted: ReadonlyMap<string, string>;
  /** The functions, views and triggers of db/functions: `function crm.sign_contract`. */
  replaceable: ReadonlySet<string>;
}

/**
 * Takes the snapshot of a database as db/ defines it, without `foreignSchemas`, so that PostgreSQL prints both alike.
 */
export function readReference(
  client: Client,
  url: string,
  foreignSchemas: readonly string[],
  signal: AbortSignal,
): Promise<Reference> {
  return withScratchDatabase(client, url, signal, (scratch) => describe(scratch, foreignSchemas));
}

/**
 * Deploys db/ to a scratch database on the server of `client`, runs `work` with a connection to it, and drops it. `signal`
 * is checked between the steps.
 */
export async function withScratchDatabase<Result>(
  client: Client,
  url: string,
  signal: AbortSignal,
  work: (scratch: Client) => Promise<Result>,
): Promise<Result> {
  await checkThatWeAreAdministrator(client);
  const name = `epic_reference_${randomBytes(6).toString('hex')}`;
  try {
    await createScratch(client, name);
    signal.throwIfAborted();
    const scratchUrl = onDatabase(url, name);
    await deployTo(scratchUrl);
    signal.throwIfAborted();
    return await connected(scratchUrl, work);
  } finally {
    await dropDatabase(url, name);
  }
}

async function checkThatWeAreAdministrator(client: Client): Promise<void> {
  const { rows } = await client.query<{ login: string; may: boolean }>(
    `select rolname as login, rolsuper or rolcreatedb and rolcreaterole as may
     from pg_roles where rolname = current_user`,
  );
  const [role] = rows;
  if (role?.may) return;
  throw new OperatorError(
    `Comparing needs CREATEDB and CREATEROLE, which ${role?.login} does not have: it deploys db/ to a scratch database, roles included.`,
    'Set DATABASE_ADMIN_URL to the address of the administrator who runs epic-server migrate --roles.',
  );
}

// with the encoding and collation of the compared database
async function createScratch(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ encoding: string; collate: string; ctype: string }>(
    `select pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype
     from pg_database where datname = current_database()`,
  );
  const { encoding = '', collate = '', ctype = '' } = rows[0] ?? {};
  await client.query(
    `create database ${escapeIdentifier(name)} owner epic_owner template template0
       encoding ${escapeLiteral(encoding)} lc_collate ${escapeLiteral(collate)} lc_ctype ${escapeLiteral(ctype)}`,
  );
}

async function deployTo(adminUrl: string): Promise<void> {
  try {
    await deploy({ adminUrl, rolesToo: false, say: () => undefined });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const isMissingRole = /^The role \S+ does not exist\.$|^These roles do not exist: /.test(
      error.message,
    );
    throw new OperatorError(
      `db/ cannot be deployed to a scratch database, to compare with: ${error.message}`,
      isMissingRole
        ? 'That is the difference; make roles again with: epic-server migrate --roles'
        : (error.hint ?? 'Correct that file: it cannot be deployed to any database.'),
      error,
    );
  }
}

async function connected<Result>(
  scratchUrl: string,
  work: (scratch: Client) => Promise<Result>,
): Promise<Result> {
  const scratch = new Client({ connectionString: scratchUrl, application_name: 'epic-server' });
  scratch.on('error', () => undefined);
  await scratch.connect();
  try {
    return await work(scratch);
  } finally {
    await scratch.end();
  }
}

async function describe(scratch: Client, foreignSchemas: readonly string[]): Promise<Reference> {
  const accepted = await readAccepted(scratch);
  const queries = await readSnapshotQueries(scratch);
  await scratch.query('begin');
  await leaveOut(scratch, foreignSchemas);
  const database = await takeSnapshot(scratch, queries.database);
  const roles = await describeRoles(scratch, queries.roles);
  await scratch.query('rollback');
  const { functions } = await readReplaceableFiles();
  const replaceable = new Set(functions.map(({ name }) => name));
  return { queries, database, roles, accepted, replaceable };
}

// Roles belong to the whole server: db/roles.sql runs as if there were none, in a transaction that is rolled back. Only
// changes of roles wait for it.
async function describeRoles(client: Client, query: string): Promise<Snapshot> {
  await client.query(`set local lock_timeout = '10s'`);
  try {
    await client.query('call dba.stash_roles()');
  } catch (cause) {
    if (codeOf(cause) === '42501') {
      throw new OperatorError(
        'This login does not administer the roles of Epic Events CRM, and so cannot compare them.',
        'Log in as the administrator who made them, or have that one run: grant ROLE to LOGIN with admin option, for each role of db/roles.sql.',
        cause,
      );
    }
    if (codeOf(cause) !== '55P03') throw cause;
    throw new OperatorError(
      'Another transaction has been changing the roles of this server for ten seconds.',
      'Try again when it has ended.',
      cause,
    );
  }
  await runSqlFile(client, databasePath('roles.sql'));
  return takeSnapshot(client, query);
}

async function readAccepted(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ object: string; reason: string }>(
    `select object, reason from dba.suppression where rule = 'drift'`,
  );
  return new Map(rows.map(({ object, reason }) => [object, reason]));
}

/** The address of another database on the same server. */
export function onDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(name)}`;
  return address.href;
}

/** An object of a database, or a role, and its properties. */
export interface SnapshotObject {
  /** In the words of PostgreSQL: table, policy, table column, function; or grant, role, membership, setting, migration. */
  kind: string;
  name: string;
  /** Kind and name of the object that it is a part of, such as the table of a column. */
  partOf: string | null;
  properties: Map<string, string>;
}

/** Objects by kind and name. */
export type Snapshot = ReadonlyMap<string, SnapshotObject>;

/** The text of dba.snapshot and dba.role_snapshot, for a database whose own views may have been altered. */
export interface SnapshotQueries {
  database: string;
  roles: string;
}

// An empty search_path qualifies every name; compiling a query would take longer than running it.
const NEUTRAL = `
  select set_config(name, neutral, true)
  from (values
    ('search_path', ''), ('jit', 'off'), ('statement_timeout', '0'), ('transaction_timeout', '0'),
    ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'), ('extra_float_digits', '1'),
    ('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'), ('bytea_output', 'hex'),
    ('xmlbinary', 'base64')) wanted (name, neutral)
  join pg_catalog.pg_settings using (name)`;

interface Row {
  kind: string;
  name: string;
  part_of: string | null;
  property: string;
  value: string;
}

/** Reads the queries from a database to which db/ was just deployed. */
export async function readSnapshotQueries(client: Client): Promise<SnapshotQueries> {
  // with dba in the path, definitions name its views unqualified, as the parts of one query
  await client.query(`select set_config('search_path', 'dba', false)`);
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select relname as name, pg_get_viewdef(oid) as definition
     from pg_class
     where relnamespace = 'dba'::regnamespace and relname ~ '^(role_)?snapshot'
     order by oid`,
  );
  const views = rows.map(({ name, definition }) => ({
    name,
    text: definition.trim().replace(/;$/, ''),
  }));
  const parts = views.filter(({ name }) => name !== 'role_snapshot');
  return {
    database: `with ${parts.map(({ name, text }) => `${name} as (${text})`).join(',\n')} table snapshot`,
    roles: views.find(({ name }) => name === 'role_snapshot')?.text ?? '',
  };
}

/** For this transaction, sets what could cancel a query or change how values are printed. */
export async function neutralise(client: Client): Promise<void> {
  await client.query(NEUTRAL);
}

/** For this transaction, leaves schemas of others out of the snapshot. */
export async function leaveOut(client: Client, foreignSchemas: readonly string[]): Promise<void> {
  await client.query(`select set_config('dba.foreign_schemas', $1, true)`, [
    foreignSchemas.join(', '),
  ]);
}

/** Runs one of the queries in the transaction of the caller. */
export async function takeSnapshot(client: Client, query: string): Promise<Snapshot> {
  await neutralise(client);
  const { rows } = await client.query<Row>(query);
  const snapshot = new Map<string, SnapshotObject>();
  for (const { kind, name, part_of: partOf, property, value } of rows) {
    const key = `${kind} ${name}`;
    const object = snapshot.get(key) ?? { kind, name, partOf, properties: new Map() };
    snapshot.set(key, object);
    object.properties.set(property, value);
  }
  return snapshot;
}
