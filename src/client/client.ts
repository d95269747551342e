import { EpicError } from './errors.ts';
import { isMutation, newIdempotencyKey, repeatIfLost } from './idempotency.ts';
import {
  AuthenticateService,
  type Credentials,
  type Given,
  type IssuedTokens,
  Login,
  Logout,
  type Operation,
  Refresh,
  type ServiceTokens,
  type UnmappedScalar,
} from './operations.ts';
import { allRows, type TypedConnection } from './pages.ts';
import { createServiceSource, createSessionSource, sessionOf } from './refreshing.ts';
import { memoryStore, type SessionStore } from './session.ts';
import { type Fetch, postGraphql } from './transport.ts';

export interface ClientOptions {
  /** The address of the server: `https://crm.epic.example`. */
  url: string;
  /** Where the session is kept; by default in memory. */
  store?: SessionStore;
  /**
   * Signs an assertion of a service account, a new one each time. The client then needs no login: it opens a session
   * whenever it needs one.
   */
  assertion?: () => string | Promise<string>;
  /** How this program is called in the list of one's sessions: `invoices/2.1`. */
  userAgent?: string;
  /** How long to wait for an answer, in milliseconds; by default a minute. */
  timeout?: number;
  /** What sends requests; by default the `fetch` of wherever this runs. */
  fetch?: Fetch;
}

export interface RequestOptions {
  /** Gives up waiting; the call then throws the signal's reason. A change may have been made all the same. */
  signal?: AbortSignal;
  /**
   * Of a mutation, where it is to be sent again by another call, or another run of the program: up to 255 visible characters,
   * without quotation marks and backslashes. By default each call has one of its own.
   */
  idempotencyKey?: string;
}

export interface QueryOptions extends RequestOptions {
  /** Which operation to run, where the text has several. */
  operationName?: string;
}

/** Who has logged in. */
export interface LoggedIn {
  employee: IssuedTokens['employee'];
  /** The password was a one-time password: until it is changed, the session can do nothing else. */
  mustChangePassword: boolean;
}

/** The API of one server, as one person. Every call may throw an EpicError. */
export interface Client {
  /** The address of the server, without a trailing slash. */
  readonly url: string;

  /** Opens a session and keeps it. */
  login(credentials: Credentials, options?: RequestOptions): Promise<LoggedIn>;

  /**
   * Ends the session, on the server and here. It is forgotten here even if the server cannot be told, which
   * throws UNAVAILABLE.
   */
  logout(options?: RequestOptions): Promise<void>;

  /** Runs a typed operation. Refreshes the session when it is due. */
  request<Result, Variables>(
    operation: Operation<Result, Variables>,
    ...given: Given<Variables, RequestOptions>
  ): Promise<Result>;

  /** Runs the text of any query or mutation, whose result the caller knows to be a `Result`. */
  query<Result>(
    text: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: QueryOptions,
  ): Promise<Result>;

  /** Every row of a list, page after page, by an operation that has a variable `$after`. */
  all<
    Result,
    Variables extends { after?: string | null | undefined | UnmappedScalar<'Cursor'> },
    Row,
  >(
    operation: Operation<Result, Variables>,
    variables: Variables,
    listOf: (data: Result) => TypedConnection<Row> | null | undefined,
    options?: RequestOptions,
  ): AsyncGenerator<Row, void, undefined>;

  /**
   * An access token that is good now, refreshed when it is due: for connections of another kind.
   * `unlike` is one that was refused.
   */
  accessToken(unlike?: string): Promise<string>;
}

// a refresh is short, and holds the lock
const refreshTimeout = 10_000;

