import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A connection that listens, for as long as the server runs. */
export type Listener = { close(): Promise<void> };

type ListenerOptions = {
  databaseUrl: string;
  channels: readonly string[];
  onNotice(channel: string, payload: string): void;
  /** Called whenever it listens (again): what was sent before then may have been missed. */
  onListening(): void;
  onInterruption(error: Error): void;
};

/** How long until it connects again, in ms: at first, and at most. */
const patience = { least: 200, most: 5_000 };
/** A connection is lost when it has not answered for so long, in ms: its other end may be gone without a word. */
const heartbeat = { every: 30_000, answersWithin: 10_000 };

/**
 * Listens on channels, on a connection of its own and outside any session, as the API's login: that may listen, and
 * reads nothing. Connects again whenever the connection breaks.
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
  let wait = patience.least;
  while (!signal.aborted) {
    const error = await listenOnce(options, signal, () => {
      wait = patience.least;
    });
    if (signal.aborted) return;
    options.onInterruption(error);
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    wait = Math.min(wait * 2, patience.most);
  }
}

/** Listens until that ends, and gives the reason. */
async function listenOnce(
  { databaseUrl, channels, onNotice, onListening }: ListenerOptions,
  signal: AbortSignal,
  onSuccess: () => void,
): Promise<Error> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'epic-server listener',
    connectionTimeoutMillis: 10_000,
    query_timeout: heartbeat.answersWithin,
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
  client.on('notification', ({ channel, payload }) => onNotice(channel, payload ?? ''));
  try {
    await client.connect();
    for (const channel of channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    onSuccess();
    onListening();
    return await Promise.race([ended, heartStops(client, over.signal)]);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    over.abort();
    await client.end().catch(() => {});
  }
}

async function heartStops(client: pg.Client, signal: AbortSignal): Promise<Error> {
  try {
    for (;;) {
      await sleep(heartbeat.every, undefined, { signal });
      await client.query('select 1');
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
