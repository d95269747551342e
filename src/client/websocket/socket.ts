import { createClient, type Client as Socket } from 'graphql-ws/client';
import { EpicError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { problemOfClose } from './close-reason.ts';

/** The delay before the first and before any later attempt to reconnect. */
const backoffMs = { min: 500, max: 30_000 };
/** How often to send a ping, and how long its pong may take. */
const heartbeatMs = { interval: 15_000, timeout: 10_000 };

/** A socket that connects when it is needed, and again whenever the connection is lost. */
export interface ReconnectingSocket extends Pick<Socket, 'subscribe'> {
  /** Stops the attempts to connect. */
  cancelRetry(): void;
}

/** The socket of a server. `accessToken` is asked whenever it connects; `unlike` is a token that was refused. */
export function createReconnectingSocket(options: {
  url: string;
  accessToken(unlike?: string): Promise<string>;
  /** A WebSocket class, where there is no global one. */
  webSocketImpl?: unknown;
  /** The connection was lost, other than by the end of its token. */
  onLost?: (() => void) | undefined;
  /** It is there again. */
  onBack?: (() => void) | undefined;
}): ReconnectingSocket {
  let usedToken: string | undefined;
  let refusedToken: string | undefined;
  let wasAccepted = false;
  let isExpected = false;
  let isLost = false;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  let cancelWait = () => {};

  const socket = createClient({
    url: `${options.url.replace(/^http/, 'ws').replace(/\/+$/, '')}/graphql`,
    webSocketImpl: options.webSocketImpl,
    async connectionParams() {
      usedToken = await options.accessToken(refusedToken);
      return { authorization: `Bearer ${usedToken}` };
    },
    connectionAckWaitTimeout: heartbeatMs.timeout,
    keepAlive: heartbeatMs.interval,
    retryAttempts: Number.POSITIVE_INFINITY,
    async retryWait(attempt) {
      // the server closes a socket when its token expires
      if (isExpected) return;
      const wait = Math.min(backoffMs.min * 2 ** attempt, backoffMs.max);
      await new Promise<void>((resolve) => {
        // jitter: not all clients at once when a server restarts
        const timer = setTimeout(resolve, wait * (0.5 + Math.random() / 2));
        cancelWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    // not called for close codes that the protocol calls final; without a session a retry is useless
    shouldRetry: (error) => !(error instanceof EpicError) || error.code === 'UNAVAILABLE',
    on: {
      connected() {
        wasAccepted = true;
        refusedToken = undefined;
        if (isLost) options.onBack?.();
        isLost = false;
      },
      closed(event) {
        clearTimeout(pongTimer);
        const { code, kind } = problemOfClose(event);
        const hasExpired = kind === 'token_expired';
        if (hasExpired) refusedToken = usedToken;
        isExpected = hasExpired && wasAccepted;
        const isLoss = wasAccepted && code === 'UNAVAILABLE' && !isClosedByClient(event);
        if (isLoss) options.onLost?.();
        isLost ||= isLoss;
        wasAccepted = false;
      },
      ping(isTheirs) {
        if (!isTheirs) pongTimer = setTimeout(() => socket.terminate(), heartbeatMs.timeout);
      },
      pong(isTheirs) {
        if (isTheirs) clearTimeout(pongTimer);
      },
    },
  });

  return { subscribe: socket.subscribe, cancelRetry: () => cancelWait() };
}

/** Closed by this side, after the last subscription. */
const isClosedByClient = (event: unknown) => isObject(event) && event.code === 1000;
