import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import type { LoginPasswords } from '../logins.ts';
import { databasePath, runSqlFile } from '../sql-file.ts';
import { connectAsAdmin } from './connect.ts';
import { isForWantOfLock, lockTimeout, whenLocksAreFree } from './locks.ts';
import { installQueue } from './queue-schema.ts';
import { replaceInPlace } from './replace.ts';
import { readReplaceableFiles } from './replaceable.ts';
import { missingRoles, passwordVerifier } from './roles.ts';

/** What a deployment did. */
export interface Deployment {
  /** The file names of the migrations that were pending, in order. */
  migrations: string[];
  /** What was applied of db/functions, db/dba and db/policies; empty when nothing had changed. */
  replaced: string[];
}

export interface DeployOptions {
  /** A login that is, or may become, epic_owner; a superuser if `rolesToo`. */
  adminUrl: string;
  /** Apply db/roles.sql first. */
  rolesToo: boolean;
  /** Apply all of db/functions, db/dba and db/policies, to undo manual changes. */
  everything?: boolean;
  say: (line: string) => void;
}

const OWNER = 'epic_owner';
// the key of an advisory lock: an arbitrary constant
const DEPLOY_LOCK = 3_742_335_756;
const FIRST_HASH_WITH_SCHEMA_AUTH = 'sha1:d0b6f143e1ffa0c072412b2bc2b5b7c02a215dc8';

/**
 * Deploys to one database: the queue, pending migrations, then in one transaction the functions, tools and policies that
 * have changed. When nothing has, it takes no lock that blocks a request. Deployments of the same database run one after
 * the other.
 * @throws OperatorError naming the file and line that PostgreSQL refused.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { adminUrl, rolesToo, everything = false, say } = options;
  return connected(adminUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [DEPLOY_LOCK]);
    if (rolesToo) await applyRoles(client);
    await checkRoles(client);
    await checkMembershipInOwner(client);
    await checkDatabase(client);
    await checkMigrationHistory(client);
    // first: triggers may add jobs during a migration
    const queueHasChanged = await whenLocksAreFree(client, say, () =>
      installQueue({ client, adminUrl, owner: OWNER, lockTimeout, say }),
    );
    const migrations = await pendingMigrations(client);
    if (migrations.length > 0) {
      await whenLocksAreFree(client, say, () => applyMigrations(client, adminUrl, say));
    }
    if (await isSuperuser(client)) await runSqlFile(client, databasePath('superuser.sql'));
    const files = await readReplaceableFiles();
    const replace = () =>
      inTransaction(client, async () => {
        await client.query(`set local role ${OWNER}`);
        await client.query(`set local lock_timeout = '${lockTimeout}'`);
        return replaceInPlace(client, files, {
          everything: everything || queueHasChanged || migrations.length > 0,
        });
      });
    const replaced = await whenLocksAreFree(client, say, replace);
    return { migrations, replaced };
  });
}

/**
 * Creates the roles and, unless it exists, the database.
 * `serverUrl` is a superuser's and names any database.
 */
export async function prepareServer(options: {
  serverUrl: string;
  database: string;
  passwords: LoginPasswords;
}): Promise<void> {
  await connected(options.serverUrl, async (client) => {
    await applyRoles(client);
    const { authenticator, worker } = options.passwords;
    await setPassword(client, 'epic_authenticator', authenticator);
    await setPassword(client, 'epic_worker', worker);
    await createDatabase(client, options.database);
  });
}

async function setPassword(client: Client, role: string, password: string): Promise<void> {
  await client.query(`alter role ${role} password ${escapeLiteral(passwordVerifier(password))}`);
}

/**
 * Closes all databases but those of epic_owner to every role but superusers. For a server that has no other users;
 * `serverUrl` is a superuser's.
 */
export async function closeOtherDatabases(serverUrl: string): Promise<void> {
  await connected(serverUrl, (client) => runSqlFile(client, databasePath('dedicated_cluster.sql')));
}

