import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskList } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { asTask, type Delivery } from './delivery.ts';

/** How much there is on the queue. */
export type QueueLag = {
  /** Jobs that are due and not being delivered. */
  ready: number;
  /** For how long the oldest of them has been due, in seconds; 0 when there is none. */
  oldestSeconds: number;
  /** Jobs that failed, and are retried later. */
  retried: number;
  /** Jobs that are not retried, and wait for an operator. */
  failed: number;
};

/** Delivers what is on the queue, as long as the server runs. */
export type Queue = {
  /** Starts to deliver, and starts again whenever the database comes back. */
  start(): void;
  /** Throws when the database cannot be reached. */
  lag(): Promise<QueueLag>;
  /** Lets deliveries in progress end, then closes the connections. Can be called again. */
  stop(): Promise<void>;
};

type QueueOptions = {
  /** Connections as epic_worker; `stop` ends it. */
  pool: Pool;
  /** One for each kind of job. */
  deliveries: Record<string, Delivery>;
  log: Logger;
};

/** How often the workers look for jobs, in ms; NOTIFY announces most of them earlier. */
const pollMs = 2_000;
/** How long deliveries may still take once the workers stop, in ms. */
const shutdownTimeoutMs = 10_000;
/** How long connections have to end, in ms. */
const endTimeoutMs = 1_000;
/** How old the lock of a job is when its worker must have died, in ms: more than a delivery may take. */
const abandonedAfterMs = 90_000;
/** How long until the workers start again after the database was lost, in ms. */
const restartMs = 1_000;

/** The queue behind `pool`; nothing is delivered until `start`. */
export function createQueue(options: QueueOptions): Queue {
  const { pool, log } = options;
  const stop = new AbortController();
  let delivering: Promise<void> | undefined;
  let recovery: NodeJS.Timeout | undefined;
  async function stopNow(): Promise<void> {
    clearInterval(recovery);
    stop.abort();
    await delivering;
    // without those that workers still hold, whose database does not answer
    await Promise.race([pool.end(), sleep(endTimeoutMs, undefined, { ref: false })]);
  }
  let stopped: Promise<void> | undefined;
  return {
    lag: () => readLag(pool),
    start() {
      delivering = deliver(options, stop.signal);
      recovery = setInterval(() => {
        freeAbandonedJobs(pool).then(
          (jobs) =>
            jobs > 0 && log.warn({ jobs }, 'jobs of a server that has died are delivered now'),
          () => {}, // the workers report a lost database
        );
      }, pollMs);
    },
    stop() {
      stopped ??= stopNow();
      return stopped;
    },
  };
}

async function deliver({ pool, deliveries, log }: QueueOptions, stop: AbortSignal): Promise<void> {
  const tasks = Object.fromEntries(
    Object.entries(deliveries).map(([name, delivery]) => [name, asTask(name, delivery, log)]),
  );
  let isInterrupted = false;
  const onConnected = () => {
    if (isInterrupted) log.info('the queue is delivered again');
    isInterrupted = false;
  };
  const onLost = (error: unknown) => {
    log[isInterrupted ? 'debug' : 'warn']({ err: error }, 'the queue was interrupted');
    isInterrupted = true;
  };
  while (!stop.aborted) {
    try {
      // graphile-worker 0.18 keeps the result of its first query for good, even if that failed
      await pool.query('select 1');
      const end = await runWorkers({ pool, tasks, stop, log, onConnected, onLost });
      if (end === 'outdated') {
        log.error('the queue has been changed by a newer version: restart this server');
        return;
      }
    } catch (error) {
      onLost(error);
    }
    await sleep(restartMs, undefined, { signal: stop }).catch(() => {});
  }
}

/**
 * Runs workers until `stop` aborts, the database is lost, or a newer version has migrated the queue. Deliveries in
 * progress end first.
 */
async function runWorkers(options: {
  pool: Pool;
  tasks: TaskList;
  stop: AbortSignal;
  log: Logger;
  onConnected: () => void;
  onLost: (error: unknown) => void;
}): Promise<'stopped' | 'lost' | 'outdated'> {
  const { pool, tasks, stop, log, onConnected, onLost } = options;
  const { Logger: WorkerLogger, runTaskList } = await import('graphile-worker');
  const lost = new AbortController();
  const events = new EventEmitter()
    .once('pool:listen:success', onConnected)
    .on('pool:listen:error', ({ error }) => lost.abort(error))
    .on('worker:getJob:error', ({ error }) => lost.abort(error));
  // each attempt at a job has a line in the log already
  const logger = new WorkerLogger(() => (level, message, meta) => {
    if (meta?.failure || meta?.success) return;
    log[level === 'error' || level === 'warning' ? 'warn' : 'debug'](
      { message },
      'graphile-worker',
    );
  });
  const workers = runTaskList(
    {
      concurrency: 4,
      pollInterval: pollMs,
      noHandleSignals: true,
      events,
      logger,
      preset: {
        worker: {
          gracefulShutdownAbortTimeout: shutdownTimeoutMs,
          // without batches, of one, a connection lost at this moment is an unhandled rejection
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    },
    tasks,
    pool,
  );
  const isOver = workers.promise.then(
    () => !stop.aborted && !lost.signal.aborted,
    (error) => {
      lost.abort(error);
      return false;
    },
  );
  const over = AbortSignal.any([stop, lost.signal]);
  const isOutdated =
    !over.aborted && (await Promise.race([isOver, once(over, 'abort').then(() => false)]));
  if (isOutdated) return 'outdated';
  if (!stop.aborted) onLost(lost.signal.reason);
  // workers without a connection may hang: what they leave locked is freed as abandoned
  Promise.resolve(workers.gracefulShutdown()).catch(() => {});
  await Promise.race([isOver, sleep(shutdownTimeoutMs + pollMs, undefined, { ref: false })]);
  return stop.aborted ? 'stopped' : 'lost';
}

/**
 * Frees the jobs of workers that have died; returns their number. graphile-worker itself does so after four hours.
 */
async function freeAbandonedJobs(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `update graphile_worker._private_jobs set locked_at = null, locked_by = null
     where locked_at < now() - make_interval(secs => $1)`,
    [abandonedAfterMs / 1000],
  );
  return rowCount ?? 0;
}

async function readLag(pool: Pool): Promise<QueueLag> {
  const { rows } = await pool.query<QueueLag>(
    `select
       (count(*) filter (where is_due))::integer as ready,
       coalesce(extract(epoch from now() - min(run_at) filter (where is_due)), 0)::float8 as "oldestSeconds",
       (count(*) filter (where last_error is not null and attempts < max_attempts))::integer as retried,
       (count(*) filter (where attempts >= max_attempts and locked_at is null))::integer as failed
     from graphile_worker._private_jobs
     cross join lateral (select is_available and run_at <= now() as is_due) due`,
  );
  return rows[0] ?? { ready: 0, oldestSeconds: 0, retried: 0, failed: 0 };
}
