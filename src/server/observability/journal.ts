import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** An entry of the business journal, as the database announces it on the channel epic_journal. */
export type JournalEntry = {
  /** `employee.created`, `employee.changed`, `employee.deleted` or `contract.signed`. */
  kind: string;
  id: number;
  /** The employee who did it; null when it was done in the database itself. */
  actor: number | null;
};

export type Journal = { close(): Promise<void> };

// Of several servers on one database only one may forward an entry: whoever holds this lock.
const forwarderLock = 3_742_335_757;
const retryMs = 5_000;

/**
 * Hands on every journal entry that is committed from now on. Listens on a connection of its own, and connects
 * again when that breaks; what is announced in between is missed here, but never in audit.change.
 */
export function followJournal(options: {
  databaseUrl: string;
  onEntry: (entry: JournalEntry) => void;
  onInterruption: (error: Error) => void;
}): Journal {
  const stop = new AbortController();
  const followed = follow(options, stop.signal);
  return {
    async close() {
      stop.abort();
      await followed;
    },
  };
}

async function follow(
  { databaseUrl, onEntry, onInterruption }: Parameters<typeof followJournal>[0],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'epic-server journal',
      keepAlive: true,
    });
    const ended = new Promise<Error>((resolve) => {
      client.once('error', resolve);
      client.once('end', () => resolve(new Error('The connection of the journal has ended.')));
      signal.addEventListener('abort', () => resolve(new Error('Stopped.')), { once: true });
    });
    client.on('error', () => {});
    client.on('notification', ({ payload }) => {
      const entry = entryOf(payload);
      if (entry !== null) onEntry(entry);
    });
    try {
      await client.connect();
      await becomeForwarder(client, signal);
      await client.query('listen epic_journal');
      const error = await ended;
      if (!signal.aborted) onInterruption(error);
    } catch (error) {
      if (!signal.aborted)
        onInterruption(error instanceof Error ? error : new Error(String(error)));
    } finally {
      await client.end().catch(() => {});
    }
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

async function becomeForwarder(client: pg.Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>(
      'select pg_try_advisory_lock($1) as mine',
      [forwarderLock],
    );
    if (rows[0]?.mine) return;
    await sleep(retryMs, undefined, { signal });
  }
}

function entryOf(payload: string | undefined): JournalEntry | null {
  const value = parsed(payload);
  if (typeof value !== 'object' || value === null) return null;
  const { kind, id, actor } = { kind: null, id: null, actor: null, ...value };
  if (typeof kind !== 'string' || typeof id !== 'number') return null;
  return { kind, id, actor: typeof actor === 'number' ? actor : null };
}

/** Anybody who is logged in to the database can send anything on the channel. */
function parsed(payload: string | undefined): unknown {
  try {
    return JSON.parse(payload ?? 'null');
  } catch {
    return null;
  }
}
