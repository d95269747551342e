import { type Client, Pool } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/**
 * Brings schema graphile_worker up to date: graphile-worker's tables and functions, made by its own migrations as
 * `owner`. Does nothing where they are current. Returns whether they were not.
 * @throws OperatorError
 */
export async function installQueue(options: {
  client: Client;
  adminUrl: string;
  owner: string;
  lockTimeout: string;
  say: (line: string) => void;
}): Promise<boolean> {
  const before = await lastMigration(options.client);
  const { Logger, runMigrations } = await import('graphile-worker');
  const pool = new Pool({
    connectionString: options.adminUrl,
    application_name: 'epic-server deploy',
    max: 1,
    onConnect: async (client) => {
      await client.query(`set role ${options.owner}`);
      await client.query(`set lock_timeout = '${options.lockTimeout}'`);
    },
  });
  // A broken connection also rejects the query under way, which says so.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const logger = new Logger(() => (level, message) => {
    if (level === 'warning' || level === 'error') options.say(message);
  });
  try {
    await runMigrations({ pgPool: pool, logger });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      `The queue, schema graphile_worker, cannot be brought up to date: ${reason}`,
      undefined,
      error,
    );
  } finally {
    await pool.end();
  }
  return (await lastMigration(options.client)) !== before;
}

async function lastMigration(client: Client): Promise<number | null> {
  const { rows: tables } = await client.query(
    `select where to_regclass('graphile_worker.migrations') is not null`,
  );
  if (tables.length === 0) return null;
  const { rows } = await client.query<{ last: number | null }>(
    'select max(id) as last from graphile_worker.migrations',
  );
  return rows[0]?.last ?? null;
}