/** A client of the Epic server at `url`. Sends nothing yet. */
export function createClient(options: ClientOptions): Client {
  const { userAgent, timeout = 60_000, store = memoryStore(), fetch, assertion } = options;
  const url = new URL(options.url).href.replace(/\/+$/, '');

  async function send<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    how: {
      accessToken?: string;
      idempotencyKey?: string | undefined;
      operationName?: string | undefined;
      signal?: AbortSignal | undefined;
      timeout?: number;
    },
  ): Promise<Result> {
    const query = String(operation);
    return (await postGraphql({
      url,
      query,
      variables,
      userAgent,
      timeout,
      fetch,
      ...how,
    })) as Result;
  }

  /** What a login or a refresh must give, if it is not refused. */
  function requireTokens<Tokens extends ServiceTokens>(session: Tokens | null | undefined): Tokens {
    if (session) return session;
    throw new EpicError({ code: 'INTERNAL', message: `No session came from ${url}.` });
  }

  // Both without the caller's signal: what was sent is used up, before its session is saved.
  const currentSession = assertion
    ? createServiceSource(store, async () => {
        const input = { assertion: await assertion() };
        const opened = await send(AuthenticateService, { input }, { timeout: refreshTimeout });
        return requireTokens(opened.authenticateService);
      })
    : createSessionSource({
        url,
        store,
        refresh: async (refreshToken) =>
          requireTokens(
            (await send(Refresh, { input: { refreshToken } }, { timeout: refreshTimeout })).refresh,
          ),
      });

  async function sendAsMe<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    { signal, operationName, idempotencyKey }: QueryOptions = {},
  ): Promise<Result> {
    const about = {
      ...{ signal, operationName },
      ...(isMutation(String(operation)) && {
        idempotencyKey: idempotencyKey ?? newIdempotencyKey(),
      }),
    };
    const sendWith = (accessToken: string) => {
      const sendNow = () => send(operation, variables, { accessToken, ...about });
      return 'idempotencyKey' in about
        ? unlessAborted(repeatIfLost(sendNow, signal), signal)
        : sendNow();
    };
    const { accessToken, email } = await unlessAborted(currentSession(), signal);
    try {
      return await sendWith(accessToken);
    } catch (error) {
      if (assertion && isUnauthenticated(error)) await store.exclusively(() => store.forget());
      // This machine's clock is behind the server's. Refused before it ran, so safe to send again.
      if (!isTokenExpired(error)) throw error;
      const renewed = await unlessAborted(currentSession(accessToken), signal);
      // another person has logged in: a request is not repeated as someone else
      if (renewed.email !== email) throw error;
      return sendWith(renewed.accessToken);
    }
  }

  return {
    url,

    async login(input, { signal } = {}) {
      const session = requireTokens((await send(Login, { input }, { signal })).login);
      await store.exclusively(() => store.save(sessionOf(session)));
      const { employee, mustChangePassword } = session;
      return { employee, mustChangePassword };
    },

    async logout(options) {
      try {
        await sendAsMe(Logout, {}, options);
      } catch (error) {
        // A session that has ended already is what was wanted.
        if (!isUnauthenticated(error)) throw error;
      } finally {
        await store.exclusively(() => store.forget());
      }
    },

    request<Result, Variables>(
      operation: Operation<Result, Variables>,
      ...[variables, options]: Given<Variables, RequestOptions>
    ) {
      return sendAsMe(operation, variables as Variables, options);
    },

    query: <Result>(
      text: Operation<Result, unknown>,
      variables?: unknown,
      options?: QueryOptions,
    ) => sendAsMe(text, variables, options),

    all: (operation, variables, listOf, options) =>
      allRows(
        async (after) => listOf(await sendAsMe(operation, { ...variables, after }, options)),
        variables.after as string | null | undefined,
      ),

    accessToken: async (unlike) => (await currentSession(unlike)).accessToken,
  };
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof EpicError && error.code === 'UNAUTHENTICATED';
}

function isTokenExpired(error: unknown): boolean {
  return error instanceof EpicError && error.problem.kind === 'token_expired';
}

/** The outcome of `work`, or the signal's reason if that comes first; `work` goes on. */
function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
