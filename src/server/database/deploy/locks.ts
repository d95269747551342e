import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { codeOf, OperatorError } from '../../errors/errors.ts';

/**
 * How long a deployment waits for one lock. Requests for the same table queue up behind it, so it is far below the
 * lock_timeout of the API.
 */
export const lockTimeout = '700ms';

const lockNotAvailable = '55P03';
/** How long it tries in all, and pauses between attempts, in ms. */
const patienceMs = 60_000;
const pauses = { firstMs: 500, lastMs: 8_000 };

/**
 * Runs `work` again after a pause, in which requests go on, each time that it rolled back for want of a lock, and says which
 * transactions are in the way.
 * @throws OperatorError naming them after a minute.
 */
export async function whenLocksAreFree<Result>(
  client: Client,
  say: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const end = performance.now() + patienceMs;
  for (let pause = pauses.firstMs; ; pause = Math.min(pause * 2, pauses.lastMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isForWantOfLock(error)) throw error;
      const blockers = await readBlockers(client);
      if (performance.now() + pause > end) throw givenUp(blockers, error);
      say(`Waiting for ${blockers}. Requests go on; trying again in ${pause / 1000} s.`);
      await sleep(pause);
    }
  }
}

/** Whether PostgreSQL gave up waiting for a lock. */
export function isForWantOfLock(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (codeOf(cause) === lockNotAvailable) return true;
  }
  return false;
}

/** The transactions that hold locks on tables, oldest first. What they run is not shown: it may have values in it. */
async function readBlockers(client: Client): Promise<string> {
  const { rows } = await client.query<{ blocker: string }>(
    `select format('process %s (%s%s, %s for %s s)', pid, usename,
       case when application_name <> '' then ' in ' || application_name else '' end,
       coalesce(state, 'running'), extract(epoch from clock_timestamp() - xact_start)::integer) as blocker
     from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
       and exists (
         select from pg_locks
         where pg_locks.pid = pg_stat_activity.pid and locktype = 'relation' and granted)
     order by xact_start
     limit 3`,
  );
  return rows.map(({ blocker }) => blocker).join(', ') || 'a lock on a table';
}

function givenUp(blockers: string, cause: unknown): OperatorError {
  return new OperatorError(
    `A lock was not free for a minute: ${blockers}. Nothing of this step was changed.`,
    'Let it end, or end it: select pg_terminate_backend(pid). Then run the same command again.',
    cause,
  );
}
