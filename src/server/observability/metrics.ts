import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { commit, version } from '../config/version.ts';
import type { SizedPool } from '../database/pool.ts';
import { ApiError } from '../errors/errors.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { QueueLag } from '../queue/queue.ts';
import { type DatabaseRole, databaseRoles } from './database-role.ts';
import { shareRegistry } from './worker-metrics.ts';

/** Values that are read when the metrics are. */
export type MetricSources = {
  /** By what they are for. */
  pools: Readonly<Record<string, PoolState>>;
  /** Rejects when the database cannot be reached. */
  queueLag?: () => Promise<QueueLag>;
  databaseRole?: () => Promise<DatabaseRole>;
  /** The number of open WebSockets. */
  sockets?: () => number;
};

type PoolState = Pick<SizedPool, 'size' | 'totalCount' | 'idleCount' | 'waitingCount'>;

export type Metrics = {
  /** Counts a request of the API. */
  countRequest(entry: RequestLog): void;
  /** The same sessions, with refused logins counted. */
  instrument(sessions: Sessions): Sessions;
  /** In the text format of Prometheus; of all workers together where there are several. */
  read(): Promise<{ contentType: string; body: string }>;
};

/** How long the metrics wait for the database, in ms; without it they are complete but for the queue. */
const queueTimeoutMs = 1_500;

/** Gauges of prom-client that are called like counters: the sums of those without `_total`. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The metrics of one server. */
export function createMetrics({ pools, queueLag, databaseRole, sockets }: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  new Gauge({
    name: 'epic_build_info',
    help: 'The release that runs: its version, the commit that it was built from, and the version of Node.',
    labelNames: ['version', 'commit', 'node'],
    registers,
    aggregator: 'first',
  }).set({ version: version(), commit: commit() ?? '', node: process.versions.node }, 1);

  const requests = new Counter({
    name: 'epic_requests_total',
    help: 'GraphQL requests, by operation and by the code of their first error (OK without one, CUT when the client left).',
    labelNames: ['operation', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'epic_request_duration_seconds',
    help: 'How long GraphQL requests took, by operation.',
    labelNames: ['operation'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers,
  });
  const refusals = new Counter({
    name: 'epic_refusals_total',
    help: 'What grants and policies refused, by record, verb, department and policy.',
    labelNames: ['record', 'verb', 'role', 'policy'],
    registers,
  });
  const refusedLogins = new Counter({
    name: 'epic_logins_refused_total',
    help: 'Logins that were refused, by the reason.',
    labelNames: ['reason'],
    registers,
  });
  // from the start, so that the first one is seen as an increase
  for (const reason of ['wrong', 'locked']) refusedLogins.inc({ reason }, 0);

  // an unknown value is left out, rather than reported as zero or the last one
  const gauge = (
    name: string,
    help: string,
    read: () => number | null | Promise<number | null>,
    aggregator: 'sum' | 'max' = 'sum',
  ) =>
    new Gauge({
      name,
      help,
      registers,
      aggregator,
      async collect() {
        const value = await read();
        this.remove();
        if (value !== null) this.set(value);
      },
    });
  const ofPools = (name: string, help: string, read: (pool: PoolState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers,
      collect() {
        for (const [pool, state] of Object.entries(pools)) this.set({ pool }, read(state));
      },
    });
  ofPools(
    'epic_pool_max_connections',
    'Connections to the database that there may be at most.',
    ({ size }) => size,
  );
  ofPools('epic_pool_connections', 'Connections to the database.', ({ totalCount }) => totalCount);
  ofPools(
    'epic_pool_idle_connections',
    'Idle connections to the database.',
    ({ idleCount }) => idleCount,
  );
  ofPools(
    'epic_pool_waiting_requests',
    'Transactions that wait for a connection.',
    ({ waitingCount }) => waitingCount,
  );
  if (databaseRole) {
    new Gauge({
      name: 'epic_database_role',
      help: 'Whether the database is a primary, a standby or unreachable: 1 for what it is.',
      labelNames: ['role'],
      registers,
      // the share of the worker processes that see it so
      aggregator: 'average',
      async collect() {
        const present = await databaseRole();
        for (const role of databaseRoles) this.set({ role }, role === present ? 1 : 0);
      },
    });
  }
  if (queueLag) {
    const ofQueue = (name: string, help: string, key: keyof QueueLag) => {
      // every worker process reads the same queue
      gauge(name, help, async () => (await readLag())?.[key] ?? null, 'max');
    };
    // one query for all of them, which are collected together
    let reading: Promise<QueueLag | null> | undefined;
    const readLag = () => {
      reading ??= queueLag()
        .catch(() => null)
        .finally(() => {
          reading = undefined;
        });
      return Promise.race([reading, sleep(queueTimeoutMs, null, { ref: false })]);
    };
    ofQueue('epic_queue_ready_jobs', 'Jobs that are due.', 'ready');
    ofQueue('epic_queue_lag_seconds', 'How long the oldest job has been due.', 'oldestSeconds');
    ofQueue('epic_queue_retried_jobs', 'Jobs that failed, and are tried again.', 'retried');
    ofQueue('epic_queue_failed_jobs', 'Jobs that are not tried again.', 'failed');
  }
  if (sockets) gauge('epic_sockets', 'WebSockets that are open, for subscriptions.', sockets);

  function countRefusal(error: unknown): never {
    const { code, details } = error instanceof ApiError ? error : {};
    const isWrong = details?.kind !== 'second_factor_required';
    if (code === 'UNAUTHENTICATED' && isWrong) refusedLogins.inc({ reason: 'wrong' });
    if (code === 'RATE_LIMITED') refusedLogins.inc({ reason: 'locked' });
    throw error;
  }

  const nameOf = createOperationLabels();
  const readAll = cluster.isWorker ? shareRegistry(registry) : () => registry.metrics();
  return {
    countRequest({ request, codes, isCut, milliseconds }) {
      const operation = nameOf(request.operation, { isAuthenticated: request.claims !== null });
      requests.inc({ operation, code: isCut ? 'CUT' : (codes[0] ?? 'OK') });
      durations.observe({ operation }, milliseconds / 1000);
      for (const refusal of request.refusals) refusals.inc(refusal);
    },
    instrument: (sessions) => ({
      ...sessions,
      logIn: (login) => sessions.logIn(login).catch(countRefusal),
      authenticateService: (request) => sessions.authenticateService(request).catch(countRefusal),
    }),
    async read() {
      return { contentType: registry.contentType, body: await readAll() };
    },
  };
}

/** The label for an operation name. */
export type OperationLabel = (name: string | null, caller: { isAuthenticated: boolean }) => string;

/**
 * Labels for the operation names that clients choose: the first 100 of authenticated callers and the first 20 of anonymous
 * ones; all others are `other`. That bounds the memory, and anonymous callers cannot use up the labels of the staff.
 */
export function createOperationLabels(): OperationLabel {
  const known = new Set<string>();
  const anonymous = new Set<string>();
  return (name, { isAuthenticated }) => {
    if (name === null) return 'unnamed';
    if (known.has(name) || anonymous.has(name)) return name;
    const [names, most] = isAuthenticated ? [known, 100] : [anonymous, 20];
    if (names.size === most) return 'other';
    names.add(name);
    return name;
  };
}
