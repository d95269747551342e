import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { isConnectionLoss } from '../pool.ts';

/** An advisory lock on a data folder, held by one connection. */
export interface Ownership {
  /** Resolves when the connection is lost, and with it the lock. */
  lost: Promise<void>;
}

// the key of an advisory lock: an arbitrary constant
const OWNER_LOCK = 3_742_369_274;
// PostgreSQL takes a moment to notice that the process with the lock was killed
const LOCK_TIMEOUT = '1500ms';

/**
 * Waits until the server accepts connections, and takes the lock on a connection of its own. Returns undefined if the
 * server ended before that, and 'refused' if another process has the lock.
 */
export async function takeOwnership(
  url: string,
  isServerRunning: () => Promise<boolean>,
): Promise<Ownership | 'refused' | undefined> {
  for (;;) {
    const client = await connectWhenReady(url, isServerRunning);
    if (client === undefined) return undefined;
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    try {
      await client.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
      await client.query('select pg_advisory_lock($1)', [OWNER_LOCK]);
      return { lost };
    } catch (error) {
      await client.end().catch(() => undefined);
      if (codeOf(error) === '55P03') return 'refused';
      if (!(await isServerRunning())) return undefined;
      // PostgreSQL recovers from the crash of one of its processes
      if (!isConnectionLoss(error)) throw error;
    }
  }
}

/**
 * Takes the lock again until `isOver`: PostgreSQL drops every connection when it recovers from the crash of one of its
 * processes. Resolves when the lock is lost for good.
 */
export async function keepOwnership(
  first: Ownership,
  takeAgain: () => Promise<Ownership | 'refused' | undefined>,
  isOver: () => boolean,
): Promise<void> {
  let ownership: Ownership | 'refused' | undefined = first;
  while (typeof ownership === 'object') {
    await ownership.lost;
    if (isOver()) return;
    ownership = await takeAgain().catch(() => undefined);
  }
}

async function connectWhenReady(
  url: string,
  isServerRunning: () => Promise<boolean>,
): Promise<Client | undefined> {
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 250)) {
    const client = new Client({
      connectionString: url,
      application_name: 'epic-server owner',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    // without a listener, `error` would end this process; `end` follows
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const isNotReady = isConnectionLoss(error);
      // another program may have taken the port; then PostgreSQL is about to exit
      if (!isNotReady) await sleep(250);
      if (!(await isServerRunning())) return undefined;
      if (!isNotReady) {
        throw new OperatorError(
          `PostgreSQL runs, but refuses its own superuser: ${error}`,
          undefined,
          error,
        );
      }
    }
    await sleep(pause);
  }
}
