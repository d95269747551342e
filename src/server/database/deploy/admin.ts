import pg from 'pg';
import { readAdminConfig } from '../../config/server.ts';
import { OperatorError } from '../../errors/errors.ts';
import { findRunningCluster, openCluster } from '../embedded/cluster.ts';
import { localDatabaseName, openLocalDatabase } from './local.ts';

/** A DBA's connection, and the address it goes to. */
export type AdminConnection = {
  client: pg.Client;
  /** Holds a password: never printed. */
  url: string;
};

/**
 * Runs `work` with a connection of the DBA: to DATABASE_ADMIN_URL, or else to the embedded PostgreSQL of EPIC_DATA, which
 * may be running. Deploys nothing, unless there is no database yet. Throws an OperatorError when the database cannot be
 * reached or has no schema dba.
 */
export async function withAdminConnection<Result>(
  environment: Readonly<Record<string, string | undefined>>,
  work: (connection: AdminConnection) => Promise<Result>,
): Promise<Result> {
  const { adminUrl, dataFolder } = readAdminConfig(environment);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (adminUrl !== null) return connected(adminUrl, work);

  const running = await findRunningCluster({ dataFolder, say }, localDatabaseName);
  if (running !== null) return connected(running, work);

  const cluster = await openCluster({ dataFolder, say });
  try {
    const url = cluster.adminUrl(localDatabaseName);
    if (await hasDatabase(cluster.adminUrl('postgres'))) return await connected(url, work);
  } finally {
    await cluster.close();
  }
  const local = await openLocalDatabase(dataFolder, say);
  try {
    return await connected(local.adminUrl, work);
  } finally {
    await local.cluster.close();
  }
}

async function hasDatabase(serverUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      localDatabaseName,
    ]);
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}

async function connected<Result>(
  url: string,
  work: (connection: AdminConnection) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'epic-server' });
  // a broken connection also rejects its query
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError(
      `The database cannot be reached: ${reason}.`,
      'Check DATABASE_ADMIN_URL, and that PostgreSQL is running.',
      cause,
    );
  }
  try {
    const { rows } = await client.query<{ tools: 'missing' | 'closed' | 'open' }>(
      `select case
         when not exists (
           select from pg_catalog.pg_class
           join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
           where nspname = 'dba' and relname = 'privilege') then 'missing'
         when has_schema_privilege('dba', 'usage') then 'open'
         else 'closed'
       end as tools`,
    );
    const tools = rows[0]?.tools;
    if (tools === 'missing') {
      throw new OperatorError(
        'This database has no schema dba: db/ has not been deployed to it, or only an earlier version.',
        'Deploy it: epic-server migrate',
      );
    }
    if (tools === 'closed') {
      throw new OperatorError(
        'This login may not use the tools of schema dba.',
        'Log in as a superuser, or as a member of epic_owner.',
      );
    }
    return await work({ client, url });
  } finally {
    await client.end().catch(() => undefined);
  }
}
