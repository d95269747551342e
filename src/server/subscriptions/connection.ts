import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Claims } from '../database/claims.ts';
import { internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import { bearerToken } from '../http/client.ts';
import { expiryOf, type Tokens } from '../identity/tokens.ts';
import { type Closing, closingAfter, closings, reasonOf } from './close-codes.ts';
import type { LiveLimits } from './limits.ts';

/** A client on its socket, from the handshake to the end. */
export type Line = {
  readonly id: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  /** Whose session it belongs to; null until the client has said so. */
  readonly claims: Claims | null;
  /** Takes the access token that the client sends; false when it is no good and the socket is closed. */
  logIn(connectionParams: Record<string, unknown> | undefined): Promise<boolean>;
  /** Looks again whether the session is still good. */
  recheck(): Promise<void>;
  /** Closes the socket; only the first reason counts. */
  end(closing: Closing): void;
  /** Closes the socket after an error, and reports one that nobody foresaw. */
  endAfter(error: unknown): void;
  /** Cuts off a client that does not read what it is sent. */
  endIfUnread(): void;
  /** When the socket is closed. */
  readonly closed: Promise<void>;
};

/** Looks after a socket: whose it is, whether it is alive, and when it has to end. Logs when it begins and ends. */
export function createLine(
  socket: WebSocket,
  options: {
    userAgent: string | null;
    address: string | null;
    tokens: Tokens;
    /** Throws when the session cannot be entered. */
    checkSession(claims: Claims): Promise<void>;
    /** Whether the employee may have this line too. */
    hasRoom(claims: Claims): boolean;
    limits: LiveLimits;
    log: Logger;
    report: ReportError;
  },
): Line {
  const { tokens, checkSession, hasRoom, limits, report } = options;
  const startedAt = performance.now();
  const id = randomUUID();
  const timers: NodeJS.Timeout[] = [];
  let claims: Claims | null = null;
  let ending: Closing | null = null;
  let isAlive = true;

  const about = () => ({
    socket: id,
    role: claims?.department ?? 'anonymous',
    employee: claims?.employeeId ?? null,
  });

  const closed = new Promise<void>((resolve) => {
    socket.once('close', (code) => {
      timers.forEach(clearTimeout);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      options.log.info(
        { ...about(), code: ending?.code ?? code, kind: ending?.kind, seconds },
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
    }, limits.pingInterval),
  );
  socket.on('pong', () => {
    isAlive = true;
  });
  // What is wrong with a frame closes the socket, in words of the library.
  socket.on('error', () => {});

  async function takeToken(token: string): Promise<void> {
    const verified = tokens.verify(token);
    if (!hasRoom(verified)) return line.end(closings.full);
    // Known from here on, so that the end of the session is not missed while it is looked at.
    claims = verified;
    const left = expiryOf(token).getTime() - Date.now();
    timers.push(setTimeout(() => line.end(closings.expired), left));
    await checkSession(verified);
  }

  const line: Line = {
    id,
    userAgent: options.userAgent,
    address: options.address,
    get claims() {
      return claims;
    },
    closed,

    async logIn(connectionParams) {
      const { authorization } = { authorization: null, ...connectionParams };
      if (typeof authorization !== 'string') line.end(closings.anonymous);
      else await takeToken(bearerToken(authorization)).catch(line.endAfter);
      if (ending !== null || socket.readyState !== socket.OPEN) return false;
      options.log.info(about(), 'socket opened');
      return true;
    },

    async recheck() {
      if (claims === null || ending !== null) return;
      await checkSession(claims).catch(line.endAfter);
    },

    end(closing) {
      if (ending !== null) return;
      ending = closing;
      socket.close(closing.code, reasonOf(closing));
      timers.push(setTimeout(() => socket.terminate(), limits.farewell));
    },

    endAfter(error) {
      const closing = closingAfter(error);
      if (closing) return line.end(closing);
      const errorId = newErrorId();
      report(error, { errorId, request: null });
      line.end({ code: 1011, kind: 'internal', sentence: internalErrorMessage(errorId) });
    },

    endIfUnread() {
      if (socket.bufferedAmount > limits.unreadBytes) socket.terminate();
    },
  };
  return line;
}
