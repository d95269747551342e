import { EpicError } from './errors.ts';
import type { IssuedTokens } from './operations.ts';
import type { Session, SessionStore } from './session.ts';

/** What is kept of it. Without a refresh token of its own, `refreshToken` is the one to go on with. */
export function sessionOf(opened: IssuedTokens, refreshToken: string | null = null): Session {
  return {
    email: opened.employee.email,
    accessToken: opened.accessToken,
    expiresAt: Date.parse(opened.accessTokenExpiresAt),
    refreshToken: opened.refreshToken ?? refreshToken,
  };
}

const marginBeforeExpiry = 15_000;

const isDue = (session: Session) => session.expiresAt - Date.now() < marginBeforeExpiry;

/**
 * Gives a session that is good for a request, refreshed when it is due. `unlike` is an access token that
 * was refused. Throws UNAUTHENTICATED when nobody is logged in, or the session cannot be refreshed.
 */
export type Usable = (unlike?: string) => Promise<Session>;

/** Looks after the session of `store`; `refresh` exchanges a refresh token at the server. */
export function createUsable(options: {
  url: string;
  store: SessionStore;
  refresh(refreshToken: string): Promise<IssuedTokens>;
}): Usable {
  const { url, store, refresh } = options;

  async function stored(): Promise<Session> {
    const session = await store.load();
    if (session) return session;
    throw new EpicError({
      code: 'UNAUTHENTICATED',
      kind: 'no_session',
      message: `You are not logged in at ${url}.`,
    });
  }

  return async (unlike) => {
    const before = await stored();
    // When a token that cannot be refreshed ends is for the server to say: its clock counts.
    const isGood = before.refreshToken === null || !isDue(before);
    if (isGood && before.accessToken !== unlike) return before;
    return store.exclusively(async () => {
      const latest = await stored();
      // Somebody refreshed while we waited. It counts even if by this machine's clock it is due again.
      if (latest.accessToken !== before.accessToken && latest.accessToken !== unlike) return latest;
      if (latest.refreshToken === null) throw hasEnded();
      const opened = await refresh(latest.refreshToken);
      // Null when another refresh of the same moment got the next token; by now that one has saved it.
      const refreshToken = opened.refreshToken ?? (await stored()).refreshToken;
      const next = sessionOf(opened, refreshToken);
      await store.save(next);
      return next;
    });
  };
}

function hasEnded(): EpicError {
  return new EpicError({
    code: 'UNAUTHENTICATED',
    kind: 'token_expired',
    message: 'Your access token has expired.',
  });
}
