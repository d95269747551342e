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
import { createBells } from '../signals/channel-emitter.ts';
import { createFeeds, type Feeds } from '../signals/feed.ts';
import { type Listener, startListening } from '../signals/listener.ts';
import { createTurnstile } from '../signals/waiting.ts';
import { closings } from './close-codes.ts';
import { createLine, type Line } from './connection.ts';
import { liveLimits as limits } from './limits.ts';
import { createSubscribe } from './operations.ts';
import { createProtocol } from './protocol.ts';

// Subscriptions: the database rings (listener.ts, bells.ts), each subscriber reads what is new to them in their own
// session (feed.ts), and what comes of it is sent on their socket (protocol.ts), for as long as the session is good
// (line.ts).

/** What subscriptions need to live. */
export type Live = {
  /** For the schema. */
  feeds: Feeds;
  /** Begins: takes WebSockets on the server, for the schema that was made with the feeds. */
  serve(options: {
    server: Server;
    api: Api;
    tokens: Tokens;
    /** The origins whose pages may use the API. */
    allowedOrigins: readonly string[];
    clientAddress: ClientAddress;
  }): void;
  /** How many WebSockets are open. */
  sockets(): number;
  /** Sends every client elsewhere, then lets go of everything. */
  close(): Promise<void>;
};

/** Subscriptions to the database behind `withSession`, listened to at `databaseUrl`. */
export function createLive(options: {
  databaseUrl: string;
  withSession: WithSession;
  log: Logger;
  report: ReportError;
}): Live {
  const { withSession, log, report } = options;
  const bells = createBells();
  const turnstile = createTurnstile(limits.readings);
  const lines = new Set<Line>();
  let listener: Listener | null = null;
  let interruptions = 0;
  let isClosing = false;

  async function checkSession(claims: Claims): Promise<void> {
    await turnstile.pass(() =>
      withSession(sessionSettings(claims), (client) => client.query({ text: 'select 1' })),
    );
  }

  function recheck(which: (claims: Claims) => boolean): void {
    for (const line of lines) if (line.claims && which(line.claims)) line.recheck();
  }

  const listen = () =>
    startListening({
      databaseUrl: options.databaseUrl,
      channels: ['epic_signal', 'epic_session'],
      onNotice(channel, payload) {
        if (channel === 'epic_signal') bells.ring(payload);
        else recheck(({ employeeId }) => String(employeeId) === payload);
      },
      onListening() {
        bells.ringAll();
        recheck(() => true);
      },
      onInterruption(error) {
        interruptions += 1;
        log.warn({ err: error }, 'the listener was interrupted');
      },
    });

  return {
    feeds: createFeeds({ withSession, bells, turnstile, interruptions: () => interruptions }),

    serve({ server, api, tokens, allowedOrigins, clientAddress }) {
      listener = listen();
      const speak = createProtocol({ subscribe: createSubscribe(api), limits, report });
      const hasRoom = (claims: Claims) => {
        const theirs = [...lines].filter((line) => line.claims?.employeeId === claims.employeeId);
        return theirs.length < limits.socketsOfEmployee;
      };
      acceptWebSockets({
        server,
        allowedOrigins,
        maxMessageBytes: limits.messageBytes,
        refuse() {
          if (!isClosing && lines.size < limits.sockets) return null;
          const { kind, sentence } = isClosing ? closings.stopping : closings.full;
          return errorResponse(503, 'UNAVAILABLE', sentence, { kind });
        },
        onSocket(socket, request) {
          const userAgent = request.headers['user-agent'] ?? null;
          const line = createLine(socket, {
            ...{ userAgent, tokens, checkSession, hasRoom, limits, log, report },
            address: clientAddress(request),
          });
          lines.add(line);
          line.closed.then(() => lines.delete(line));
          speak(socket, line);
        },
      });
    },

    sockets: () => lines.size,

    async close() {
      isClosing = true;
      const closed = [...lines].map((line) => {
        line.end(closings.stopping);
        return line.closed;
      });
      await Promise.all([...closed, listener?.close()]);
    },
  };
}
