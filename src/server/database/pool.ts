import pg from 'pg';

const settings = {
  application_name: 'epic-server',
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 60_000,
};

/**
 * A pool of connections as the API's login role, whose time-outs db/roles.sql sets. It belongs to the session adaptor:
 * nobody else queries it.
 */
export function createPool(options: {
  databaseUrl: string;
  /** Called when a connection breaks that nobody is using. */
  onLostConnection: (error: Error) => void;
}): pg.Pool {
  const pool = new pg.Pool({
    ...settings,
    connectionString: options.databaseUrl,
    max: 10,
    // Lets a transaction's first statements travel together: see session-adaptor.ts.
    pipeline: true,
    // Compiling a query costs more than any query of the API takes. Where the data is, in memory or on an SSD, a page
    // somewhere costs hardly more than the next one: without that, "mine" would read everybody's.
    onConnect: async (client) => {
      await client.query('set jit = off; set random_page_cost = 1.1');
    },
  });
  return heedingLosses(pool, options.onLostConnection);
}

/** A pool of connections as epic_worker, for the workers of the queue: one listens, four work. */
export function createQueuePool(options: {
  databaseUrl: string;
  /** Called when a connection breaks that nobody is using. */
  onLostConnection: (error: Error) => void;
}): pg.Pool {
  const pool = new LenientPool({
    ...settings,
    connectionString: options.databaseUrl,
    application_name: 'epic-server queue',
    max: 5,
    onConnect: async (client) => {
      await client.query('set role epic_worker');
    },
  });
  return heedingLosses(pool, options.onLostConnection);
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

function heedingLosses(pool: pg.Pool, onLostConnection: (error: Error) => void): pg.Pool {
  pool.on('error', onLostConnection);
  // A connection that breaks while in use also rejects the query it was running; that is the error to report.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
