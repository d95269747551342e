import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { TrustedDocuments } from '../config/trusted-documents.ts';
import type { MetricsAudience } from '../config/values.ts';
import type { CatalogueQuery } from '../database/catalogue.ts';
import { type BuiltRelease, readBuiltRelease } from '../database/deploy/replaceable.ts';
import { createPool } from '../database/pool.ts';
import { createReplica } from '../database/replica.ts';
import { createWithSession, sessionSettings } from '../database/session.ts';
import { ApiError, newErrorId, OperatorError, type ReportError } from '../errors/errors.ts';
import { createApi } from '../graphql/api.ts';
import { createClientAddress } from '../http/client.ts';
import { listen } from '../http/listening.ts';
import type { Routes } from '../http/response.ts';
import { createHttpServer } from '../http/server.ts';
import type { Keys } from '../identity/keys.ts';
import { createSessions } from '../identity/sessions.ts';
import { createTokens } from '../identity/tokens.ts';
import { createRoleReader } from '../observability/database-role.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createMonitor } from '../observability/sentry.ts';
import type { Tracing } from '../observability/tracing.ts';
import { createExpiry } from '../queue/expiry.ts';
import { createJournalDelivery } from '../queue/journal.ts';
import { createMail, type MailHost } from '../queue/mail.ts';
import { createQueue } from '../queue/queue.ts';
import { createReminders } from '../queue/reminders.ts';
import { createSubscriptions } from '../subscriptions/subscriptions.ts';
import { openQueuePool, warnOfExcess } from './logins.ts';
import { createRoutes } from './routes.ts';

export type ServeOptions = {
  /** Where the API logs in, as epic_authenticator. */
  databaseUrl: string;
  /** Where it listens for notifications, if not there. */
  directUrl?: string | null;
  /** A standby that answers queries where it can, as the same login. */
  readUrl?: string | null;
  /** How many connections a process has at most, to each of the two. */
  poolSize?: number;
  /** Whether it prepares statements by name. */
  preparesStatements?: boolean;
  /** Where the job queue logs in, as epic_worker. */
  workerUrl: string;
  keys: Keys;
  issuer: string;
  host: string;
  /** 0 for any free port. */
  port: number;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  /** Whether introspection is allowed. */
  introspection: boolean;
  /** The only documents that are executed; null for any. */
  trustedDocuments: TrustedDocuments | null;
  /** Whose `X-Forwarded-For` is believed: addresses, networks, `loopback`. */
  trustedProxies: readonly string[];
  sentryDsn: string | null;
  /** Whether there is a page at / to explore the API with. */
  explorer: boolean;
  /** What Sentry calls this deployment. */
  environment: string;
  /** The zone of the company's times, an IANA name. */
  timeZone: string;
  /** Null sends no e-mail. */
  mailHost: Omit<MailHost, 'timeZone'> | null;
  /** Who may read /metrics. */
  metrics: MetricsAudience;
  /** Whether requests are traced, as the variables of OpenTelemetry say. */
  traces?: boolean;
  log: Logger;
  /** What was asked of the database before this file was loaded. */
  catalogue?: CatalogueQuery;
};

/** A server that listens. */
export type RunningService = {
  /** Without a slash at the end. */
  url: string;
  /** Logs and reports an error outside any request. */
  reportCrash(error: unknown): void;
  /**
   * Answers requests in progress, then releases everything. Before that it goes on for `drainMs`, in which /readyz says that it
   * is stopping.
   */
  stop(options?: { drainMs?: number }): Promise<void>;
};

