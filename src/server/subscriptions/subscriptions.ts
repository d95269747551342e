import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Claims } from '../database/claims.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import type { ReportError } from '../errors/errors.ts';
import type { Api } from '../graphql/api.ts';
import type { ClientAddress } from '../http/client.ts';
import { errorResponse } from '../http/response.ts';
import { acceptWebSockets } from '../http/upgrade.ts';
import type { Tokens } from '../identity/tokens.ts';
import { changeEvent, createChangeFeeds, type SubscriptionFeeds } from '../signals/changes.ts';
import { createSemaphore } from '../signals/concurrency.ts';
import { channelEvent, createFeeds } from '../signals/feed.ts';
import { type Listener, startListening } from '../signals/listener.ts';
import { type CloseReason, closeReasons } from './close-codes.ts';
import { type Connection, createConnection, subscriptionLimits as limits } from './connection.ts';
import { createProtocol } from './protocol.ts';

// The database announces that something was written (signals/listener.ts); each subscriber reads what is new in a
// session of its own (signals/feed.ts), and the results are sent on its connection (protocol.ts) until the session ends
// (connection.ts).

export type Subscriptions = {
  /** For the schema. */
  feeds: SubscriptionFeeds;
  /** Accepts WebSockets on the server, for the schema that was made with the feeds. */
  serve(options: {
    server: Server;
    api: Api;
    tokens: Tokens;
    /** The origins whose pages may use the API. */
    allowedOrigins: readonly string[];
    clientAddress: ClientAddress;
  }): void;
  /** The number of open WebSockets. */
  sockets(): number;
  /** Closes every connection, so that clients reconnect elsewhere, and the listener. */
  close(): Promise<void>;
};

/** Subscriptions to the database behind `withSession`, whose notifications are received at `databaseUrl`. */
export function createSubscriptions(options: {
  databaseUrl: string;
  withSession: WithSession;
  log: Logger;
  report: ReportError;
}): Subscriptions {
  const { withSession, log, report } = options;
  const channels = new EventEmitter().setMaxListeners(0);
  const semaphore = createSemaphore(limits.maxConcurrentReads);
  const connections = new Set<Connection>();
  let listener: Listener | null = null;
  let interruptions = 0;
  let isClosing = false;

  async function checkSession(claims: Claims): Promise<void> {
    await semaphore.run(() =>
      withSession(sessionSettings(claims), (client) => client.query({ text: 'select 1' })),
    );
  }

  function revalidate(isAffected: (claims: Claims) => boolean): void {
    for (const connection of connections) {
      if (connection.claims && isAffected(connection.claims)) connection.revalidate();
    }
  }

  function refusalOf({ employeeId }: Claims): CloseReason | null {
    const employees = [...connections].flatMap(({ claims }) => claims?.employeeId ?? []);
    const theirs = employees.filter((each) => each === employeeId);
    if (theirs.length >= limits.maxConnectionsPerEmployee) return closeReasons.full;
    return employees.length >= limits.maxConnections ? closeReasons.serverFull : null;
  }

  /**
   * Makes room for a new client by closing the oldest pending connection of the address that has most of them. Refusing
   * the new one instead would let clients without a token keep out an employee with one.
   */
  function evictPending(): void {
    const pending = [...connections].filter(({ isPending }) => isPending);
    const perAddress = [...Map.groupBy(pending, ({ address }) => address).values()];
    const [largest = []] = perAddress.sort((one, other) => other.length - one.length);
    const isCrowded =
      pending.length > limits.maxPendingConnections ||
      largest.length > limits.maxPendingConnectionsPerAddress;
    // a set keeps the order of insertion: the first is the oldest
    if (isCrowded) largest[0]?.close(closeReasons.pendingFull);
  }

  const listen = () =>
    startListening({
      databaseUrl: options.databaseUrl,
      channels: ['epic_signal', 'epic_session'],
      onNotification(channel, payload) {
        if (channel === 'epic_signal') channels.emit(channelEvent(payload));
        else revalidate(({ employeeId }) => String(employeeId) === payload);
      },
      onListening() {
        for (const event of channels.eventNames()) channels.emit(event);
        revalidate(() => true);
      },
      onInterruption(error) {
        interruptions += 1;
        log.warn({ err: error }, 'the listener was interrupted');
      },
      isWatched: () => channels.listenerCount(changeEvent) > 0,
      onTransaction: () => channels.emit(changeEvent),
    });

  return {
    feeds: {
      ...createFeeds({ withSession, channels, semaphore, interruptions: () => interruptions }),
      openChanges: createChangeFeeds({ withSession, channels, semaphore }),
    },

    serve({ server, api, tokens, allowedOrigins, clientAddress }) {
      listener = listen();
      const serveProtocol = createProtocol({ api, limits, report });
      acceptWebSockets({
        server,
        allowedOrigins,
        maxMessageBytes: limits.maxMessageBytes,
        refuse() {
          if (!isClosing) return null;
          const { kind, sentence } = closeReasons.stopping;
          return errorResponse(503, 'UNAVAILABLE', sentence, { kind });
        },
        onSocket(socket, request) {
          const userAgent = request.headers['user-agent'] ?? null;
          const connection = createConnection(socket, {
            ...{ userAgent, tokens, checkSession, refusalOf, limits, log, report },
            address: clientAddress(request),
          });
          connections.add(connection);
          evictPending();
          connection.closed.then(() => connections.delete(connection));
          serveProtocol(socket, connection);
        },
      });
    },

    sockets: () => connections.size,

    async close() {
      isClosing = true;
      const closed = [...connections].map((connection) => {
        connection.close(closeReasons.stopping);
        return connection.closed;
      });
      await Promise.all([...closed, listener?.close()]);
    },
  };
}
