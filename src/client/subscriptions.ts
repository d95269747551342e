// Subscriptions: the one part of the client that needs another package, graphql-ws, and a WebSocket, which Node has from
// version 22 on.

import type { Client } from './client.ts';
import {
  ChangesPosition,
  type Operation,
  SubscriptionPosition,
  type UnmappedScalar,
} from './operations.ts';
import { createAsyncQueue } from './websocket/async-queue.ts';
import { errorOf, errorOfResponse } from './websocket/close-reason.ts';
import { changePositionOf, createSeenPositions, positionOf } from './websocket/seen-positions.ts';
import { createReconnectingSocket } from './websocket/socket.ts';

export interface FollowOptions {
  /** Ends the subscription; a loop over it ends without an error, as after `return()`. */
  signal?: AbortSignal;
}

/** Subscriptions of one person, which share a socket. It is open for as long as there is one. */
export interface Subscriptions {
  /**
   * What happens, as it happens, by an operation that has a variable `$after` and asks for the `id` of what is
   * delivered, or for the `position` of `recordChanged`. Begins after that position, or now. Outlasts lost connections,
   * restarts of the server and expired tokens: nothing is missed, and what has an `id` does not come twice.
   *
   * Throws an EpicError when it cannot begin or go on: UNAVAILABLE when there is no server to begin with,
   * UNAUTHENTICATED when the session has ended, INVALID (`position_too_old`) after a week without a connection, and
   * whatever is wrong with the operation.
   */
  follow<
    Result extends object,
    Variables extends { after?: string | null | undefined | UnmappedScalar<'BigInt'> },
  >(
    operation: Operation<Result, Variables>,
    variables?: Variables,
    options?: FollowOptions,
  ): AsyncGenerator<Result, void, undefined>;
  /** Ends every subscription. */
  close(): void;
}

type Delivery<Result> = { data?: Result | null; errors?: readonly unknown[] };

/** How many deliveries may wait here for a program that is slower than what happens. */
const mostWaiting = 1_000;

/** How to connect, and what a program may report of it; no event of the subscription is lost. */
export interface SubscriptionsOptions {
  /** A WebSocket class, where there is no global one, as in Node before version 22: that of the package `ws`. */
  webSocketImpl?: unknown;
  /** The connection was lost, and attempts to connect again begin. */
  onLost?: () => void;
  /** It is there again. */
  onBack?: () => void;
}

/** Subscriptions in the name of `client`. Connects to nothing yet. */
export function openSubscriptions(
  client: Pick<Client, 'url' | 'accessToken' | 'request'>,
  { webSocketImpl, onLost, onBack }: SubscriptionsOptions = {},
): Subscriptions {
  const { url } = client;
  const accessToken = (unlike?: string) => client.accessToken(unlike);
  const socket = createReconnectingSocket({ url, accessToken, webSocketImpl, onLost, onBack });
  const stops = new Set<() => void>();

  return {
    follow<
      Result extends object,
      Variables extends { after?: string | null | undefined | UnmappedScalar<'BigInt'> },
    >(
      operation: Operation<Result, Variables>,
      variables?: Variables,
      { signal }: FollowOptions = {},
    ) {
      const mailbox = createAsyncQueue<Result>();
      let unsubscribe: (() => void) | null = null;
      const pause = () => {
        unsubscribe?.();
        unsubscribe = null;
      };
      const stop = () => {
        pause();
        mailbox.end();
        stops.delete(stop);
        if (stops.size === 0) socket.cancelRetry();
      };

      async function* deliveries(): AsyncGenerator<Result, void, undefined> {
        if (signal?.aborted) return;
        stops.add(stop);
        signal?.addEventListener('abort', stop, { once: true });
        try {
          const after = variables?.after ?? (await presentPosition(client, String(operation)));
          // Sent as it is at the time, whenever the socket is opened again.
          const request = { query: String(operation), variables: { ...variables, after } };
          const seen = createSeenPositions((latest) => {
            request.variables.after = latest;
          });

          const take = ({ data, errors }: Delivery<Result>) => {
            if (errors || !data) throw errorOfResponse(errors ?? [], data);
            const position = changePositionOf(data);
            if (position !== null) {
              request.variables.after = position;
              mailbox.put(data);
            } else if (seen.add(positionOf(data))) mailbox.put(data);
            if (mailbox.size >= mostWaiting) pause();
          };
          const resume = () => {
            if (unsubscribe) return;
            const mine = socket.subscribe<Result>(request, {
              next(delivery) {
                try {
                  take(delivery);
                } catch (error) {
                  mailbox.fail(error);
                }
              },
              error: (reason) => mailbox.fail(errorOf(reason)),
              complete() {
                if (unsubscribe === mine) mailbox.end();
              },
            });
            unsubscribe = mine;
          };
          yield* mailbox.contents(resume);
        } finally {
          signal?.removeEventListener('abort', stop);
          stop();
        }
      }

      const generator = deliveries();
      const end = generator.return.bind(generator);
      // a generator that waits for a delivery would return only after it
      generator.return = (value) => {
        stop();
        return end(value);
      };
      return generator;
    },

    close() {
      for (const stop of stops) stop();
    },
  };
}

/** The position of now: of changes where the operation takes one of these, which is a String. */
async function presentPosition(
  client: Pick<Client, 'request'>,
  operation: string,
): Promise<string> {
  if (/\$after\s*:\s*String\b/.test(operation)) {
    const { changes } = await client.request(ChangesPosition);
    if (changes) return changes.position;
  }
  return (await client.request(SubscriptionPosition)).subscriptionPosition;
}