/** Composes the server and starts it. Throws an OperatorError when it cannot start. */
export async function serve(options: ServeOptions): Promise<RunningService> {
  const { databaseUrl, workerUrl, keys, allowedOrigins, introspection, log } = options;
  const { timeZone, mailHost } = options;
  const clientAddress = createClientAddress(options.trustedProxies);
  let builtRelease: Promise<BuiltRelease> | undefined;
  const built = () => {
    builtRelease ??= readBuiltRelease();
    return builtRelease;
  };
  const onLostConnection = (error: Error) =>
    log.warn({ err: error }, 'a database connection was lost');
  let isStopping = false;

  /** In the order of creation; run in reverse. */
  const cleanups: (() => unknown)[] = [];
  async function release(): Promise<void> {
    for (let last = cleanups.pop(); last; last = cleanups.pop()) await last();
  }

  const monitor = await createMonitor(options.sentryDsn, options.environment);
  cleanups.push(monitor.close);
  const tracing = options.traces ? await openTracing(options) : null;
  if (tracing) cleanups.push(tracing.close);
  const report: ReportError = (error, { errorId, request }) => {
    const operation = request?.operation ?? null;
    log.error({ err: error, errorId, request: request?.id, operation }, 'unexpected error');
    monitor.unexpected(error, { errorId, operation });
  };

  const { preparesStatements, poolSize: size } = options;
  const pool = createPool({ databaseUrl, size, preparesStatements, onLostConnection });
  cleanups.push(() => pool.end());
  const withSession = createWithSession(pool);
  const { readUrl } = options;
  const replica = readUrl
    ? createReplica({
        ...{ databaseUrl: readUrl, size, preparesStatements, onLostConnection },
        onAbsence: (error) =>
          log.warn({ err: error }, 'the replica does not answer: the primary does'),
      })
    : null;
  cleanups.push(() => replica?.end());

  try {
    await withSession(sessionSettings(null), (client) =>
      warnOfExcess(log, 'API', (text) => client.query({ text })),
    );

    const mail = await createMail(mailHost && { ...mailHost, timeZone });
    cleanups.push(mail.close);
    const queuePool = await openQueuePool(workerUrl, log, onLostConnection);
    const queue = createQueue({
      pool: queuePool,
      deliveries: {
        journal: createJournalDelivery(monitor.business),
        notification_mail: mail.deliver,
      },
      log,
    });
    cleanups.push(queue.stop);
    const reminders = createReminders({ pool: queuePool, timeZone, log });
    cleanups.push(reminders.stop);
    const expiry = createExpiry({ pool: queuePool, log });
    cleanups.push(expiry.stop);

    const subscriptions = createSubscriptions({
      databaseUrl: options.directUrl ?? databaseUrl,
      withSession,
      log,
      report,
    });
    cleanups.push(subscriptions.close);

    const metrics = createMetrics({
      pools: { api: pool, queue: queuePool, ...(replica && { read: replica.pool }) },
      queueLag: queue.lag,
      databaseRole: createRoleReader(queuePool),
      sockets: subscriptions.sockets,
    });
    const tokens = createTokens(keys, { issuer: options.issuer, timeZone });
    const api = await createApi({
      pool,
      replica,
      sessions: metrics.instrument(
        createSessions({
          withSession,
          tokens,
          onRefusedAssertion: (refused) =>
            log.warn(refused, 'an assertion of a service account was refused'),
        }),
      ),
      feeds: subscriptions.feeds,
      report,
      introspection,
      trustedDocuments: options.trustedDocuments,
      catalogue: options.catalogue,
    });
    const server = await createHttpServer({
      api,
      routes: createRoutes({
        ...{ api, keys, withSession, built, metrics, introspection },
        isStopping: () => isStopping,
        audience: options.metrics,
        explorer: options.explorer ? await loadExplorer() : undefined,
      }),
      tokens,
      allowedOrigins,
      clientAddress,
      log,
      report,
      traceRequest: tracing?.traceRequest ?? null,
      onRequest: (entry) => {
        if (entry.path === '/graphql') metrics.countRequest(entry);
      },
    });
    subscriptions.serve({ server, api, tokens, allowedOrigins, clientAddress });
    const listening = await listen(server, options.host, options.port);
    // at once: each has its own time
    cleanups.push(() => Promise.all([listening.stop(), subscriptions.close(), queue.stop()]));
    // after requests can be answered: neither has to be waited for
    queue.start();
    reminders.start();
    expiry.start();
    built().catch(() => {});

    return {
      url: listening.url,
      reportCrash: (error) => report(error, { errorId: newErrorId(), request: null }),
      async stop({ drainMs = 0 } = {}) {
        isStopping = true;
        if (drainMs > 0) await sleep(drainMs);
        await release();
      },
    };
  } catch (error) {
    await release();
    throw explainStart(error);
  }
}

/** OpenTelemetry, which is not loaded otherwise. */
async function openTracing(options: { environment: string; log: Logger }): Promise<Tracing> {
  const { createTracing } = await import('../observability/tracing.ts');
  return createTracing(options);
}

function explainStart(error: unknown): unknown {
  if (error instanceof ApiError && error.code === 'UNAVAILABLE') {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    return new OperatorError(
      `The database cannot be used (${reason}).`,
      'Check DATABASE_URL, and that PostgreSQL is running.',
      error,
    );
  }
  if (error instanceof pg.DatabaseError) {
    return new OperatorError(
      `The database is not that of Epic Events CRM, or not yet (${error.message}).`,
      'Prepare it first: epic-server migrate',
      error,
    );
  }
  return error;
}

async function loadExplorer(): Promise<Routes> {
  const { createExplorer } = await import('../explorer/explorer.ts');
  return createExplorer();
}
