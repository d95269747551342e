import type { Logger } from 'pino';
import {
  type LoginAttribute,
  type QueryExcess,
  readLoginExcess,
} from '../database/login-excess.ts';
import { createQueuePool, type SizedPool } from '../database/pool.ts';
import { OperatorError } from '../errors/errors.ts';

const verbs: Record<LoginAttribute, string> = {
  superuser: 'is a superuser',
  bypassrls: 'bypasses row-level security',
  createrole: 'creates roles',
  createdb: 'creates databases',
  replication: 'replicates',
};

/** Logs a line when the login of the connection can do more than it should. */
export async function warnOfExcess(
  log: Logger,
  whose: 'API' | 'job queue',
  query: QueryExcess,
): Promise<void> {
  const excess = await readLoginExcess(query);
  const facts = [
    ...excess.attributes.map((attribute) => verbs[attribute]),
    ...excess.memberOf.map((role) => `is a member of ${role}`),
    ...(excess.isOwner ? ['owns objects'] : []),
  ];
  if (facts.length === 0) return;
  log.warn(excess, `the login of the ${whose} can do more than it should: it ${facts.join(', ')}`);
}

/** The connections of the job queue. Throws an OperatorError when it cannot log in, or not use the queue. */
export async function openQueuePool(
  workerUrl: string,
  log: Logger,
  onLostConnection: (error: Error) => void,
): Promise<SizedPool> {
  const pool = createQueuePool({ workerUrl, onLostConnection });
  try {
    await warnOfExcess(log, 'job queue', (text) => pool.query(text));
    await pool.query('select from graphile_worker._private_jobs limit 0');
    return pool;
  } catch (error) {
    await pool.end();
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      `The job queue cannot use the database (${reason}).`,
      'Check DATABASE_WORKER_URL, and that db/roles.sql has been run, which lets epic_worker log in.',
      error,
    );
  }
}
