import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { until } from '../../support/until.ts';
import type { ApiError } from './api.ts';

/** How a socket was closed. */
export interface Closed {
  code: number;
  reason: string;
}

/** A subscription, and what has come of it so far. */
export interface Subscribed<Data> {
  received: Data[];
  /** The errors that ended it. */
  errors: ApiError[];
  isOver: boolean;
  unsubscribe(): void;
  /** Waits for that many deliveries, and gives all. */
  has(count: number): Promise<Data[]>;
}

/** A client on a socket of its own, which does not come back by itself. */
export interface Connected {
  client: Client;
  closed: Promise<Closed>;
  subscribe<Data>(query: string, variables?: Record<string, unknown>): Subscribed<Data>;
  /** Closes the socket. */
  leave(): Promise<void>;
}

/** Where the sockets of a server are. */
export function socketUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/graphql`;
}

/** Connects with an access token, and waits until the server has taken it. */
export async function connect(url: string, token: string): Promise<Connected> {
  const ending = Promise.withResolvers<Closed>();
  let early: Closed | undefined;
  let isReady = false;
  const client = createClient({
    url: socketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    on: {
      connected: () => {
        isReady = true;
      },
      closed(event) {
        const { code, reason } = event as Closed;
        early = { code, reason };
        ending.resolve(early);
      },
    },
  });
  await until(() => isReady || early !== undefined);
  if (early) throw Object.assign(new Error(`Not connected: ${early.reason}`), early);
  const closed = ending.promise;
  return {
    client,
    closed,
    subscribe: (query, variables) => follow(client, query, variables),
    async leave() {
      await client.dispose();
      await closed;
    },
  };
}

function follow<Data>(
  client: Client,
  query: string,
  variables?: Record<string, unknown>,
): Subscribed<Data> {
  const subscribed: Subscribed<Data> = {
    received: [],
    errors: [],
    isOver: false,
    unsubscribe: client.subscribe<Data>(
      { query, variables: variables ?? null },
      {
        next({ data, errors }) {
          if (data) subscribed.received.push(data);
          if (errors) subscribed.errors.push(...(errors as unknown as ApiError[]));
        },
        error(reason) {
          subscribed.isOver = true;
          if (Array.isArray(reason)) subscribed.errors.push(...reason);
        },
        complete() {
          subscribed.isOver = true;
        },
      },
    ),
    async has(count) {
      await until(() => subscribed.received.length >= count || subscribed.isOver);
      return subscribed.received;
    },
  };
  return subscribed;
}
