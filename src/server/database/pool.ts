import pg from 'pg';
import { codeOf } from '../errors/errors.ts';

const settings = {
  application_name: 'epic-server',
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 60_000,
};

/**
 * A pool of connections as the API's login role, whose timeouts db/roles.sql sets. Only createWithSession() queries it.
 */
export function createPool(options: {
  databaseUrl: string;
  /** Called when an idle connection breaks. */
  onLostConnection: (error: Error) => void;
}): pg.Pool {
  const pool = new pg.Pool({
    ...settings,
    connectionString: options.databaseUrl,
    max: 10,
    // the first statements of a transaction are sent together: see session.ts
    pipeline: true,
    // JIT compilation takes longer than any query of the API; random reads are cheap in memory and on an SSD, which
    // makes the planner use the indexes of the contacts
    onConnect: async (client) => {
      await client.query('set jit = off; set random_page_cost = 1.1');
    },
  });
  return withErrorHandlers(pool, options.onLostConnection);
}

/** A pool of connections as the queue's login role, for its workers: one listens, four work. */
export function createQueuePool(options: {
  workerUrl: string;
  /** Called when an idle connection breaks. */
  onLostConnection: (error: Error) => void;
}): pg.Pool {
  const pool = new LenientPool({
    ...settings,
    connectionString: options.workerUrl,
    application_name: 'epic-server queue',
    max: 5,
  });
  return withErrorHandlers(pool, options.onLostConnection);
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/**
 * A pool whose connections may be released twice. graphile-worker 0.18 does so when it loses the connection on which it
 * listens while it stops; the error of pg would be an unhandled rejection.
 */
class LenientPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): unknown {
    if (callback === undefined) return super.connect();
    super.connect((error, client, release) => {
      let isReleased = false;
      callback(error, client, (reason) => {
        if (!isReleased) release(reason);
        isReleased = true;
      });
    });
  }
}

function withErrorHandlers(pool: pg.Pool, onLostConnection: (error: Error) => void): pg.Pool {
  pool.on('error', onLostConnection);
  // a connection that breaks in use also rejects its query, which is reported
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const lostSqlState = /^(08...|57P0[123])$/;
const lostSystemCode = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;
const lostMessage =
  /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Whether PostgreSQL could not be reached, or the connection was lost: it may be starting, stopping or unreachable. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (lostSqlState.test(code) || lostSystemCode.test(code)) return true;
  return error instanceof Error && lostMessage.test(error.message);
}
