import { serverAddress } from './server-address.ts';
import { createSessionStore, type SessionStore } from './store.ts';

/** Where a command works, and as whom. */
export interface Whose {
  server: string;
  store: SessionStore;
  /** The token of EPIC_TOKEN, which comes before the session that is stored. */
  lentToken: string | undefined;
}

/** Where and as whom, by `--server` and the environment. A usage error when the address is none. */
export async function whoseSession(
  env: NodeJS.ProcessEnv,
  flag: string | undefined,
): Promise<Whose> {
  const store = createSessionStore(env);
  const { server: remembered } = await store.last();
  const server = serverAddress({ flag, environment: env.EPIC_SERVER, remembered });
  // An empty variable is what a script has whose secret is missing.
  return { server, store, lentToken: env.EPIC_TOKEN || undefined };
}
