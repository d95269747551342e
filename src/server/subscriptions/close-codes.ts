import pg from 'pg';
import { ApiError } from '../errors/errors.ts';
import { apiErrorFrom } from '../graphql/errors/sqlstate.ts';

// Why a socket is closed, in the codes of WebSocket (1xxx) and of graphql-transport-ws (4xxx). Clients of that protocol
// connect again by themselves after 4403, 1012 and 1013, and not after 4401 and 1011.

/** What a client reads when its socket is closed: as its reason, `kind: sentence`. */
export type Closing = { code: number; kind: string; sentence: string };

/** Those that no error leads to. */
export const closings = {
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
} satisfies Record<string, Closing>;

/**
 * How to close a socket on which this went wrong; null for what concerns one operation alone, and for what nobody
 * foresaw.
 */
export function closingAfter(error: unknown): Closing | null {
  const refusal = error instanceof pg.DatabaseError ? apiErrorFrom(error) : error;
  if (!(refusal instanceof ApiError)) return null;
  return closingFor(refusal.code, refusal.details.kind, refusal.message);
}

/** The same, for an error in the form in which it travels. */
export function closingFor(code: unknown, kind: unknown, message: string): Closing | null {
  if (kind === closings.expired.kind) return closings.expired;
  const known = typeof kind === 'string' ? kind : null;
  if (code === 'UNAUTHENTICATED' || kind === 'must_change_password') {
    return { code: 4401, kind: known ?? 'session_ended', sentence: message };
  }
  if (code === 'UNAVAILABLE') {
    return { code: 1013, kind: known ?? 'unavailable', sentence: message };
  }
  return null;
}

/** The reason as it is sent; a frame has room for 123 bytes of it. */
export function reasonOf({ kind, sentence }: Closing): string {
  const reason = `${kind}: ${sentence}`;
  return Buffer.byteLength(reason) <= 123 ? reason : kind;
}
