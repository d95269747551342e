import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf } from '../../errors/error-code.ts';
import { OperatorError } from '../../errors/errors.ts';
import { isConnectionLoss } from '../connection-loss.ts';

/** The right to use a data folder, held by one connection of one process. */
export interface Ownership {
  /** Resolves when the connection, and with it the right, is gone. */
  lost: Promise<void>;
}

// Any number, as long as it stays the same: PostgreSQL knows advisory locks by number.
const OWNER_LOCK = 3_742_369_274;
// PostgreSQL needs a moment to notice that the process which held the lock was killed.
const PATIENCE = '1500ms';

/**
 * Waits until the server accepts connections, and takes the lock on a connection of its own.
 * Gives undefined if the server ended before that, and 'refused' if another process has the lock.
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
      await client.query(`set lock_timeout = '${PATIENCE}'`);
      await client.query('select pg_advisory_lock($1)', [OWNER_LOCK]);
      return { lost };
    } catch (error) {
      await client.end().catch(() => undefined);
      if (codeOf(error) === '55P03') return 'refused';
      if (!(await isServerRunning())) return undefined;
      // One of its processes has crashed, and it starts again.
      if (!isConnectionLoss(error)) throw error;
    }
  }
}

/**
 * Keeps the ownership until `isOver`: PostgreSQL drops every connection, and so this lock, when it
 * recovers from the crash of one of its processes. Resolves when the lock is gone for good.
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
    // Without a listener the end of the server would end this process; `end` tells of it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const isNotReady = isConnectionLoss(error);
      // Another program may have got the port, and answered: ours is about to give up.
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
