import {
  createClient,
  EpicError,
  type LoggedIn,
  memoryStore,
  type Operation,
  type Session,
} from '../../../client/index.ts';
import { Me } from '../../operations/index.ts';
import { CliError, type Problem } from '../errors.ts';
import { whileWaiting } from '../output/waiting.ts';
import { lentStore } from '../session/env-token.ts';
import type { SessionStore } from '../session/store.ts';
import { version } from '../version.ts';
import { postOverHttp } from './http.ts';
import { inOurWords } from './problem.ts';
import { type Following, followed, type Resumable } from './subscribing.ts';

/** What came of any text: what was answered, and what went wrong beside it. */
export interface Answer {
  data: unknown;
  problems: readonly Problem[];
}

/** The API of one server. Every failure is a CliError. */
export interface Api {
  readonly server: string;
  /** True when the session is the token of EPIC_TOKEN: it is kept, refreshed and ended elsewhere. */
  readonly isLent: boolean;
  /** Opens a session and keeps it. */
  login(credentials: { email: string; password: string }): Promise<LoggedIn>;
  /** Goes on with a session that was opened elsewhere, if it is good, and keeps it. */
  adopt(session: Session): Promise<NonNullable<LoggedIn['employee']>>;
  /** Ends the session on the server, and here whatever the server says. */
  logout(): Promise<void>;
  /** Runs an operation as the person who is logged in, refreshing the session when it is due. */
  send<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Runs any text; throws what the request as a whole is refused for. */
  query(
    text: string,
    variables: Readonly<Record<string, unknown>>,
    operationName?: string,
  ): Promise<Answer>;
  /** What happens, as it happens, until Ctrl-C. Nothing is missed while the connection is lost. */
  follow<Result extends object, Variables extends Resumable>(
    operation: Operation<Result, Variables>,
    variables: Variables,
    told: Following,
  ): AsyncGenerator<Result, void, undefined>;
  /** An access token, as new as can be had: for another program. */
  newAccessToken(): Promise<string>;
}

/** The API at `server`, with the session that `store` keeps for it, or with the token of EPIC_TOKEN. */
export function createApi(options: {
  server: string;
  store: SessionStore;
  lentToken: string | undefined;
  interrupted: AbortSignal;
  stderr: NodeJS.WriteStream;
}): Api {
  const { server, lentToken, interrupted: signal, stderr } = options;
  const isLent = lentToken !== undefined;
  const store = isLent ? lentStore(lentToken, options.store) : options.store;
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
  const toldOf = (error: unknown) => inOurWords(error, isLent);
  const waited = <Result>(work: Promise<Result>): Promise<Result> =>
    whileWaiting(stderr, 'Waiting for the server', work);
  const told = <Result>(work: Promise<Result>): Promise<Result> =>
    waited(work).catch((error: unknown) => {
      throw toldOf(error);
    });

  return {
    server,
    isLent,
    login: (credentials) => told(client.login(credentials, { signal })),
    adopt: (session) => told(store.exclusively(() => adopted(session))),
    logout: () => told(client.logout({ signal })),
    send: (operation, variables) => told(client.request(operation, variables, { signal })),
    async query(text, variables, operationName) {
      try {
        const options = { signal, ...(operationName !== undefined && { operationName }) };
        return { data: await waited(client.query(text, variables, options)), problems: [] };
      } catch (error) {
        return answerIn(error, toldOf);
      }
    },
    async *follow(operation, variables, following) {
      try {
        yield* followed(client, operation, variables, { ...following, signal });
      } catch (error) {
        throw toldOf(error);
      }
    },
    newAccessToken: () => told(newAccessToken()),
  };

  async function newAccessToken(): Promise<string> {
    const present = await client.accessToken();
    const canRefresh = typeof (await store.find(server))?.refreshToken === 'string';
    return canRefresh ? client.accessToken(present) : present;
  }

  async function adopted(session: Session) {
    // With nothing of its own on disk: a session that is not good replaces none that is.
    const held = memoryStore(session);
    const { me } = await createClient({ ...about, store: held }).request(Me, {}, { signal });
    const latest = await held.load();
    if (!me || !latest) {
      throw new EpicError({ code: 'UNAUTHENTICATED', message: 'Nobody is logged in with this.' });
    }
    await store.save(server, { ...latest, email: me.email });
    return me;
  }
}

/** What was answered beside errors. Throws the error where that is nothing. */
function answerIn(error: unknown, toldOf: (error: unknown) => unknown): Answer {
  const isPartial = error instanceof EpicError && error.data !== null && error.data !== undefined;
  if (!isPartial) throw toldOf(error);
  const problems = error.problems.map((problem) => {
    const one = toldOf(new EpicError(problem));
    if (one instanceof CliError) return one.problem;
    throw one;
  });
  return { data: error.data, problems };
}
