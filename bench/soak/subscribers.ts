import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as Connection } from 'pg';
import { EventChanged, SubscriptionPosition } from '../../src/cli/operations/index.ts';
import { createClient, EpicError } from '../../src/client/index.ts';
import { openSubscriptions, type Subscriptions } from '../../src/client/subscriptions.ts';
import { demoPassword } from '../../src/server/demo/company.ts';

/** What a subscriber was sent: the time of day in ms, by the id of the signal. */
type Received = Map<string, number>;

/** How long the last signal may take to arrive, in ms. */
const patienceMs = 60_000;

/** Programs that follow the events, each at one server, with the TypeScript client. */
export class Subscribers {
  readonly #email: string;
  readonly #subscriptions: Subscriptions[] = [];
  readonly #received: Received[] = [];
  readonly #following: Promise<void>[] = [];
  readonly #problems: string[] = [];
  #position = '0';

  constructor(email: string) {
    this.#email = email;
  }

  /** Follows from the present on. */
  async begin(urls: readonly string[]): Promise<void> {
    for (const url of urls) {
      const client = createClient({ url });
      await client.login({ email: this.#email, password: demoPassword });
      // before anything else is written
      const { subscriptionPosition } = await client.request(SubscriptionPosition);
      if (this.#received.length === 0) this.#position = subscriptionPosition;
      const received: Received = new Map();
      const subscriptions = openSubscriptions(client);
      this.#received.push(received);
      this.#subscriptions.push(subscriptions);
      this.#following.push(this.#follow(subscriptions, received, url));
    }
  }

  async #follow(subscriptions: Subscriptions, received: Received, url: string): Promise<void> {
    try {
      for await (const { eventChanged } of subscriptions.follow(EventChanged, {
        after: this.#position,
      })) {
        const { id } = eventChanged;
        if (received.has(id)) this.#problems.push(`Signal ${id} came twice from ${url}.`);
        received.set(id, Date.now());
      }
    } catch (error) {
      if (!(error instanceof EpicError)) throw error;
      this.#problems.push(`The subscription at ${url} ended: ${error.message}`);
    }
  }

  /** Waits for what is under way, ends, and compares what each was sent with what happened. */
  async compare(connection: Connection): Promise<{
    /** What each should have been sent. */
    signals: number;
    subscribers: number;
    /** The most that one was sent late, in seconds. */
    slowestSeconds: number;
    problems: string[];
  }> {
    const { rows } = await connection.query<{ id: string; at: string }>(
      `select id, extract(epoch from created_at) * 1000 as at from audit.signal
       where topic = 'event' and id > $1 order by id`,
      [this.#position],
    );
    const isMissing = (received: Received) => rows.filter(({ id }) => !received.has(id));
    const end = performance.now() + patienceMs;
    while (this.#received.some((each) => isMissing(each).length > 0) && performance.now() < end) {
      await sleep(50);
    }
    for (const subscriptions of this.#subscriptions) subscriptions.close();
    await Promise.all(this.#following);
    for (const received of this.#received) {
      for (const { id } of isMissing(received)) this.#problems.push(`Signal ${id} never came.`);
      const known = new Set(rows.map(({ id }) => id));
      for (const id of received.keys()) {
        if (!known.has(id))
          this.#problems.push(`Signal ${id} came, and is of nothing that happened.`);
      }
    }
    const late = rows.flatMap(({ id, at }) =>
      this.#received.map((received) => (received.get(id) ?? Number(at)) - Number(at)),
    );
    return {
      signals: rows.length,
      subscribers: this.#received.length,
      slowestSeconds: Math.max(0, ...late) / 1_000,
      problems: this.#problems,
    };
  }
}
