import pg from 'pg';
import { ApiError } from '../errors/errors.ts';
import { apiErrorFrom } from '../graphql/errors/sqlstate.ts';

// Why a connection is closed, in the codes of WebSocket (1xxx) and of graphql-transport-ws (4xxx). Clients of that
// protocol reconnect after 4403, 1012 and 1013, and not after 4401 and 1011.

/** What a client reads when its connection is closed: as the reason of the close frame, `kind: sentence`. */
export type CloseReason = { code: number; kind: string; sentence: string };

export const closeReasons = {
  stopping: {
    code: 1012,
    kind: 'server_stopping',
    sentence: 'The server stops. Connect again.',
  },
  full: {
    code: 1013,
    kind: 'too_many_connections',
    sentence: 'You have too many connections. Close some, or try again later.',
  },
  serverFull: {
    code: 1013,
    kind: 'too_many_connections',
    sentence: 'The server has too many connections. Try again later.',
  },
  pendingFull: {
    code: 1013,
    kind: 'too_many_connections',
    sentence: 'Too many connections have sent no connection_init. Connect again.',
  },
  expired: {
    code: 4403,
    kind: 'token_expired',
    sentence: 'Your access token has expired. Connect again with a new one.',
  },
  anonymous: {
    code: 4401,
    kind: 'no_session',
    sentence: 'Send {"authorization": "Bearer …"} as the payload of connection_init.',
  },
} satisfies Record<string, CloseReason>;

/** Why to close a connection after this error; null for an unexpected one, or one that concerns one operation alone. */
export function closeReasonOf(error: unknown): CloseReason | null {
  const expected = error instanceof pg.DatabaseError ? apiErrorFrom(error) : error;
  if (!(expected instanceof ApiError)) return null;
  return closeReasonFor(expected.code, expected.details.kind, expected.message);
}

/** The same for an error as it is sent to a client. */
export function closeReasonFor(code: unknown, kind: unknown, message: string): CloseReason | null {
  if (kind === closeReasons.expired.kind) return closeReasons.expired;
  const known = typeof kind === 'string' ? kind : null;
  if (code === 'UNAUTHENTICATED' || kind === 'must_change_password') {
    return { code: 4401, kind: known ?? 'session_ended', sentence: message };
  }
  if (code === 'UNAVAILABLE') {
    return { code: 1013, kind: known ?? 'unavailable', sentence: message };
  }
  return null;
}

/** The text of the close frame, which has room for 123 bytes. */
export function closeText({ kind, sentence }: CloseReason): string {
  const text = `${kind}: ${sentence}`;
  return Buffer.byteLength(text) <= 123 ? text : kind;
}
