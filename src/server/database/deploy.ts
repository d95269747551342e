import { readdir, readFile } from 'node:fs/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { OperatorError } from '../errors.ts';
import { digestPolicies } from './built-release.ts';
import { passwordVerifier } from './password-verifier.ts';
import { installQueue } from './queue-schema.ts';
import { missingRoles } from './roles.ts';
import { databasePath, runSqlFile, sqlFilesIn } from './sql-file.ts';

/** What a deployment did. */
export interface Deployment {
  /** The file names of the migrations that were pending, in order. */
  migrations: string[];
  /** How many policy files were applied. */
  policies: number;
}

export interface DeployOptions {
  /** A login that is, or may become, epic_owner; a superuser if `rolesToo`. */
  adminUrl: string;
  /** Apply db/roles.sql first. */
  rolesToo: boolean;
  say: (line: string) => void;
}

const OWNER = 'epic_owner';
// Any number, as long as it stays the same: PostgreSQL knows advisory locks by number.
const DEPLOY_LOCK = 3_742_335_756;
// A table that is long in use must not, through a deployment that waits for it, become unusable for everyone.
const LOCK_TIMEOUT = '30s';

/**
 * Brings one database up to date: the queue, pending migrations, then the tools of the DBA and all policy files, in
 * one transaction.
 * A second deployment of the same database waits for the first.
 * @throws OperatorError naming the file and line that PostgreSQL refused.
 */
export async function deploy({ adminUrl, rolesToo, say }: DeployOptions): Promise<Deployment> {
  return connected(adminUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [DEPLOY_LOCK]);
    if (rolesToo) await applyRoles(client);
    await checkThatRolesExist(client);
    await checkThatWeMayBecomeOwner(client);
    // First: what a migration changes may have to be delivered.
    await installQueue({ adminUrl, owner: OWNER, lockTimeout: LOCK_TIMEOUT, say });
    const migrations = await pendingMigrations(client);
    if (migrations.length > 0) await applyMigrations(client, adminUrl, say);
    const policies = await applyPolicies(client);
    return { migrations, policies };
  });
}

/**
 * Makes the roles and, if it is missing, the database, on a server that we may administer.
 * `serverUrl` is a superuser's and names any database.
 */
export async function prepareServer(options: {
  serverUrl: string;
  database: string;
  authenticatorPassword: string;
}): Promise<void> {
  await connected(options.serverUrl, async (client) => {
    await applyRoles(client);
    const verifier = escapeLiteral(passwordVerifier(options.authenticatorPassword));
    await client.query(`alter role epic_authenticator password ${verifier}`);
    await createDatabase(client, options.database);
  });
}

/** Removes a database of a server that we may administer, and all that is in it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await connected(serverUrl, (client) =>
    client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  );
}

/** The committed migrations that this database lacks, by file name and in order. */
export async function pendingMigrations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ exists: boolean }>(
    `select to_regclass('graphile_migrate.migrations') is not null as exists`,
  );
  const applied = rows[0]?.exists
    ? await client.query<{ last: string | null }>(
        'select max(filename) as last from graphile_migrate.migrations',
      )
    : undefined;
  // The table knows a file by its number alone: 000001.sql for 000001-foundation.sql.
  const last = applied?.rows[0]?.last ?? '';
  const names = await readdir(databasePath('migrations', 'committed'));
  return names.filter((name) => numberOf(name) > numberOf(last)).sort();
}

function numberOf(migration: string): string {
  return /^\d+/.exec(migration)?.[0] ?? '';
}

async function applyRoles(client: Client): Promise<void> {
  await inTransaction(client, () => runSqlFile(client, databasePath('roles.sql')));
}

async function checkThatRolesExist(client: Client): Promise<void> {
  const missing = await missingRoles(client);
  if (missing.length === 0) return;
  throw new OperatorError(
    missing.length === 1
      ? `The role ${missing[0]} does not exist.`
      : `These roles do not exist: ${missing.join(', ')}.`,
    'Have an administrator of the server run db/roles.sql; it may be run again at any time.',
  );
}

async function checkThatWeMayBecomeOwner(client: Client): Promise<void> {
  const { rows } = await client.query<{ login: string; may: boolean }>(
    `select current_user as login, pg_has_role(oid, 'member') as may
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
  const logger = new Logger(() => (level, message) => {
    running = /Running migration '([^']+)'/.exec(message)?.[1] ?? running;
    if (level !== 'info' && level !== 'debug') say(message);
  });
  try {
    await migrate({
      connectionString: adminUrl,
      migrationsFolder: databasePath('migrations'),
      pgSettings: { role: OWNER, lock_timeout: LOCK_TIMEOUT },
      logger,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What went wrong may be a file as a whole, such as one that was edited after it was committed.
    if (running === undefined || !(await pendingMigrations(client)).includes(running)) {
      throw new OperatorError(message, undefined, error);
    }
    await replay(client, databasePath('migrations', 'committed', running));
    throw new OperatorError(`db/migrations/committed/${running}: ${message}`, undefined, error);
  } finally {
    // Its idle connections would keep the database busy, and end this process if they broke.
    clearAllPools();
  }
}

// PostgreSQL seldom says where in a file it stumbled. Going through the file again, statement by
// statement, throws an error that does; and what was done on the way is taken back.
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

async function applyPolicies(client: Client): Promise<number> {
  const tools = await sqlFilesIn(databasePath('dba'));
  const policies = await sqlFilesIn(databasePath('policies'));
  const digest = await digestPolicies();
  await inTransaction(client, async () => {
    await client.query(`set local role ${OWNER}`);
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    for (const file of [...tools, ...policies]) await runSqlFile(client, file);
    await recordDigest(client, digest);
  });
  return policies.length;
}

// Schema dba is made anew by each deployment, so that its comment tells of the last one: auth.deployed_policies() reads
// it. Equal files are applied again all the same, for what somebody may have changed by hand since.
async function recordDigest(client: Client, digest: string): Promise<void> {
  const { rows } = await client.query<{ comment: string }>(
    `select obj_description('dba'::regnamespace) as comment`,
  );
  const comment = `${rows[0]?.comment}\nMade from db/dba and db/policies with the digest ${digest}.`;
  await client.query(`comment on schema dba is ${escapeLiteral(comment)}`);
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function connected<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'epic-server deploy' });
  // A broken connection also rejects the query under way, which says so.
  client.on('error', () => undefined);
  await client.connect().catch((cause) => {
    throw new OperatorError(`The database cannot be reached: ${cause.message}.`, undefined, cause);
  });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