/** Drops a database and ends its connections. `serverUrl` is a superuser's, or that of an administrator who may become its owner. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const drop = `drop database if exists ${escapeIdentifier(name)}`;
  await connected(serverUrl, async (client) => {
    try {
      await client.query(`${drop} with (force)`);
    } catch (error) {
      // only a superuser ends autovacuum, for which the plain form waits
      if (codeOf(error) !== '42501') throw error;
      await client.query(drop);
    }
  });
}

/** The committed migrations that this database lacks, by file name and in order. */
export async function pendingMigrations(client: Client): Promise<string[]> {
  // the table has the number alone: 000001.sql for 000001-foundation.sql
  const last = (await appliedMigrations(client)).at(-1)?.filename ?? '';
  const names = await readdir(databasePath('migrations', 'committed'));
  return names.filter((name) => numberOf(name) > numberOf(last)).sort();
}

async function appliedMigrations(client: Client): Promise<{ filename: string; hash: string }[]> {
  const { rows: tables } = await client.query(
    `select where to_regclass('graphile_migrate.migrations') is not null`,
  );
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ filename: string; hash: string }>(
    'select filename, hash from graphile_migrate.migrations order by filename',
  );
  return rows;
}

// Two changes before the first release: the migrations were rewritten, and then schema auth became identity.
async function checkMigrationHistory(client: Client): Promise<void> {
  const [first] = await appliedMigrations(client);
  if (first === undefined) return;
  const committed = await committedMigrations();
  const expected = committed.find(({ filename }) => filename === first.filename);
  if (first.hash === expected?.hash) return;
  if (first.hash === FIRST_HASH_WITH_SCHEMA_AUTH) return renameSchemaAuth(client, committed);
  throw new OperatorError(
    'This database was made by an earlier version of Epic Events CRM, with other migrations, and cannot be brought up to date.',
    [
      'A demo starts over with: npm run demo -- --fresh',
      'Any other is moved, row by row, into a new database: docs/operations.md, "Moving an earlier database".',
    ].join('\n'),
  );
}

/** The committed migrations with the names and hashes that graphile-migrate keeps of them in the database. */
async function committedMigrations(): Promise<{ filename: string; hash: string }[]> {
  const folder = databasePath('migrations', 'committed');
  return Promise.all(
    (await readdir(folder)).map(async (name) => ({
      filename: `${numberOf(name)}.sql`,
      hash: /^--! Hash: (.*)$/m.exec(await readFile(join(folder, name), 'utf8'))?.[1] ?? '',
    })),
  );
}

async function renameSchemaAuth(
  client: Client,
  committed: { filename: string; hash: string }[],
): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`set local role ${OWNER}`);
    await runSqlFile(client, databasePath('rename_auth.sql'));
    await client.query(
      `with committed as (
         select filename, hash, lag(hash) over (order by filename) as previous_hash
         from unnest($1::text[], $2::text[]) committed (filename, hash)
       )
       update graphile_migrate.migrations as applied
       set hash = committed.hash, previous_hash = committed.previous_hash
       from committed where committed.filename = applied.filename`,
      [committed.map(({ filename }) => filename), committed.map(({ hash }) => hash)],
    );
  });
}

function numberOf(migration: string): string {
  return /^\d+/.exec(migration)?.[0] ?? '';
}

async function applyRoles(client: Client): Promise<void> {
  await inTransaction(client, () => runSqlFile(client, databasePath('roles.sql')));
}

async function isSuperuser(client: Client): Promise<boolean> {
  const { rows } = await client.query('show is_superuser');
  return rows[0]?.is_superuser === 'on';
}

async function checkRoles(client: Client): Promise<void> {
  const missing = await missingRoles(client);
  if (missing.length === 0) return;
  throw new OperatorError(
    missing.length === 1
      ? `The role ${missing[0]} does not exist.`
      : `These roles do not exist: ${missing.join(', ')}.`,
    'Have an administrator of the server run db/roles.sql; it may be run again at any time.',
  );
}

