import pg from 'pg';
import type { Logger } from 'pino';
import type { MetricsAudience } from './config/values.ts';
import { readBuiltRelease } from './database/built-release.ts';
import { createPool } from './database/pool.ts';
import { createWithSession, sessionSettings } from './database/session-adaptor.ts';
import { OperatorError, Refusal } from './errors.ts';
import { createApi } from './graphql/api.ts';
import { newErrorId, type ReportUnexpected } from './graphql/errors.ts';
import { json, nothingAt } from './http/answer.ts';
import { isDirect } from './http/direct-request.ts';
import { createGraphqlDoor } from './http/door.ts';
import { listen } from './http/listening.ts';
import { type Readiness, readReadiness } from './http/readiness.ts';
import { createHttpServer } from './http/server.ts';
import type { Keys } from './identity/keys.ts';
import { createSessions } from './identity/sessions.ts';
import { createTokens } from './identity/tokens.ts';
import { followJournal } from './observability/journal.ts';
import { createMetrics } from './observability/metrics.ts';
import { createMonitor } from './observability/monitor.ts';

export type ServeOptions = {
  /** Where the API logs in, as epic_authenticator. */
  databaseUrl: string;
  keys: Keys;
  issuer: string;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  sentryDsn: string | null;
  /** Who may read /metrics. */
  metrics: MetricsAudience;
  log: Logger;
};

/** The API, listening. */
export type Serving = {
  /** Without a slash at the end. */
  url: string;
  /** Tells the log and Sentry of an error outside any request. */
  reportCrash(error: unknown): void;
  /** Answers what has been asked, then lets go of everything. */
  stop(): Promise<void>;
};

/** Puts the server together and starts it. Throws an OperatorError when it cannot start. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { databaseUrl, keys, log } = options;
  const monitor = await createMonitor(options.sentryDsn);
  const report: ReportUnexpected = (error, { errorId, exchange }) => {
    const operation = exchange?.operation ?? null;
    log.error({ err: error, errorId, request: exchange?.id, operation }, 'unexpected error');
    monitor.unexpected(error, { errorId, operation });
  };

  const pool = createPool({
    databaseUrl,
    onLostConnection: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  const withSession = createWithSession(pool);
  const tokens = createTokens(keys, options.issuer);
  const metrics = createMetrics({ pool });
  const sessions = metrics.watching(createSessions(withSession, tokens));
  const built = await readBuiltRelease();
  let isStopping = false;

  try {
    await withSession(sessionSettings(null), (client) => client.query({ text: 'select 1' }));
    const api = await createApi({ pool, sessions, report });
    const server = createHttpServer({
      routes: {
        '/graphql': createGraphqlDoor({ ...api, report }),
        '/.well-known/jwks.json': () =>
          json(200, keys.published, { 'cache-control': 'public, max-age=300' }),
        '/healthz': () => json(200, { status: 'ok' }),
        '/readyz': async () => {
          const state: Readiness = isStopping
            ? { ready: false, reason: 'The server is stopping.' }
            : await readReadiness(withSession, built);
          return json(state.ready ? 200 : 503, state);
        },
        '/metrics': async (request) => {
          const isForCaller =
            options.metrics === 'on' || (options.metrics === 'local' && isDirect(request));
          return isForCaller ? { status: 200, ...(await metrics.read()) } : nothingAt('/metrics');
        },
      },
      tokens,
      log,
      report,
      onAnswered: (answered) => {
        if (answered.path === '/graphql') metrics.answered(answered);
      },
    });
    const listening = await listen(server, options.host, options.port);
    const journal = followJournal({
      databaseUrl,
      onEntry: (entry) => {
        log.info(entry, 'journal');
        monitor.business(entry);
      },
      onInterruption: (error) => log.warn({ err: error }, 'the journal was interrupted'),
    });

    return {
      url: listening.url,
      reportCrash: (error) => report(error, { errorId: newErrorId(), exchange: null }),
      async stop() {
        isStopping = true;
        await listening.stop();
        await journal.close();
        await pool.end();
        await monitor.close();
      },
    };
  } catch (error) {
    await pool.end();
    await monitor.close();
    throw explainStart(error);
  }
}

function explainStart(error: unknown): unknown {
  if (error instanceof Refusal && error.code === 'UNAVAILABLE') {
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
