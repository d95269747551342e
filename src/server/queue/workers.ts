import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  runTaskList,
  type Task,
  type TaskList,
  Logger as WorkerLogger,
  type WorkerPool,
} from 'graphile-worker';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';

/** How often the connection of a shift looks after the queue, in ms. */
const round = 2_000;
/** How long whoever has lost a connection may need to come back, in ms: only then do their jobs count as abandoned. */
const grace = 8_000;
/** How long a delivery may still take when the server stops, in ms. */
const farewell = 10_000;
/** So many times in a row no job could be fetched: the workers are beyond hope. */
const tooMany = 8;

/** The worker pools of this process that may still deliver, by id, each with what resolves when it no longer does. */
export type Pools = Map<string, Promise<void>>;

/**
 * Delivers jobs until `stop` aborts, or throws when the connection, or the queue, is lost. Whoever holds jobs of the
 * queue also holds an advisory lock for as long as they live, on a connection that does nothing but that and look for
 * jobs whose holder has died. Returns whether the queue can still be used: not when a newer version has changed it.
 */
export async function workShift(options: {
  pool: Pool;
  tasks: TaskList;
  pools: Pools;
  stop: AbortSignal;
  onWorking: () => void;
  log: Logger;
}): Promise<boolean> {
  const { pool, pools, stop, log } = options;
  const keeper = await pool.connect();
  const lost = new AbortController();
  keeper.once('error', (error) => lost.abort(error));
  keeper.once('end', () => lost.abort(new Error('The connection of the queue has ended.')));
  let workers: WorkerPool | undefined;
  let isOutdated = false;
  try {
    await keeper.query(
      'set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3',
    );
    const { tasks, allOver } = followed(options.tasks);
    workers = startWorkers({ ...options, tasks }, (error) => lost.abort(error));
    workers.promise.then(
      () => {
        isOutdated = !stop.aborted;
        lost.abort();
      },
      (error) => lost.abort(error),
    );
    // Workers that have lost the database may never end; what they deliver does.
    const done = once(lost.signal, 'abort').then(allOver);
    pools.set(workers.id, done);
    done.then(() => pools.delete(workers?.id ?? ''));
    await keeper.query(
      'select pg_advisory_lock(hashtextextended(id, 0)) from unnest($1::text[]) id',
      [[...pools.keys()]],
    );
    options.onWorking();
    await lookAfterQueue(keeper, pools, AbortSignal.any([stop, lost.signal]), log);
    if (lost.signal.aborted && !isOutdated && !stop.aborted) throw lost.signal.reason;
    return !isOutdated;
  } finally {
    Promise.resolve(workers?.gracefulShutdown()).catch(() => {});
    // Until then the jobs are somebody's.
    // Workers that have lost their connection in that very moment would never tell.
    if (stop.aborted) {
      await Promise.race([
        Promise.allSettled(pools.values()),
        sleep(farewell + round, undefined, { ref: false }),
      ]);
    }
    keeper.release(true);
  }
}

/** These tasks, and how to wait until none of them is going on. */
function followed(tasks: TaskList): { tasks: TaskList; allOver(): Promise<void> } {
  const going = new Set<Promise<unknown>>();
  const follow =
    (task: Task): Task =>
    (payload, helpers) => {
      const run = Promise.resolve(task(payload, helpers));
      const ended = run.then(noted, noted);
      function noted() {
        going.delete(ended);
      }
      going.add(ended);
      return run;
    };
  return {
    tasks: Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [name, follow(task as Task)]),
    ),
    async allOver() {
      while (going.size > 0) await Promise.all(going);
    },
  };
}

function startWorkers(
  { pool, tasks, log }: Parameters<typeof workShift>[0],
  giveUp: (error: Error) => void,
): WorkerPool {
  // It remembers for ever a first question to the database that failed.
  const events = new EventEmitter();
  let failures = 0;
  events.on('worker:getJob:error', ({ error }: { error: Error }) => {
    failures += 1;
    if (failures === tooMany) giveUp(error);
  });
  events.on('worker:getJob:empty', () => {
    failures = 0;
  });
  events.on('job:start', () => {
    failures = 0;
  });
  return runTaskList(
    {
      concurrency: 4,
      pollInterval: 2_000,
      noHandleSignals: true,
      events,
      logger: workerLogger(log),
      preset: {
        worker: {
          gracefulShutdownAbortTimeout: farewell,
          // Through its batches, of one: otherwise a lost connection at that moment would end the process.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    },
    tasks,
    pool,
  );
}

async function lookAfterQueue(
  keeper: PoolClient,
  pools: Pools,
  over: AbortSignal,
  log: Logger,
): Promise<void> {
  const began = Date.now();
  for (;;) {
    await sleep(round, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    if (Date.now() - began < grace) continue;
    const freed = await freeAbandonedJobs(keeper, [...pools.keys()]);
    if (freed > 0) log.warn({ jobs: freed }, 'jobs of a server that has died are delivered now');
  }
}

/** Frees the jobs that have been held for a while by somebody whose lock nobody holds. Gives their number. */
async function freeAbandonedJobs(keeper: PoolClient, living: string[]): Promise<number> {
  const { rows } = await keeper.query<{ jobs: number }>(
    `with holder as materialized (
       select locked_by as id, count(*)::integer as jobs
       from graphile_worker._private_jobs
       where locked_at < now() - make_interval(secs => $2) and locked_by <> all ($1)
       group by locked_by
     ),
     dead as materialized (
       select * from holder where pg_try_advisory_xact_lock(hashtextextended(id, 0))
     )
     select jobs, graphile_worker.force_unlock_workers(array[id]) from dead`,
    [living, grace / 1000],
  );
  return rows.reduce((sum, { jobs }) => sum + jobs, 0);
}

/** What graphile-worker says, apart from each job, of which there is a line already. */
function workerLogger(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message, meta) => {
    if (meta?.failure || meta?.success) return;
    if (level === 'error' || level === 'warning') log.warn({ said: message }, 'the queue says');
    else log.debug({ said: message }, 'the queue says');
  });
}
