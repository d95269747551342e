import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims } from '../database/claims.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';
import type { Bells } from './channel-emitter.ts';
import { createFlag, type Flag, type Turnstile, unless } from './waiting.ts';

/** What one can subscribe to, as audit.signal has it. */
export type Topic = 'notification' | 'event';

/** That something happened to a record. */
export type Signal = {
  /** The position from which to go on; a bigint. */
  id: string;
  rowId: number;
  action: 'insert' | 'update' | 'delete';
};

/** How fast somebody takes what they are given: one more each time the flag is raised. */
export type Pace = Pick<Flag, 'raised'>;

export type Feed = AsyncIterableIterator<Signal, undefined>;

/** Gives feeds: the signals of a topic that an employee may see, each once, from a position or from now on. */
export type Feeds = {
  /**
   * `after` is a position, null for the present. `pace` holds the feed back; without it, it is read as fast as
   * possible. Throws (an ApiError, or the database's error) when the session cannot be entered or the position is no
   * longer known.
   */
  open(options: {
    claims: Claims;
    topic: Topic;
    after: string | null;
    pace?: Pace | undefined;
  }): Promise<Feed>;
};

/** Up to where somebody has seen the signals. Snapshots are those of PostgreSQL, as text. */
type Reach = {
  /** All that this snapshot sees is done with. */
  seen: string;
  /** What is being read goes up to this snapshot; null to go up to the present. */
  upTo: string | null;
  /** Of that, all up to this id is done with. */
  beyond: string;
  after: string | null;
};

type Reading = { upTo: string; signals: Signal[] };

/** As many signals as the database gives at a time. */
const page = 1_000;
/** How long until it is tried again to read while the database is away, in ms: at first, and at most. */
const patience = { least: 250, most: 5_000 };

/** Feeds from the database behind `withSession`. Each of their readings, and what follows from it, takes a turn. */
export function createFeeds(options: {
  withSession: WithSession;
  bells: Bells;
  turnstile: Turnstile;
  /** How often the connection to the database was lost. */
  interruptions(): number;
}): Feeds {
  const { withSession, bells, turnstile, interruptions } = options;

  async function ask<Row>(claims: Claims, text: string, values: unknown[]): Promise<Row> {
    const { rows } = await withSession(sessionSettings(claims), (client) =>
      client.query<Row>({ text, values }),
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`No row came back from: ${text}`);
    return row;
  }

  async function position(claims: Claims): Promise<string> {
    const row = await ask<{ position: string }>(
      claims,
      'select audit.current_position()::text as position',
      [],
    );
    return row.position;
  }

  /** From a position, or from the present where that is null. */
  async function reachFrom(claims: Claims, after: string | null): Promise<Reach> {
    const { seen } = await ask<{ seen: string }>(
      claims,
      `select (case when $1::bigint is null then pg_current_snapshot() else audit.position_snapshot($1) end)::text as seen`,
      [after],
    );
    return { seen, upTo: null, beyond: '0', after };
  }

  function read(claims: Claims, topic: Topic, reach: Reach): Promise<Reading> {
    return ask<Reading>(
      claims,
      `select
         up_to::text as "upTo",
         (select coalesce(json_agg(json_build_object('id', id::text, 'rowId', row_id, 'action', action) order by id), '[]')
          from audit.signals_between($1, $2, up_to, $4, $5)) as signals
       from (select coalesce($3, pg_current_snapshot()) as up_to offset 0) present`,
      [topic, reach.seen, reach.upTo, reach.beyond, reach.after],
    );
  }

  return {
    async open({ claims, topic, after, pace }) {
      const bell = createFlag();
      const stop = new AbortController();
      const { signal } = stop;
      // From before the first look, so that nothing can happen between the two.
      const detach = bells.attach(bellOf(topic, claims), bell.raise);
      signal.addEventListener('abort', () => {
        detach();
        bell.raise();
      });

      /**
       * Snapshots tell transactions by numbers of which a database that crashes may give some again. So from before an
       * interruption only the last position counts.
       */
      async function* follow(
        from: Reach,
        lastPosition: string,
        interruptionsThen: number,
      ): AsyncGenerator<Signal, undefined> {
        let reach: Reach | null = from;
        let last = lastPosition;
        let known = interruptionsThen;
        let wait = patience.least;
        if (after !== null) bell.raise();
        for (;;) {
          if (reach?.upTo === null) await unless(signal, bell.raised());
          if (signal.aborted) return;
          let reading: Reading;
          try {
            if (known !== interruptions()) reach = null;
            known = interruptions();
            const present: Reach = reach ?? (await turnstile.pass(() => reachFrom(claims, last)));
            reach = present;
            reading = await turnstile.pass(() => read(claims, topic, present));
            wait = patience.least;
          } catch (error) {
            if (!isAway(error)) throw error;
            reach = null;
            await sleep(wait, undefined, { signal }).catch(() => {});
            wait = Math.min(wait * 2, patience.most);
            continue;
          }

          for (const each of reading.signals) {
            await unless(signal, pace?.raised());
            // What is made of a signal is read in the same turn, which ends when the next one is asked for.
            const endTurn = await turnstile.enter();
            try {
              if (signal.aborted) return;
              yield each;
            } finally {
              endTurn();
            }
            if (BigInt(each.id) > BigInt(last)) last = each.id;
          }
          const { upTo, signals } = reading;
          const end = signals.at(-1);
          reach =
            end && signals.length >= page
              ? { ...reach, upTo, beyond: end.id }
              : { seen: upTo, upTo: null, beyond: '0', after: null };
        }
      }

      try {
        const interruptionsNow = interruptions();
        const signals = await turnstile.pass(async () => {
          const last = after ?? (await position(claims));
          return follow(await reachFrom(claims, after), last, interruptionsNow);
        });
        const feed: Feed = {
          next: () => signals.next(),
          // A generator that waits does not end before its wait does.
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

function isAway(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'UNAVAILABLE';
}

/** The name of the bell that the database rings: audit.signal_notifications and audit.signal_events. */
function bellOf(topic: Topic, { employeeId }: Claims): string {
  return topic === 'event' ? topic : `${topic} ${employeeId}`;
}
