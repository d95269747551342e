import { EpicError } from './errors.ts';
import type { IssuedTokens, ServiceTokens } from './operations.ts';
import type { Session, SessionStore } from './session.ts';

/** What is kept of it. Without a refresh token of its own, `refreshToken` is the one to go on with. */
export function sessionOf(
  tokens: IssuedTokens | (ServiceTokens & { refreshToken?: null }),
  refreshToken: string | null = null,
): Session {
  return {
    email: tokens.employee.email,
    accessToken: tokens.accessToken,
    expiresAt: Date.parse(tokens.accessTokenExpiresAt),
    refreshToken: tokens.refreshToken ?? refreshToken,
  };
}

const marginBeforeExpiry = 15_000;

const isDue = (session: Session) => session.expiresAt - Date.now() < marginBeforeExpiry;

/**
 * Gives a session that is good for a request, refreshed when it is due. `unlike` is an access token that
 * was refused. Throws UNAUTHENTICATED without a session, or when it cannot be refreshed.
 */
export type SessionSource = (unlike?: string) => Promise<Session>;

/** Reads the session of `store`, and refreshes it through `refresh`. */
export function createSessionSource(options: {
  url: string;
  store: SessionStore;
  refresh(refreshToken: string): Promise<IssuedTokens>;
}): SessionSource {
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
      // another process refreshed meanwhile; accepted even if this machine's clock says it has expired
      if (latest.accessToken !== before.accessToken && latest.accessToken !== unlike) return latest;
      if (latest.refreshToken === null) throw hasEnded();
      const tokens = await refresh(latest.refreshToken);
      // Null when another refresh of the same moment got the next token; by now that one has saved it.
      const refreshToken = tokens.refreshToken ?? (await stored()).refreshToken;
      const next = sessionOf(tokens, refreshToken);
      await store.save(next);
      return next;
    });
  };
}

/** The sessions of a service account, kept in `store`: `open` opens the next one when it is due. */
export function createServiceSource(
  store: SessionStore,
  open: () => Promise<ServiceTokens>,
): SessionSource {
  const isGood = (session: Session | undefined, unlike?: string): session is Session =>
    session !== undefined && !isDue(session) && session.accessToken !== unlike;

  return async (unlike) => {
    const before = await store.load();
    if (isGood(before, unlike)) return before;
    return store.exclusively(async () => {
      const latest = await store.load();
      if (isGood(latest, unlike)) return latest;
      const next = sessionOf(await open());
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
