import { createClient, type LoggedIn, type Operation } from '../../client/index.ts';
import { whileWaiting } from '../output/waiting.ts';
import type { SessionStore } from '../session-store.ts';
import { version } from '../version.ts';
import { postOverHttp } from './http.ts';
import { inOurWords } from './problem.ts';

/** The API of one server. Every failure is a CliError. */
export interface Api {
  readonly server: string;
  /** Opens a session and keeps it. */
  login(credentials: { email: string; password: string }): Promise<LoggedIn>;
  /** Ends the session on the server, and here whatever the server says. */
  logout(): Promise<void>;
  /** Runs an operation as the person who is logged in, refreshing the session when it is due. */
  send<Result, Variables>(
    operation: Operation<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
}

/** The API at `server`, with the session that `store` keeps for it. */
export function createApi(options: {
  server: string;
  store: SessionStore;
  interrupted: AbortSignal;
  stderr: NodeJS.WriteStream;
}): Api {
  const { server, store, interrupted: signal, stderr } = options;
  const client = createClient({
    url: server,
    userAgent: `epic/${version}`,
    fetch: postOverHttp,
    store: {
      load: () => store.find(server),
      save: (session) => store.save(server, session),
      forget: () => store.forget(server),
      exclusively: store.exclusively,
    },
  });
  const told = <Result>(work: Promise<Result>): Promise<Result> =>
    whileWaiting(stderr, 'Waiting for the server', work).catch((error: unknown) => {
      throw inOurWords(error);
    });

  return {
    server,
    login: (credentials) => told(client.login(credentials, { signal })),
    logout: () => told(client.logout({ signal })),
    send: (operation, variables) => told(client.request(operation, variables, { signal })),
  };
}
