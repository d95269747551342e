import { CliError } from '../errors.ts';
import type { Session, SessionStore } from '../session-store.ts';
import type { Operation } from './operation.ts';
import { Refresh } from './operations.ts';
import { exchange } from './transport.ts';

/** The API of one server. Every failure is a CliError. */
export interface Api {
  readonly server: string;
  /** Runs an operation as the person who is logged in, refreshing the session when it is due. */
  send<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Runs an operation as nobody: logging in. */
  sendAsNobody<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
}

const patience = 60_000;
const refreshPatience = 10_000;
const marginBeforeExpiry = 15_000;

const isDue = (session: Session) => session.expiresAt - Date.now() < marginBeforeExpiry;

function notLoggedIn(server: string): CliError {
  return new CliError({
    code: 'UNAUTHENTICATED',
    message: `You are not logged in at ${server}.`,
    hint: 'Log in: epic login',
  });
}

const accessTokenExpired = (error: unknown) =>
  error instanceof CliError &&
  error.problem.code === 'UNAUTHENTICATED' &&
  error.problem.kind === 'token_expired';

/** The API at `server`, with the session that `store` keeps for it. */
export function createApi(options: {
  server: string;
  store: SessionStore;
  interrupted: AbortSignal;
}): Api {
  const { server, store, interrupted } = options;

  async function run<Result, Variables>(
    query: Operation<Result, Variables>,
    variables: Variables,
    how: { accessToken?: string; signal?: AbortSignal; patience: number },
  ): Promise<Result> {
    return (await exchange({ server, query, variables, ...how })) as Result;
  }

  async function stored(): Promise<Session> {
    const session = await store.find(server);
    if (!session) throw notLoggedIn(server);
    return session;
  }

  /** A session that is good for a request; `unlike` is an access token known to be refused. */
  async function usable(unlike?: string): Promise<Session> {
    const fits = (session: Session) => !isDue(session) && session.accessToken !== unlike;
    const session = await stored();
    if (fits(session)) return session;
    // One at a time: a refresh token that is used twice looks stolen and ends the session.
    return store.exclusively(async () => {
      const latest = await stored();
      if (fits(latest)) return latest;
      // Not interruptible: the old token may be used up before the new one is saved.
      const variables = { input: { refreshToken: latest.refreshToken } };
      const data = await run(Refresh, variables, { patience: refreshPatience });
      const next = data.refresh;
      if (!next) throw notLoggedIn(server);
      const refreshed: Session = {
        email: latest.email,
        accessToken: next.accessToken,
        expiresAt: Date.parse(next.accessTokenExpiresAt),
        // Null when another refresh of the same moment got it; by now that one has saved it.
        refreshToken: next.refreshToken ?? (await stored()).refreshToken,
      };
      await store.save(server, refreshed);
      return refreshed;
    });
  }

  return {
    server,
    async send(operation, variables) {
      const { accessToken } = await usable();
      const how = { signal: interrupted, patience };
      try {
        return await run(operation, variables, { ...how, accessToken });
      } catch (error) {
        if (!accessTokenExpired(error)) throw error;
        // This machine's clock is behind the server's. Refused before it ran, so safe to send again.
        const renewed = await usable(accessToken);
        return run(operation, variables, { ...how, accessToken: renewed.accessToken });
      }
    },
    sendAsNobody: (operation, variables) =>
      run(operation, variables, { signal: interrupted, patience }),
  };
}
