import pg from 'pg';
import { readAdminConfig } from '../config.ts';
import { OperatorError } from '../errors.ts';
import { visitCluster } from './embedded.ts';
import { localDatabaseName, openLocalDatabase } from './local.ts';

/** A DBA's connection, and the address it goes to. */
export type AdminConnection = {
  client: pg.Client;
  /** Holds a password: never printed. */
  url: string;
};

/**
 * Runs `work` with a connection of the DBA: to DATABASE_ADMIN_URL, or else to the embedded PostgreSQL of EPIC_DATA,
 * which may be serving at the time. Throws an OperatorError when the database cannot be reached or has no tools.
 */
export async function withAdminConnection<Result>(
  environment: Readonly<Record<string, string | undefined>>,
  work: (connection: AdminConnection) => Promise<Result>,
): Promise<Result> {
  const { adminUrl, dataFolder } = readAdminConfig(environment);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (adminUrl !== null) return connected(adminUrl, work);

  const running = await visitCluster({ dataFolder, say }, localDatabaseName);
  if (running !== null) return connected(running, work);

  const local = await openLocalDatabase(dataFolder, say);
  try {
    return await connected(local.adminUrl, work);
  } finally {
    await local.cluster.close();
  }
}

async function connected<Result>(
  url: string,
  work: (connection: AdminConnection) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'epic-server' });
  // A broken connection also rejects the query under way, which says so.
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
    const { rows } = await client.query<{ has_tools: boolean }>(
      `select to_regclass('dba.privilege') is not null as has_tools`,
    );
    if (rows[0]?.has_tools !== true) {
      throw new OperatorError(
        'This database has no tools for DBAs: db/ has not been deployed to it, or only an earlier version.',
        'Deploy it: epic-server migrate',
      );
    }
    return await work({ client, url });
  } finally {
    await client.end().catch(() => undefined);
  }
}
