import { type Client, Pool } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/**
 * Applies the migrations of graphile-worker to schema graphile_worker, as `owner`. Returns whether any was pending.
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
  // a broken connection also rejects its query
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
      `The queue, schema graphile_worker, cannot be migrated: ${reason}`,
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
