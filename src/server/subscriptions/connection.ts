import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Claims } from '../database/claims.ts';
import { internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import { bearerToken } from '../http/client.ts';
import { expiryOf, type Tokens } from '../identity/tokens.ts';
import { type CloseReason, closeReasonOf, closeReasons, closeText } from './close-codes.ts';

/** What clients may use of the server over WebSockets. */
export type SubscriptionLimits = {
  /** For connection_init to arrive. */
  initTimeoutMs: number;
  /** Between pings; a client that does not answer one before the next is cut off. */
  pingIntervalMs: number;
  /** For a client to close after it was sent a close frame. */
  closeTimeoutMs: number;
  maxMessageBytes: number;
  /** Bytes that wait to be sent; a client that reads less is cut off. */
  maxBufferedBytes: number;
  /** Of authenticated clients. */
  maxConnections: number;
  maxConnectionsPerEmployee: number;
  /** Connections that have sent no valid token yet. */
  maxPendingConnections: number;
  maxPendingConnectionsPerAddress: number;
  maxSubscriptionsPerConnection: number;
  /** Of the ten connections of the pool. */
  maxConcurrentReads: number;
};

export const subscriptionLimits: SubscriptionLimits = {
  initTimeoutMs: 3_000,
  pingIntervalMs: 15_000,
  closeTimeoutMs: 2_000,
  maxMessageBytes: 65_536,
  maxBufferedBytes: 8_388_608,
  maxConnections: 500,
  maxConnectionsPerEmployee: 20,
  maxPendingConnections: 100,
  maxPendingConnectionsPerAddress: 20,
  maxSubscriptionsPerConnection: 20,
  maxConcurrentReads: 4,
};

/** A client on its WebSocket, from the handshake to the end. */
export type Connection = {
  readonly id: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  /** Of the session; null until authenticated. */
  readonly claims: Claims | null;
  /** Whether it is open and has sent no valid token yet. */
  readonly isPending: boolean;
  /** Takes the access token of connection_init; false when it is refused and the connection is closed. */
  authenticate(connectionParams: Record<string, unknown> | undefined): Promise<boolean>;
  /** Closes the connection unless its session can still be entered. */
  revalidate(): Promise<void>;
  /** Sends a close frame; only the first call has an effect. */
  close(reason: CloseReason): void;
  /** Sends this close frame, and cuts off a client that does not close in time. */
  end(code: number, text: string): void;
  /** Closes after an error, and reports an unexpected one. */
  closeAfter(error: unknown): void;
  /** Cuts off a client that does not read what it is sent. */
  checkBuffer(): void;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
};

/** Authenticates a WebSocket, checks that it is alive, and closes it when the session ends. Logs both ends of its life. */
export function createConnection(
  socket: WebSocket,
  options: {
    userAgent: string | null;
    address: string | null;
    tokens: Tokens;
    /** Throws when the session cannot be entered. */
    checkSession(claims: Claims): Promise<void>;
    /** Why the employee may have no further connection; null when there is room. */
    refusalOf(claims: Claims): CloseReason | null;
    limits: SubscriptionLimits;
    log: Logger;
    report: ReportError;
  },
): Connection {
  const { tokens, checkSession, refusalOf, limits, report } = options;
  const startedAt = performance.now();
  const id = randomUUID();
  const timers: NodeJS.Timeout[] = [];
  let claims: Claims | null = null;
  let closeReason: CloseReason | null = null;
  let isAlive = true;

  const logFields = () => ({
    socket: id,
    role: claims?.department ?? 'anonymous',
    employee: claims?.employeeId ?? null,
  });

  const closed = new Promise<void>((resolve) => {
    socket.once('close', (code) => {
      timers.forEach(clearTimeout);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      options.log.info(
        { ...logFields(), code: closeReason?.code ?? code, kind: closeReason?.kind, seconds },
        'socket closed',
      );
      resolve();
    });
  });

  timers.push(
    setInterval(() => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
    }, limits.pingIntervalMs),
  );
  socket.on('pong', () => {
    isAlive = true;
  });
  // ws itself closes the socket after a malformed frame
  socket.on('error', () => {});

  async function takeToken(token: string): Promise<void> {
    const verified = tokens.verify(token);
    const refusal = refusalOf(verified);
    if (refusal) return connection.close(refusal);
    // set before the session is checked, so that its end in the meantime is noticed
    claims = verified;
    const remainingMs = expiryOf(token).getTime() - Date.now();
    timers.push(setTimeout(() => connection.close(closeReasons.expired), remainingMs));
    await checkSession(verified);
  }

  const connection: Connection = {
    id,
    userAgent: options.userAgent,
    address: options.address,
    get claims() {
      return claims;
    },
    get isPending() {
      return claims === null && socket.readyState === socket.OPEN;
    },
    closed,

    async authenticate(connectionParams) {
      const { authorization } = { authorization: null, ...connectionParams };
      if (typeof authorization !== 'string') connection.close(closeReasons.anonymous);
      else await takeToken(bearerToken(authorization)).catch(connection.closeAfter);
      if (closeReason !== null || socket.readyState !== socket.OPEN) return false;
      options.log.info(logFields(), 'socket opened');
      return true;
    },

    async revalidate() {
      if (claims === null || closeReason !== null) return;
      await checkSession(claims).catch(connection.closeAfter);
    },

    close(reason) {
      if (closeReason !== null) return;
      closeReason = reason;
      connection.end(reason.code, closeText(reason));
    },

    end(code, text) {
      socket.close(code, text);
      timers.push(setTimeout(() => socket.terminate(), limits.closeTimeoutMs));
    },

    closeAfter(error) {
      const reason = closeReasonOf(error);
      if (reason) return connection.close(reason);
      const errorId = newErrorId();
      report(error, { errorId, request: null });
      connection.close({ code: 1011, kind: 'internal', sentence: internalErrorMessage(errorId) });
    },

    checkBuffer() {
      if (socket.bufferedAmount > limits.maxBufferedBytes) socket.terminate();
    },
  };
  return connection;
}
