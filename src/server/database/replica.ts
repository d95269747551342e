import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import { codeOf } from '../errors/errors.ts';
import { type EnterArguments, queryEntered } from './entered-query.ts';
import { Hosts } from './hosts.ts';
import { clientOf, isConnectionLoss, poolSettings, type SizedPool } from './pool.ts';

// A standby answers a query once it has replayed what the primary had written when it checked the session. So a replica shows
// nothing that the primary would not have shown at that moment: a caller's own changes are there, and what ended their session.

/** A point in the write-ahead log of the primary. */
export type Position = { timeline: number; lsn: string };

/** What asks the primary for its position, within a session. */
export const positionQuery: QueryConfig = {
  name: 'position',
  text: `select
      ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer as timeline,
      -- what is visible has been flushed, unless commits do not wait for that
      (case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn() else pg_current_wal_flush_lsn() end)::text
        as lsn`,
};

/** A standby that answers queries. */
export interface Replica {
  /** Its connections, for the metrics. */
  readonly pool: SizedPool;
  /** Whether it is worth asking. */
  isThere(): boolean;
  /**
   * Runs statements as queryEntered() does, once the standby has replayed up to the position. Null when it cannot be reached,
   * lags, or has answered with an error: then the primary is asked.
   */
  query(
    position: Position,
    entering: EnterArguments,
    statementsFor: (connection: PoolClient) => QueryConfig[],
  ): Promise<QueryResult[] | null>;
  end(): Promise<void>;
}

/** For a connection, and for the answer of how far it has replayed, in ms. */
const responseTimeoutMs = 1_000;
/** How long a query waits for the standby, unless that lagged the last time; in ms. */
const patienceMs = 50;
const pollMs = 2;
/** For how long one that cannot be reached is not asked, in ms. */
const absenceMs = 5_000;
const statementTimeout = '57014';

/** The standby at `databaseUrl`: the first of its hosts that is one. */
export function createReplica(options: {
  databaseUrl: string;
  size?: number | undefined;
  preparesStatements?: boolean | undefined;
  onLostConnection: (error: Error) => void;
  /** Called when it cannot be reached, or not be asked how far it is. */
  onAbsence: (error: unknown) => void;
}): Replica {
  const { preparesStatements = true, size = 10, onAbsence } = options;
  const hosts = new Hosts(options.databaseUrl);
  const connections = new pg.Pool({
    ...poolSettings,
    application_name: 'epic-server replica',
    connectionTimeoutMillis: responseTimeoutMs,
    max: size,
    Client: clientOf(hosts),
    onConnect: requireStandby,
  });
  const pool = Object.assign(connections, { size });
  pool.on('error', options.onLostConnection);
  pool.on('connect', (client) => client.on('error', () => {}));
  /** The timeline that a connection's standby was seen to follow. */
  const timelines = new WeakMap<PoolClient, number>();
  let awayUntil = 0;
  let lagged = false;

  function isAway(error: unknown): null {
    awayUntil = performance.now() + absenceMs;
    onAbsence(error);
    return null;
  }

  async function connect(): Promise<PoolClient | null> {
    for (let attempt = 1; ; attempt++) {
      const host = hosts.present;
      try {
        return await pool.connect();
      } catch (error) {
        // all of its connections are in use
        if (pool.totalCount >= size) return null;
        hosts.leave(host);
        if (attempt === hosts.count) return isAway(error);
      }
    }
  }

  async function hasReached(connection: PoolClient, { timeline, lsn }: Position): Promise<boolean> {
    const end = performance.now() + (lagged ? 0 : patienceMs);
    for (;;) {
      if (timelines.get(connection) === timeline) {
        lagged = !(await isAt(connection, lsn, preparesStatements));
        if (!lagged) return true;
      } else {
        timelines.set(connection, await timelineOf(connection));
        if (timelines.get(connection) === timeline) continue;
        lagged = true;
      }
      if (performance.now() > end) return false;
      await sleep(pollMs);
    }
  }

  /** A connection to the standby, which has replayed up to the position; null if there is none. */
  async function connectAt(position: Position): Promise<PoolClient | null> {
    for (let attempt = 0; ; attempt++) {
      const connection = await connect();
      if (connection === null) return null;
      try {
        if (await hasReached(connection, position)) return connection;
        connection.release();
        return null;
      } catch (error) {
        connection.release(true);
        // others of the pool may be at a host that was promoted
        if (!(error instanceof PrimaryError) || attempt === size) return isAway(error);
      }
    }
  }

  return {
    pool,
    isThere: () => performance.now() > awayUntil,
    async query(position, entering, statementsFor) {
      const connection = await connectAt(position);
      if (connection === null) return null;
      let isLost = false;
      try {
        const statements = statementsFor(connection);
        return await queryEntered(connection, entering, statements, preparesStatements);
      } catch (error) {
        isLost = isConnectionLoss(error);
        if (isLost) return isAway(error);
        // the primary would take as long
        if (codeOf(error) === statementTimeout) throw error;
        return null;
      } finally {
        connection.release(isLost || connection.getTransactionStatus() !== 'I');
      }
    },
    end: () => pool.end(),
  };
}

class PrimaryError extends Error {}

async function requireStandby(client: pg.ClientBase): Promise<void> {
  await isAt(client, '0/0', false);
}

/** Whether a standby has replayed up to a position. Throws where it is none, or no longer one. */
async function isAt(client: pg.ClientBase, lsn: string, isPrepared: boolean): Promise<boolean> {
  const { rows } = await client.query<{ isStandby: boolean; reached: boolean }>({
    ...(isPrepared && { name: 'reached' }),
    text: `select pg_is_in_recovery() as "isStandby", pg_last_wal_replay_lsn() >= $1::pg_lsn as reached`,
    values: [lsn],
    query_timeout: responseTimeoutMs,
  } as QueryConfig);
  if (!rows[0]?.isStandby) throw new PrimaryError('The database is no standby.');
  return rows[0].reached;
}

/** The timeline that a standby has certainly replayed; it may follow a later one, which it has not written down yet. */
async function timelineOf(connection: PoolClient): Promise<number> {
  const { rows } = await connection.query<{ timeline: number }>({
    text: `select greatest((pg_control_recovery()).min_recovery_end_timeline, (pg_control_checkpoint()).timeline_id) as timeline`,
    query_timeout: responseTimeoutMs,
  } as QueryConfig);
  return rows[0]?.timeline ?? 0;
}
