import pg from 'pg';

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
    connectionString: options.databaseUrl,
    application_name: 'epic-server',
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    // Lets a transaction's first statements travel together: see session-adaptor.ts.
    pipeline: true,
    // Compiling a query costs more than any query of the API takes.
    onConnect: async (client) => {
      await client.query('set jit = off');
    },
  });
  pool.on('error', options.onLostConnection);
  // A connection that breaks while in use also rejects the query it was running; that is the error to report.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
