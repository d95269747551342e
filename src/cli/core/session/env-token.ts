import type { Session } from '../../../client/index.ts';
import { usageError } from '../errors.ts';
import type { SessionStore } from './store.ts';

const isToken = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/** Seconds since 1970, as far as a `Date` goes. */
const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= 8.64e12;

/** When an access token ends, in milliseconds since 1970; undefined when it is no access token. */
export function expiryOf(token: string): number | undefined {
  const [, payload = ''] = isToken.exec(token) ?? [];
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isMoment(exp) ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The session of whoever was lent an access token, and nothing to refresh it with. */
export function lentSession(token: string): Session | undefined {
  const expiresAt = expiryOf(token);
  if (expiresAt === undefined) return undefined;
  return { email: '', accessToken: token, expiresAt, refreshToken: null };
}

/** A store whose session is the token of EPIC_TOKEN: it reads and writes no session on disk. */
export function lentStore(token: string, kept: SessionStore): SessionStore {
  const session = lentSession(token);
  if (!session) {
    throw usageError(
      'EPIC_TOKEN is not an access token.',
      'Set it to what “epic token” prints, or take it away: unset EPIC_TOKEN',
    );
  }
  return {
    last: kept.last,
    find: async () => session,
    save: async () => {},
    forget: async () => {},
    exclusively: (work) => work(),
  };
}
