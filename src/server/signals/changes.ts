import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims } from '../database/claims.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import {
  type AutoResetEvent,
  createAutoResetEvent,
  type Semaphore,
  untilAborted,
} from './concurrency.ts';
import { backoff, channelEvent, type Feeds, isUnavailable } from './feed.ts';

/** That a record changed. */
export type ChangeSignal = {
  record: string;
  rowId: number;
  isDeleted: boolean;
  /** The position from which to go on, as of crm.changes. */
  position: string;
};

export type ChangeFeed = AsyncIterableIterator<ChangeSignal, undefined>;

/** Opens feeds of what crm.changes gives. */
export type OpenChanges = (options: {
  claims: Claims;
  /** Null for the present. */
  after: string | null;
  /** Null for every kind. */
  records: readonly string[] | null;
  demand?: Pick<AutoResetEvent, 'wait'> | undefined;
}) => Promise<ChangeFeed>;

/** All that the subscriptions of the schema are fed with. */
export type SubscriptionFeeds = Feeds & { openChanges: OpenChanges };

type Page = {
  position: string;
  hasMore: boolean;
  entries: Omit<ChangeSignal, 'position'>[];
};

const pageSize = 100;

/** What is emitted when a transaction has ended that may have changed something. */
export const changeEvent = channelEvent('change');

/**
 * Feeds of what has changed, read in the session of the subscriber whenever a transaction has ended: nothing is written for
 * them. Each read, and the execution that follows, takes a permit.
 */
export function createChangeFeeds({
  withSession,
  channels,
  semaphore,
}: {
  withSession: WithSession;
  channels: EventEmitter;
  semaphore: Semaphore;
}): OpenChanges {
  return async ({ claims, after, records, demand }) => {
    const announced = createAutoResetEvent();
    const stop = new AbortController();
    const { signal } = stop;

    const read = (position: string | null): Promise<Page> =>
      semaphore.run(async () => {
        const { rows } = await withSession(sessionSettings(claims), (client) =>
          client.query<Page>({
            text: `select page."position", page.has_more as "hasMore", (
                select coalesce(json_agg(json_build_object('record', record, 'rowId', row_id, 'isDeleted', is_deleted) order by place), '[]')
                from unnest(page.entries) with ordinality entry (record, row_id, changed_at, is_deleted, client_id, contract_id,
                  payment_id, event_id, note_id, employee_id, place)) as entries
              from crm.changes($1, $2, $3) page`,
            values: [position, pageSize, records],
          }),
        );
        const [page] = rows;
        if (page === undefined) throw new Error('No page of changes came back.');
        return page;
      });

    async function* follow(first: Page): AsyncGenerator<ChangeSignal, undefined> {
      let page = first;
      let before = after ?? page.position;
      let delayMs = backoff.minMs;
      for (;;) {
        for (const [index, entry] of page.entries.entries()) {
          await untilAborted(signal, demand?.wait());
          // the execution that it leads to runs under this permit, until the next one is asked for
          const release = await semaphore.acquire();
          try {
            if (signal.aborted) return;
            // who goes on from within a page is given that page again
            yield {
              ...entry,
              position: index === page.entries.length - 1 ? page.position : before,
            };
          } finally {
            release();
          }
        }
        before = page.position;
        if (!page.hasMore) await untilAborted(signal, announced.wait());
        for (let isRead = false; !isRead; ) {
          if (signal.aborted) return;
          try {
            page = await read(before);
            isRead = true;
            delayMs = backoff.minMs;
          } catch (error) {
            if (!isUnavailable(error)) throw error;
            await sleep(delayMs, undefined, { signal }).catch(() => {});
            delayMs = Math.min(delayMs * 2, backoff.maxMs);
          }
        }
      }
    }

    // before the first read, so that nothing is missed between the two
    channels.on(changeEvent, announced.set);
    signal.addEventListener('abort', () => {
      channels.off(changeEvent, announced.set);
      announced.set();
    });
    try {
      const changes = follow(await read(after));
      const feed: ChangeFeed = {
        next: () => changes.next(),
        // a generator does not return while it awaits
        return() {
          stop.abort();
          return changes.return(undefined);
        },
        [Symbol.asyncIterator]: () => feed,
      };
      return feed;
    } catch (error) {
      stop.abort();
      throw error;
    }
  };
}
