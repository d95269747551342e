import {
  type Credentials,
  createClient,
  EpicError,
  type LoggedIn,
  memoryStore,
  type Operation,
  type Session,
} from '../../../client/index.ts';
import { Me, SecondFactorConfirm } from '../../operations/index.ts';
import { CliError, type Problem } from '../errors.ts';
import { lacksSecondFactor } from '../hints.ts';
import { withSpinner } from '../output/progress.ts';
import { envTokenStore } from '../session/session.ts';
import type { SessionStore } from '../session/store.ts';
import { version } from '../version.ts';
import { toCliError } from './errors.ts';
import { postOverHttp } from './http.ts';

/** Variables of a subscription that can begin after a position. */
export interface Resumable {
  after?: string | null | undefined;
}

/** Told of a lost and of a restored connection. */
export interface ConnectionListener {
  onLost(): void;
  onBack(): void;
}

/** The data of a response, and the problems beside it. */
export interface GraphqlResponse {
  data: unknown;
  problems: readonly Problem[];
}

/** The API of one server. Every failure is a CliError. */
export interface Api {
  readonly server: string;
  /** The session is the token of EPIC_TOKEN: it is stored, refreshed and ended elsewhere. */
  readonly usesEnvToken: boolean;
  /** Opens a session and stores it. */
  login(credentials: Credentials): Promise<LoggedIn>;
  /** Stores a session that was opened elsewhere, if it is valid. */
  adopt(session: Session): Promise<NonNullable<LoggedIn['employee']>>;
  /** Ends the session on the server, and here even if that fails. */
  logout(): Promise<void>;
  /** Runs an operation, refreshing the session when it is due, and confirming it when the second factor is missing. */
  send<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Runs this; where the second factor was missing, again once a code that is asked for has confirmed the session. */
  confirming<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Runs any document; throws if the whole request is refused. */
  query(
    text: string,
    variables: Readonly<Record<string, unknown>>,
    operationName?: string,
  ): Promise<GraphqlResponse>;
  /** A subscription, until Ctrl-C. Resumes after a lost connection without missing anything. */
  follow<Result extends object, Variables extends Resumable>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    listener: ConnectionListener,
  ): AsyncGenerator<Result, void, undefined>;
  /** A fresh access token, for another program. */
  newAccessToken(): Promise<string>;
}

/** The API at `server`, with the session that `store` keeps for it, or with the token of EPIC_TOKEN. */
export function createApi(options: {
  server: string;
  store: SessionStore;
  envToken: string | undefined;
  interrupted: AbortSignal;
  stderr: NodeJS.WriteStream;
  /** Asks for a code of the second factor, for `send`. Without it, what needs one is refused. */
  askForCode?: ((send: (code: string) => Promise<void>) => Promise<void>) | undefined;
}): Api {
  const { server, envToken, interrupted: signal, stderr, askForCode } = options;
  const usesEnvToken = envToken !== undefined;
  const store = usesEnvToken ? envTokenStore(envToken, options.store) : options.store;
  const about = { url: server, userAgent: `epic/${version}`, fetch: postOverHttp };
  const client = createClient({
    ...about,
    store: {
      load: () => store.find(server),
      save: (session) => store.save(server, session),
      forget: () => store.forget(server),
      exclusively: store.exclusively,
    },
  });
  const asCliError = (error: unknown) => toCliError(error, usesEnvToken);
  const withWaiting = <Result>(work: Promise<Result>): Promise<Result> =>
    withSpinner(stderr, 'Waiting for the server', work);
  const run = <Result>(work: Promise<Result>): Promise<Result> =>
    withWaiting(work).catch((error: unknown) => {
      throw asCliError(error);
    });
  const request = <Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result> => run(client.request(operation, variables, { signal }));

  return {
    server,
    usesEnvToken,
    login: (credentials) => run(client.login(credentials, { signal })),
    adopt: (session) => run(store.exclusively(() => storeIfValid(session))),
    logout: () => run(client.logout({ signal })),
    send: (operation, variables) => confirming(() => request(operation, variables)),
    confirming,
    async query(text, variables, operationName) {
      try {
        const options = { signal, ...(operationName !== undefined && { operationName }) };
        return { data: await withWaiting(client.query(text, variables, options)), problems: [] };
      } catch (error) {
        return responseOf(error, asCliError);
      }
    },
    async *follow(operation, variables, listener) {
      try {
        const { openSubscriptions } = await import('../../../client/subscriptions.ts');
        yield* openSubscriptions(client, listener).follow(operation, variables, { signal });
      } catch (error) {
        throw asCliError(error);
      }
    },
    newAccessToken: () => run(newAccessToken()),
  };

  async function confirming<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const isMissing = error instanceof CliError && lacksSecondFactor(error.problem);
      if (!isMissing || !askForCode) throw error;
      await askForCode(async (code) => void (await request(SecondFactorConfirm, { code })));
      return work();
    }
  }

  async function newAccessToken(): Promise<string> {
    const present = await client.accessToken();
    const canRefresh = typeof (await store.find(server))?.refreshToken === 'string';
    return canRefresh ? client.accessToken(present) : present;
  }

  async function storeIfValid(session: Session) {
    // checked in memory first: an invalid session must not replace a valid one
    const held = memoryStore(session);
    const { me } = await createClient({ ...about, store: held }).request(Me, {}, { signal });
    const latest = await held.load();
    if (!me || !latest) {
      throw new EpicError({ code: 'UNAUTHENTICATED', message: 'This session is not logged in.' });
    }
    await store.save(server, { ...latest, email: me.email });
    return me;
  }
}

/** The response that an error carries. Throws the error if it has no data. */
function responseOf(error: unknown, asCliError: (error: unknown) => unknown): GraphqlResponse {
  const isPartial = error instanceof EpicError && error.data !== null && error.data !== undefined;
  if (!isPartial) throw asCliError(error);
  const problems = error.problems.map((problem) => {
    const one = asCliError(new EpicError(problem));
    if (one instanceof CliError) return one.problem;
    throw one;
  });
  return { data: error.data, problems };
}
