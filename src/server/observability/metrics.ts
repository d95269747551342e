import type { Pool } from 'pg';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Refusal } from '../errors.ts';
import type { Answered } from '../http/answered.ts';
import type { Sessions } from '../identity/sessions.ts';
import { createNames } from './operation-names.ts';

/** What is measured elsewhere, and asked for when somebody reads the metrics. */
export type Gauged = {
  pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>;
  /** How long the oldest job of the queue is overdue, in seconds. */
  queueLag?: () => number | Promise<number>;
  /** How many subscriptions are open. */
  subscriptions?: () => number;
};

export type Metrics = {
  /** Counts a request of the API. */
  answered(answered: Answered): void;
  /** The same sessions; every login that they refuse is counted. */
  watching(sessions: Sessions): Sessions;
  /** In the text format of Prometheus. */
  read(): Promise<{ contentType: string; body: string }>;
};

/** The metrics of one server, beginning at nothing. */
export function createMetrics({ pool, queueLag, subscriptions }: Gauged): Metrics {
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

  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // What cannot be known at the moment is left out: nothing, rather than the last value, or zero.
        this.remove();
        const value = await Promise.resolve()
          .then(read)
          .catch(() => null);
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
  if (queueLag) {
    gauge('epic_queue_lag_seconds', 'How long the oldest job that is due has waited.', queueLag);
  }
  if (subscriptions) gauge('epic_subscriptions', 'Open subscriptions.', subscriptions);

  const nameOf = createNames();
  return {
    answered({ exchange, codes, isCut, milliseconds }) {
      const operation = nameOf(exchange.operation, { isKnown: exchange.claims !== null });
      requests.inc({ operation, code: isCut ? 'CUT' : (codes[0] ?? 'OK') });
      durations.observe({ operation }, milliseconds / 1000);
    },
    watching: (sessions) => ({
      ...sessions,
      logIn: (login) =>
        sessions.logIn(login).catch((error) => {
          const code = error instanceof Refusal ? error.code : null;
          if (code === 'UNAUTHENTICATED') refusedLogins.inc({ reason: 'wrong' });
          if (code === 'RATE_LIMITED') refusedLogins.inc({ reason: 'locked' });
          throw error;
        }),
    }),
    read: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
