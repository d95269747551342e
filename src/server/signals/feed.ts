import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims } from '../database/claims.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';
import {
  type AutoResetEvent,
  createAutoResetEvent,
  type Semaphore,
  untilAborted,
} from './concurrency.ts';

/** A subject of subscriptions, as in audit.signal. */
export type Topic = 'notification' | 'event';

/** That a record was written. */
export type Signal = {
  /** The position from which to go on; a bigint. */
  id: string;
  rowId: number;
  action: 'insert' | 'update' | 'delete';
};

export type Feed = AsyncIterableIterator<Signal, undefined>;

/** Opens feeds: the signals of a topic that an employee may see, each once. */
export type Feeds = {
  /**
   * `after` is a position, null for the present. With `demand`, a signal is read each time it is set; without, as fast
   * as possible. Throws an ApiError, or the error of the database, when the session cannot be entered or the position
   * is no longer known.
   */
  open(options: {
    claims: Claims;
    topic: Topic;
    after: string | null;
    demand?: Pick<AutoResetEvent, 'wait'> | undefined;
  }): Promise<Feed>;
};

/** What has been read of audit.signal. Snapshots are those of PostgreSQL, as text. */
type SnapshotCursor = {
  /** All that this snapshot sees has been read. */
  seen: string;
  /** The snapshot up to which a page is being read; null for the present. */
  upTo: string | null;
  /** Of that, all up to this id has been read. */
  beyond: string;
  after: string | null;
};

type Page = { upTo: string; signals: Signal[] };

/** Signals that audit.signals_between returns at most. */
const pageSize = 1_000;
/** Delays between attempts to read while the database is unavailable. */
export const backoff = { minMs: 250, maxMs: 5_000 };

/** The channel on which audit.signal_notifications and audit.signal_events announce signals. */
function channelOf(topic: Topic, { employeeId }: Claims): string {
  return topic === 'event' ? topic : `${topic} ${employeeId}`;
}

/** The name of the event that `channels` emits when something was announced on a channel. */
export function channelEvent(channel: string): string {
  // never `error`, which EventEmitter throws without a listener
  return `channel ${channel}`;
}

/** Feeds from the database behind `withSession`. Each read, and the execution that follows, takes a permit. */
export function createFeeds(options: {
  withSession: WithSession;
  /** Emits an event when there may be new signals. */
  channels: EventEmitter;
  semaphore: Semaphore;
  /** How often the connection to the database was lost. */
  interruptions(): number;
}): Feeds {
  const { withSession, channels, semaphore, interruptions } = options;

  async function queryOne<Row>(claims: Claims, text: string, values: unknown[]): Promise<Row> {
    const { rows } = await withSession(sessionSettings(claims), (client) =>
      client.query<Row>({ text, values }),
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`No row came back from: ${text}`);
    return row;
  }

  async function readPosition(claims: Claims): Promise<string> {
    const row = await queryOne<{ position: string }>(
      claims,
      'select audit.current_position()::text as position',
      [],
    );
    return row.position;
  }

  /** From a position, or from the present where that is null. */
  async function cursorAt(claims: Claims, after: string | null): Promise<SnapshotCursor> {
    const { seen } = await queryOne<{ seen: string }>(
      claims,
      `select (case when $1::bigint is null then pg_current_snapshot() else audit.position_snapshot($1) end)::text as seen`,
      [after],
    );
    return { seen, upTo: null, beyond: '0', after };
  }

  function readPage(claims: Claims, topic: Topic, cursor: SnapshotCursor): Promise<Page> {
    return queryOne<Page>(
      claims,
      `select
         up_to::text as "upTo",
         (select coalesce(json_agg(json_build_object('id', id::text, 'rowId', row_id, 'action', action) order by id), '[]')
          from audit.signals_between($1, $2, up_to, $4, $5)) as signals
       from (select coalesce($3, pg_current_snapshot()) as up_to offset 0) present`,
      [topic, cursor.seen, cursor.upTo, cursor.beyond, cursor.after],
    );
  }

  return {
    async open({ claims, topic, after, demand }) {
      const announced = createAutoResetEvent();
      const stop = new AbortController();
      const { signal } = stop;
      // before the first read, so that nothing is missed between the two
      const event = channelEvent(channelOf(topic, claims));
      channels.on(event, announced.set);
      signal.addEventListener('abort', () => {
        channels.off(event, announced.set);
        announced.set();
      });

      /** A database that crashed may give transaction ids again: after an interruption only the last position counts. */
      async function* follow(
        from: SnapshotCursor,
        lastPosition: string,
        interruptionsBefore: number,
      ): AsyncGenerator<Signal, undefined> {
        let cursor: SnapshotCursor | null = from;
        let last = lastPosition;
        let known = interruptionsBefore;
        let delayMs = backoff.minMs;
        if (after !== null) announced.set();
        for (;;) {
          if (cursor?.upTo === null) await untilAborted(signal, announced.wait());
          if (signal.aborted) return;
          let page: Page;
          try {
            if (known !== interruptions()) cursor = null;
            known = interruptions();
            const current: SnapshotCursor =
              cursor ?? (await semaphore.run(() => cursorAt(claims, last)));
            cursor = current;
            page = await semaphore.run(() => readPage(claims, topic, current));
            delayMs = backoff.minMs;
          } catch (error) {
            if (!isUnavailable(error)) throw error;
            cursor = null;
            await sleep(delayMs, undefined, { signal }).catch(() => {});
            delayMs = Math.min(delayMs * 2, backoff.maxMs);
            continue;
          }

          for (const each of page.signals) {
            await untilAborted(signal, demand?.wait());
            // the execution that the signal leads to runs under this permit, until the next signal is asked for
            const release = await semaphore.acquire();
            try {
              if (signal.aborted) return;
              yield each;
            } finally {
              release();
            }
            if (BigInt(each.id) > BigInt(last)) last = each.id;
          }
          const { upTo, signals } = page;
          const end = signals.at(-1);
          cursor =
            end && signals.length >= pageSize
              ? { ...cursor, upTo, beyond: end.id }
              : { seen: upTo, upTo: null, beyond: '0', after: null };
        }
      }

      try {
        const interruptionsBefore = interruptions();
        const signals = await semaphore.run(async () => {
          const last = after ?? (await readPosition(claims));
          return follow(await cursorAt(claims, after), last, interruptionsBefore);
        });
        const feed: Feed = {
          next: () => signals.next(),
          // a generator does not return while it awaits
          return() {
            stop.abort();
            return signals.return(undefined);
          },
          [Symbol.asyncIterator]: () => feed,
        };
        return feed;
      } catch (error) {
        stop.abort();
        throw error;
      }
    },
  };
}

/** Whether an error says that the database cannot be reached for now. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'UNAVAILABLE';
}
