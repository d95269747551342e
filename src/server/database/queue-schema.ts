import { Pool } from 'pg';
import { OperatorError } from '../errors.ts';

/**
 * Brings schema graphile_worker up to date: graphile-worker's tables and functions, made by its own migrations as
 * `owner`. Does nothing where they are current. Throws an OperatorError.
 */
export async function installQueue(options: {
  adminUrl: string;
  owner: string;
  lockTimeout: string;
  say: (line: string) => void;
}): Promise<void> {
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
}
