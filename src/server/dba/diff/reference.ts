import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { deploy, dropDatabase } from '../../database/deploy/deploy.ts';
import { readReplaceableFiles } from '../../database/deploy/replaceable.ts';
import { databasePath, runSqlFile } from '../../database/sql-file.ts';
import { codeOf } from '../../errors/error-code.ts';
import { OperatorError } from '../../errors/errors.ts';
import { ask, type Questions, readQuestions, type Snapshot } from './snapshot.ts';

/** What db/ makes of a database on this server. */
export interface Reference {
  questions: Questions;
  database: Snapshot;
  roles: Snapshot;
  /** Differences that db/dba/41_suppression.sql accepts: its reason, by kind and name. */
  accepted: ReadonlyMap<string, string>;
  /** The functions, views and triggers of db/functions: `function crm.sign_contract`. */
  replaceable: ReadonlySet<string>;
}

/**
 * Deploys db/ to a scratch database beside that of `client`, so that PostgreSQL writes both alike, and describes it.
 * The scratch database is dropped whatever happens; `signal` is heeded between the steps.
 */
export async function readReference(
  client: Client,
  url: string,
  signal: AbortSignal,
): Promise<Reference> {
  await checkThatWeAreSuperuser(client);
  const name = `epic_reference_${randomBytes(6).toString('hex')}`;
  try {
    await createScratch(client, name);
    signal.throwIfAborted();
    const scratchUrl = onDatabase(url, name);
    await deployTo(scratchUrl);
    signal.throwIfAborted();
    return await describe(scratchUrl);
  } finally {
    await dropDatabase(url, name);
  }
}

async function checkThatWeAreSuperuser(client: Client): Promise<void> {
  const { rows } = await client.query<{ login: string; is_superuser: boolean }>(
    `select rolname as login, rolsuper as is_superuser from pg_roles where rolname = current_user`,
  );
  const [role] = rows;
  if (role?.is_superuser) return;
  throw new OperatorError(
    `Comparing needs a superuser, and ${role?.login} is none: it deploys db/ to a scratch database, roles included.`,
    'Set DATABASE_ADMIN_URL to the address of a superuser, as for epic-server migrate --roles.',
  );
}

// With the encoding and collation of the database that it is compared with.
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
    throw new OperatorError(
      `db/ cannot be deployed to a scratch database, to compare with: ${error.message}`,
      'If a role is missing, that is the difference; make it again with: epic-server migrate --roles',
      error,
    );
  }
}

async function describe(scratchUrl: string): Promise<Reference> {
  const client = new Client({ connectionString: scratchUrl, application_name: 'epic-server' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const accepted = await readAccepted(client);
    const questions = await readQuestions(client);
    await client.query('begin');
    const database = await ask(client, questions.database);
    const roles = await describeRoles(client, questions.roles);
    await client.query('rollback');
    const { functions } = await readReplaceableFiles();
    const replaceable = new Set(functions.map(({ name }) => name));
    return { questions, database, roles, accepted, replaceable };
  } finally {
    await client.end();
  }
}

// Roles belong to the whole server: db/roles.sql is run on top of those that are there, as if they were not, in a
// transaction that is rolled back. Nobody else sees it, or waits for it but to change a role.
async function describeRoles(client: Client, question: string): Promise<Snapshot> {
  await client.query(`set local lock_timeout = '10s'`);
  try {
    await client.query('call dba.stash_roles()');
  } catch (cause) {
    if (codeOf(cause) !== '55P03') throw cause;
    throw new OperatorError(
      'Somebody is changing the roles of this server, and has not finished for ten seconds.',
      'Try again when the transaction has ended.',
      cause,
    );
  }
  await runSqlFile(client, databasePath('roles.sql'));
  return ask(client, question);
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
