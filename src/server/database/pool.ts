import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { codeOf } from '../errors/errors.ts';
import { Hosts } from './hosts.ts';

/** Of every pool of connections. */
export const poolSettings = {
  application_name: 'epic-server',
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 60_000,
  // above the statement_timeout of db/roles.sql: PostgreSQL answers before, unless its host is gone or stands still
  query_timeout: 16_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/**
 * A pool of connections as the API's login role, whose timeouts db/roles.sql sets. Only createWithSession() queries it.
 */
export function createPool(options: {
  databaseUrl: string;
  /** At most so many connections; 10. */
  size?: number | undefined;
  /** Whether statements are prepared by name, for which a connection has to stay with its process of PostgreSQL; true. */
  preparesStatements?: boolean | undefined;
  /** Called when an idle connection breaks. */
  onLostConnection: (error: Error) => void;
}): StatementPool {
  const { databaseUrl, size = 10, preparesStatements = true, onLostConnection } = options;
  const pool = new PrimaryPool(new Hosts(databaseUrl), { ...poolSettings, max: size });
  return Object.assign(withErrorHandlers(pool, onLostConnection), { preparesStatements });
}

/** A pool that knows how many connections it has at most, also while PostgreSQL has none left. */
export type SizedPool = pg.Pool & { readonly size: number };

/** A pool that knows whether its statements are prepared by name. */
export type StatementPool = SizedPool & { readonly preparesStatements: boolean };

/** A pool of connections as the queue's login role, for its workers: one listens, four work. */
export function createQueuePool(options: {
  workerUrl: string;
  /** Called when an idle connection breaks. */
  onLostConnection: (error: Error) => void;
}): SizedPool {
  const pool = new LenientPool(new Hosts(options.workerUrl), {
    ...poolSettings,
    application_name: 'epic-server queue',
    max: 5,
  });
  return withErrorHandlers(pool, options.onLostConnection);
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/** Refuses a standby, which takes no changes. */
export async function requirePrimary(client: Pick<pg.Pool, 'query'>): Promise<void> {
  const { rows } = await client.query<{ is_standby: boolean }>(
    'select pg_is_in_recovery() as is_standby',
  );
  if (rows[0]?.is_standby) throw new StandbyError('The database is a standby.');
}

/** The database takes no changes. */
export class StandbyError extends Error {}

const tooManyConnections = '53300';
/** For one of several hosts, in ms. */
const hostTimeoutMs = 2_000;
/** Until the pool tries again for a connection that PostgreSQL had not left, in ms. */
const shortageMs = 5_000;
const pauseMs = 100;

/**
 * A pool of connections to that of several hosts which takes changes. While none does, or PostgreSQL has no connection left
 * for its login, it waits, as it does for one of its own.
 */
class PrimaryPool extends pg.Pool {
  readonly #hosts: Hosts;
  readonly size: number;

  constructor(hosts: Hosts, config: pg.PoolConfig & { max: number }) {
    super({
      ...config,
      // one is kept, or a server without requests for a while may not get one again
      min: 1,
      Client: clientOf(hosts),
      onConnect: requirePrimary,
    });
    this.#hosts = hosts;
    this.size = config.max;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): unknown {
    const connecting = this.#connect();
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => callback(undefined, client, client.release),
      (error) => callback(error, undefined, () => {}),
    );
  }

  async #connect(): Promise<pg.PoolClient> {
    const end = performance.now() + poolSettings.connectionTimeoutMillis;
    for (let attempt = 1; ; attempt++) {
      const host = this.#hosts.present;
      try {
        return await super.connect();
      } catch (error) {
        const isShort = codeOf(error) === tooManyConnections;
        const isElsewhere = this.#hosts.count > 1 && isHostAway(error);
        if (performance.now() > end || !(isShort || isElsewhere)) throw error;
        if (isShort) this.#makeDo();
        else this.#hosts.leave(host);
        // none of the hosts, or no connection to wait for
        const hasTriedAll = isShort ? this.totalCount === 0 : attempt % this.#hosts.count === 0;
        if (hasTriedAll) await sleep(pauseMs);
      }
    }
  }

  /** Further requests wait for one of the connections that there are. */
  #makeDo(): void {
    if (this.options.max === this.size) {
      setTimeout(() => {
        this.options.max = this.size;
      }, shortageMs).unref();
    }
    this.options.max = Math.max(1, this.totalCount);
  }
}

/** Connections to the present one of several hosts. */
export function clientOf(hosts: Hosts): new () => pg.ClientBase {
  class ClientOfHost extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({
        ...config,
        connectionString: hosts.present,
        ...(hosts.count > 1 && { connectionTimeoutMillis: hostTimeoutMs }),
      });
    }
  }
  return ClientOfHost;
}

function isHostAway(error: unknown): boolean {
  return error instanceof StandbyError || isConnectionLoss(error) || isTimeout(error);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && /^timeout e/.test(error.message);
}

/**
 * A pool whose connections may be released twice. graphile-worker 0.18 does so when it loses the connection on which it
 * listens while it stops; the error of pg would be an unhandled rejection.
 */
class LenientPool extends PrimaryPool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): unknown {
    if (callback === undefined) return super.connect();
    super.connect((error, client, release) => {
      let isReleased = false;
      callback(error, client, (reason) => {
        // there is none when no connection became free in time, and graphile-worker calls it all the same
        if (!isReleased) release?.(reason);
        isReleased = true;
      });
    });
  }
}

function withErrorHandlers(pool: SizedPool, onLostConnection: (error: Error) => void): SizedPool {
  pool.on('error', onLostConnection);
  // a connection that breaks in use also rejects its query, which is reported
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

const lostSqlState = /^(08...|57P0[123])$/;
const lostSystemCode = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;
const lostMessage =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** Whether PostgreSQL could not be reached, or the connection was lost: it may be starting, stopping or unreachable. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (lostSqlState.test(code) || lostSystemCode.test(code)) return true;
  return error instanceof Error && lostMessage.test(error.message);
}
