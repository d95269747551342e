import type { Pool } from 'pg';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ApiError } from '../errors/errors.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { QueueLag } from '../queue/queue.ts';
import { createNames } from './operation-names.ts';

/** What is measured elsewhere, and asked for when somebody reads the metrics. */
export type Gauged = {
  pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>;
  /** Throws when it cannot be known. */
  queueLag?: () => Promise<QueueLag>;
  /** How many WebSockets are open. */
  sockets?: () => number;
};

export type Metrics = {
  /** Counts a request of the API. */
  countRequest(entry: RequestLog): void;
  /** The same sessions; every login that they refuse is counted. */
  watching(sessions: Sessions): Sessions;
  /** In the text format of Prometheus. */
  read(): Promise<{ contentType: string; body: string }>;
};

/** The metrics of one server, beginning at nothing. */
export function createMetrics({ pool, queueLag, sockets }: Gauged): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

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
  const refusedLogins = new Counter({
    name: 'epic_logins_refused_total',
    help: 'Logins that were refused, by the reason.',
    labelNames: ['reason'],
    registers,
  });

  // What cannot be known at the moment is left out: nothing, rather than the last value, or zero.
  const gauge = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        this.remove();
        if (value !== null) this.set(value);
      },
    });
  gauge('epic_pool_connections', 'Connections to the database.', () => pool.totalCount);
  gauge('epic_pool_idle_connections', 'Those that nobody is using.', () => pool.idleCount);
  gauge(
    'epic_pool_waiting_requests',
    'Transactions that wait for a connection.',
    () => pool.waitingCount,
  );
  let lag: QueueLag | null = null;
  if (queueLag) {
    gauge('epic_queue_ready_jobs', 'Jobs that are due.', () => lag?.ready ?? null);
    gauge(
      'epic_queue_lag_seconds',
      'How long the oldest job has been due.',
      () => lag?.oldestSeconds ?? null,
    );
    gauge('epic_queue_failed_jobs', 'Jobs that are not tried again.', () => lag?.failed ?? null);
  }
  if (sockets) gauge('epic_sockets', 'WebSockets that are open, for subscriptions.', sockets);

  const nameOf = createNames();
  return {
    countRequest({ request, codes, isCut, milliseconds }) {
      const operation = nameOf(request.operation, { isKnown: request.claims !== null });
      requests.inc({ operation, code: isCut ? 'CUT' : (codes[0] ?? 'OK') });
      durations.observe({ operation }, milliseconds / 1000);
    },
    watching: (sessions) => ({
      ...sessions,
      logIn: (login) =>
        sessions.logIn(login).catch((error) => {
          const code = error instanceof ApiError ? error.code : null;
          if (code === 'UNAUTHENTICATED') refusedLogins.inc({ reason: 'wrong' });
          if (code === 'RATE_LIMITED') refusedLogins.inc({ reason: 'locked' });
          throw error;
        }),
    }),
    async read() {
      lag = (await queueLag?.().catch(() => null)) ?? null;
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
