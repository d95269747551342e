import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Session } from '../../../client/index.ts';
import { isObject } from '../../../client/is-object.ts';
import { ensureFolder, privateFile, stateFolder, storageError } from '../settings/private-file.ts';

interface Remembered {
  /** The server of the last login. */
  server: string | null;
  /** The e-mail address of the last login, kept after a logout. */
  email: string | null;
  /** By server: a token is only ever sent to the server that gave it. */
  sessions: Record<string, Session>;
}

/** The sessions on disk, in one private file. */
export interface SessionStore {
  last(): Promise<{ server: string | null; email: string | null }>;
  find(server: string): Promise<Session | undefined>;
  save(server: string, session: Session): Promise<void>;
  forget(server: string): Promise<void>;
  /** Runs `work` while no other `epic` on this machine does the same. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

const nothing: Remembered = { server: null, email: null, sessions: {} };
// longer than a refresh may take: the process that held the lock has died
const staleAfter = 15_000;
const what = 'session file';

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null);

function isSession(value: unknown): value is Session {
  return (
    isObject(value) &&
    typeof value.email === 'string' &&
    typeof value.accessToken === 'string' &&
    typeof value.expiresAt === 'number' &&
    (typeof value.refreshToken === 'string' || value.refreshToken === null)
  );
}

/** What a session file says; a damaged one costs a login, no more. */
function remembered(text: string): Remembered {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || !isObject(parsed.sessions)) return nothing;
    const { server, email, sessions } = parsed;
    return {
      server: textOrNull(server),
      email: textOrNull(email),
      sessions: Object.fromEntries(
        Object.entries(sessions).flatMap(([name, each]) => (isSession(each) ? [[name, each]] : [])),
      ),
    };
  } catch {
    return nothing;
  }
}

/** The sessions in `$XDG_STATE_HOME/epic` (0700), in a file that only its owner reads (0600). */
export function createSessionStore(env: NodeJS.ProcessEnv): SessionStore {
  const folder = stateFolder(env);
  const file = privateFile(env, 'session.json', what);
  const lock = join(folder, 'session.lock');

  function read(): Remembered {
    const text = file.read();
    return text === undefined ? nothing : remembered(text);
  }

  const write = (next: Remembered) => file.write(`${JSON.stringify(next, null, 2)}\n`);

  async function acquire(): Promise<void> {
    try {
      ensureFolder(folder);
    } catch (error) {
      throw storageError(what, folder, { doing: 'created', cause: error });
    }
    for (;;) {
      try {
        closeSync(openSync(lock, 'wx', 0o600));
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
          throw storageError(what, lock, { doing: 'locked', cause: error });
        }
      }
      const taken = statSync(lock, { throwIfNoEntry: false });
      if (taken && Date.now() - taken.mtimeMs > staleAfter) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  return {
    async last() {
      const { server, email } = read();
      return { server, email };
    },
    async find(server) {
      return read().sessions[server];
    },
    async save(server, session) {
      const known = read();
      const sessions = { ...known.sessions, [server]: session };
      write({ server, email: session.email, sessions });
    },
    async forget(server) {
      const known = read();
      const { [server]: _, ...sessions } = known.sessions;
      write({ ...known, sessions });
    },
    async exclusively(work) {
      await acquire();
      const release = () => rmSync(lock, { force: true });
      process.once('exit', release);
      try {
        return await work();
      } finally {
        process.removeListener('exit', release);
        release();
      }
    },
  };
}
