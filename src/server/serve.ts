import { readdir } from 'node:fs/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { TrustedDocuments } from './config/trusted-documents.ts';
import { startCourier } from './courier/courier.ts';
import { createJournalDelivery } from './courier/journal.ts';
import { createMail, type MailHost } from './courier/mail.ts';
import { createCourierPool, createPool } from './database/pool.ts';
import { createWithSession, sessionSettings } from './database/session-adaptor.ts';
import { databasePath } from './database/sql-file.ts';
import { OperatorError, Refusal } from './errors.ts';
import { createExplorer } from './explorer/explorer.ts';
import { createApi } from './graphql/api.ts';
import { newErrorId, type ReportUnexpected } from './graphql/errors.ts';
import { sdlOf } from './graphql/sdl.ts';
import { createAddressOf } from './http/address.ts';
import { json } from './http/answer.ts';
import { createGraphqlDoor } from './http/door.ts';
import { listen } from './http/listening.ts';
import { readReadiness } from './http/readiness.ts';
import { createHttpServer } from './http/server.ts';
import type { Keys } from './identity/keys.ts';
import { createSessions } from './identity/sessions.ts';
import { createTokens } from './identity/tokens.ts';
import { createLive } from './live/live.ts';
import { createMonitor } from './observability/monitor.ts';

export type ServeOptions = {
  /** Where the API logs in, as epic_authenticator. */
  databaseUrl: string;
  keys: Keys;
  issuer: string;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  /** Whether the API's schema may be asked about itself. */
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
  /** Null sends no e-mail. */
  mailHost: MailHost | null;
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
  const { databaseUrl, keys, allowedOrigins, log } = options;
  const addressOf = createAddressOf(options.trustedProxies);
  const monitor = await createMonitor(options.sentryDsn, options.environment);
  const report: ReportUnexpected = (error, { errorId, exchange }) => {
    const operation = exchange?.operation ?? null;
    log.error({ err: error, errorId, request: exchange?.id, operation }, 'unexpected error');
    monitor.unexpected(error, { errorId, operation });
  };

  const onLostConnection = (error: Error) =>
    log.warn({ err: error }, 'a database connection was lost');
  const pool = createPool({ databaseUrl, onLostConnection });
  const withSession = createWithSession(pool);
  const tokens = createTokens(keys, options.issuer);
  const sessions = createSessions(withSession, tokens);
  const latestMigration = (await readdir(databasePath('migrations', 'committed'))).sort().at(-1);

  const live = createLive({ databaseUrl, withSession, log, report });

  try {
    await withSession(sessionSettings(null), (client) => client.query({ text: 'select 1' }));
    const api = await createApi({
      pool,
      sessions,
      feeds: live.feeds,
      report,
      introspection: options.introspection,
      trustedDocuments: options.trustedDocuments,
    });
    const sdl = sdlOf(api.schema);
    const server = createHttpServer({
      routes: {
        '/graphql': createGraphqlDoor({ ...api, report }),
        ...(options.explorer && createExplorer()),
        ...(options.introspection && {
          '/schema.graphql': () => ({
            status: 200,
            contentType: 'text/plain;charset=utf-8',
            body: sdl,
          }),
        }),
        '/.well-known/jwks.json': () =>
          json(200, keys.published, { 'cache-control': 'public, max-age=30' }),
        '/healthz': () => json(200, { status: 'ok' }),
        '/readyz': async () => {
          const state = await readReadiness(withSession, latestMigration ?? null);
          return json(state.ready ? 200 : 503, state);
        },
      },
      tokens,
      allowedOrigins,
      addressOf,
      log,
      report,
    });
    live.serve({ server, api, tokens, allowedOrigins, addressOf });
    const mail = await createMail(options.mailHost);
    const listening = await listen(server, options.host, options.port);
    const courier = startCourier({
      pool: createCourierPool({ databaseUrl, onLostConnection }),
      deliveries: {
        journal: createJournalDelivery(monitor.business),
        notification_mail: mail.deliver,
      },
      log,
    });

    return {
      url: listening.url,
      reportCrash: (error) => report(error, { errorId: newErrorId(), exchange: null }),
      async stop() {
        await Promise.all([listening.stop(), live.close()]);
        await courier.stop();
        mail.close();
        await pool.end();
        await monitor.close();
      },
    };
  } catch (error) {
    await live.close();
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
