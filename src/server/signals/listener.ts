import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Hosts } from '../database/hosts.ts';
import { requirePrimary } from '../database/pool.ts';

/** A connection that listens for notifications as long as the server runs. */
export type Listener = { close(): Promise<void> };

type ListenerOptions = {
  databaseUrl: string;
  channels: readonly string[];
  onNotification(channel: string, payload: string): void;
  /** Called whenever it listens (again): notifications sent before may have been missed. */
  onListening(): void;
  onInterruption(error: Error): void;
  /** Whether anything waits for onTransaction(). */
  isWatched(): boolean;
  /** Called within a second after transactions have ended that wrote something. */
  onTransaction(): void;
};

/** Delays before it connects again. */
const backoff = { minMs: 200, maxMs: 5_000 };
/** How long a connection has to end, in ms. */
const endTimeoutMs = 1_000;
/** Detects a connection that was lost without a TCP reset. */
const heartbeat = { intervalMs: 30_000, timeoutMs: 10_000 };
/** How often it looks whether transactions have ended, in ms. */
const watchMs = 1_000;

/**
 * Listens on channels, on a connection of its own and outside any session, as the API's login role, which reads nothing.
 * Reconnects whenever the connection is lost.
 */
export function startListening(options: ListenerOptions): Listener {
  const stop = new AbortController();
  const listening = keepListening(options, stop.signal);
  return {
    async close() {
      stop.abort();
      await listening;
    },
  };
}

async function keepListening(options: ListenerOptions, signal: AbortSignal): Promise<void> {
  const hosts = new Hosts(options.databaseUrl);
  let delayMs = backoff.minMs;
  while (!signal.aborted) {
    const host = hosts.present;
    const error = await listenOnce({ ...options, databaseUrl: host }, signal, () => {
      delayMs = backoff.minMs;
    });
    if (signal.aborted) return;
    hosts.leave(host);
    options.onInterruption(error);
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    delayMs = Math.min(delayMs * 2, backoff.maxMs);
  }
}

/** Listens until the connection ends; returns the reason. */
async function listenOnce(
  { databaseUrl, channels, onNotification, onListening, ...watch }: ListenerOptions,
  signal: AbortSignal,
  onSuccess: () => void,
): Promise<Error> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'epic-server listener',
    connectionTimeoutMillis: 10_000,
    query_timeout: heartbeat.timeoutMs,
    keepAlive: true,
  });
  const over = new AbortController();
  const ended = new Promise<Error>((resolve) => {
    client.once('error', resolve);
    client.once('end', () => resolve(new Error('The connection has ended.')));
    signal.addEventListener('abort', () => resolve(new Error('Stopped.')), {
      once: true,
      signal: over.signal,
    });
  });
  client.on('error', () => {});
  client.on('notification', ({ channel, payload }) => onNotification(channel, payload ?? ''));
  try {
    await client.connect();
    await requirePrimary(client);
    for (const channel of channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    onSuccess();
    onListening();
    return await Promise.race([
      ended,
      heartbeatFailure(client, over.signal),
      watchFailure(client, over.signal, watch),
    ]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    over.abort();
    // of a host that is gone there is no answer
    await Promise.race([
      client.end().catch(() => {}),
      sleep(endTimeoutMs, undefined, { ref: false }),
    ]);
  }
}

async function heartbeatFailure(client: pg.Client, signal: AbortSignal): Promise<Error> {
  try {
    for (;;) {
      await sleep(heartbeat.intervalMs, undefined, { signal });
      await client.query('select 1');
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Two snapshots are the same as long as no transaction ends that wrote something: a write costs nothing more for it. */
async function watchFailure(
  client: pg.Client,
  signal: AbortSignal,
  { isWatched, onTransaction }: Pick<ListenerOptions, 'isWatched' | 'onTransaction'>,
): Promise<Error> {
  let known: string | undefined;
  try {
    for (;;) {
      await sleep(watchMs, undefined, { signal });
      if (!isWatched()) {
        known = undefined;
        continue;
      }
      const { rows } = await client.query<{ snapshot: string }>(
        'select pg_current_snapshot()::text as snapshot',
      );
      if (rows[0]?.snapshot === known) continue;
      known = rows[0]?.snapshot;
      onTransaction();
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