async function checkMembershipInOwner(client: Client): Promise<void> {
  const { rows } = await client.query<{ login: string; may: boolean }>(
    // from PostgreSQL 16 on, a membership may permit nothing but handing it on
    `select current_user as login,
            pg_has_role(oid, case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end) as may
     from pg_roles where rolname = $1`,
    [OWNER],
  );
  const [owner] = rows;
  if (owner === undefined || owner.may) return;
  throw new OperatorError(
    `The role ${owner.login} may not become ${OWNER}, which owns the database.`,
    `Have an administrator of the server run: grant ${OWNER} to ${escapeIdentifier(owner.login)}`,
  );
}

async function checkDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; encoding: string; mayCreate: boolean }>(
    `select datname as name, pg_encoding_to_char(encoding) as encoding,
            has_database_privilege($1, oid, 'create') as "mayCreate"
     from pg_database where datname = current_database()`,
    [OWNER],
  );
  const [database] = rows;
  if (database === undefined) return;
  const name = escapeIdentifier(database.name);
  if (database.encoding !== 'UTF8') {
    throw new OperatorError(
      `The database ${name} has the encoding ${database.encoding}, and UTF8 is needed.`,
      `Make another: create database epic owner ${OWNER} template template0 encoding 'UTF8'`,
    );
  }
  if (!database.mayCreate) {
    throw new OperatorError(
      `The role ${OWNER} may not create schemas in the database ${name}, which another role owns.`,
      `As its owner run: alter database ${name} owner to ${OWNER}. Where it has to stay yours: grant create on database ${name} to ${OWNER} with grant option`,
    );
  }
}

async function createDatabase(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (rowCount !== 0) return;
  await client.query(
    `create database ${escapeIdentifier(name)} owner ${OWNER} template template0 encoding 'UTF8'`,
  );
}

async function applyMigrations(
  client: Client,
  adminUrl: string,
  say: (line: string) => void,
): Promise<void> {
  const { Logger, migrate } = await import('graphile-migrate');
  const { clearAllPools } = await import('graphile-migrate/dist/pgReal.js');
  let running: string | undefined;
  const warnings: string[] = [];
  const logger = new Logger(() => (level, message) => {
    running = /Running migration '([^']+)'/.exec(message)?.[1] ?? running;
    if (level !== 'info' && level !== 'debug') warnings.push(message);
  });
  try {
    await migrate({
      connectionString: adminUrl,
      migrationsFolder: databasePath('migrations'),
      pgSettings: { role: OWNER, lock_timeout: lockTimeout },
      logger,
    });
    warnings.forEach(say);
  } catch (error) {
    if (isForWantOfLock(error)) throw error;
    warnings.forEach(say);
    const message = error instanceof Error ? error.message : String(error);
    // an error of a file as a whole, such as one that was edited after it was committed
    if (running === undefined || !(await pendingMigrations(client)).includes(running)) {
      throw new OperatorError(message, undefined, error);
    }
    await replay(client, databasePath('migrations', 'committed', running));
    throw new OperatorError(`db/migrations/committed/${running}: ${message}`, undefined, error);
  } finally {
    // an idle connection that breaks would end this process
    clearAllPools();
  }
}

// Errors of PostgreSQL have no position in a file. Run again statement by statement, and rolled back, the file throws one
// with its line.
async function replay(client: Client, file: string): Promise<void> {
  if ((await readFile(file, 'utf8')).includes('--! no-transaction')) return;
  await client.query('begin');
  try {
    await client.query(`set local role ${OWNER}`);
    await runSqlFile(client, file);
  } finally {
    await client.query('rollback');
  }
}

async function inTransaction<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function connected<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connectAsAdmin(url, 'epic-server deploy');
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
