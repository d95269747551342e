import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { asTask, type Delivery } from './delivery.ts';
import type { Pools } from './workers.ts';

/** How much there is on the queue. */
export type Lag = {
  /** Jobs that are due and that nobody has taken yet. */
  ready: number;
  /** For how long the oldest of them has been due, in seconds; 0 when there is none. */
  oldestSeconds: number;
  /** Jobs that are not tried again, and wait for an operator. */
  failed: number;
};

/** Delivers what is on the queue, as long as the server runs. */
export type Courier = {
  /** Throws when the database cannot be reached. */
  lag(): Promise<Lag>;
  /** Lets what is being delivered end, then lets go of the database. */
  stop(): Promise<void>;
};

/** How long to wait before trying again when the queue was lost, in ms. */
const pause = 1_000;

/**
 * Starts delivering, and goes on whenever the database comes back. `pool` is epic_worker's, and the courier's to
 * end; `deliveries` has one for each kind of job.
 */
export function startCourier(options: {
  pool: Pool;
  deliveries: Record<string, Delivery>;
  log: Logger;
}): Courier {
  const { pool } = options;
  const stop = new AbortController();
  const worked = work(options, stop.signal);
  return {
    lag: () => readLag(pool),
    async stop() {
      stop.abort();
      await worked;
      await pool.end();
    },
  };
}

async function work(
  { pool, deliveries, log }: Parameters<typeof startCourier>[0],
  stop: AbortSignal,
): Promise<void> {
  const tasks = Object.fromEntries(
    Object.entries(deliveries).map(([name, deliver]) => [name, asTask(name, deliver, log)]),
  );
  const pools: Pools = new Map();
  let isInterrupted = false;
  const onWorking = () => {
    if (isInterrupted) log.info('the queue is delivered again');
    isInterrupted = false;
  };
  const { workShift } = await import('./workers.ts');
  while (!stop.aborted) {
    try {
      if (await workShift({ pool, tasks, pools, stop, onWorking, log })) continue;
      log.error('the queue has been changed by a newer version: restart this server');
      return;
    } catch (error) {
      // Once, not every second for as long as it lasts.
      log[isInterrupted ? 'debug' : 'warn']({ err: error }, 'the queue was interrupted');
      isInterrupted = true;
    }
    await sleep(pause, undefined, { signal: stop }).catch(() => {});
  }
}

async function readLag(pool: Pool): Promise<Lag> {
  const { rows } = await pool.query<Lag>(
    `select
       (count(*) filter (where is_due))::integer as ready,
       coalesce(extract(epoch from now() - min(run_at) filter (where is_due)), 0)::float8 as "oldestSeconds",
       (count(*) filter (where attempts >= max_attempts and locked_at is null))::integer as failed
     from graphile_worker._private_jobs
     cross join lateral (select is_available and run_at <= now() as is_due) due`,
  );
  return rows[0] ?? { ready: 0, oldestSeconds: 0, failed: 0 };
}
