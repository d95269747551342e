import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import process from 'node:process';
import type { Session } from '../../../client/index.ts';
import { isObject } from '../../../client/is-object.ts';
import { CliError } from '../errors.ts';

interface Remembered {
  /** The server of the last login. */
  server: string | null;
  /** The e-mail address of the last login, kept after a logout. */
  email: string | null;
  /** By server: a token is only ever sent to the server that gave it. */
  sessions: Record<string, Session>;
}

/**
 * The sessions on disk: one small private file, replaced as a whole. It is read and written at once: to load what would
 * do it in the background takes longer.
 */
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

function stateFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), '.local', 'state'), 'epic');
}

function storageError(path: string, doing: string, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new CliError(
    {
      code: 'INTERNAL',
      message: `The session file could not be ${doing}: ${code} at ${path}.`,
      hint: 'Check the permissions and the free space there, or set XDG_STATE_HOME to another folder.',
    },
    { cause },
  );
}

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

/** Removes what was half written; whatever keeps it from going is no worse than what came before. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself cannot be written to.
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** The sessions in `$XDG_STATE_HOME/epic` (0700), in a file that only its owner reads (0600). */
export function createSessionStore(env: NodeJS.ProcessEnv): SessionStore {
  const folder = stateFolder(env);
  const file = join(folder, 'session.json');
  const lock = join(folder, 'session.lock');

  function read(): Remembered {
    try {
      const text = readFileSync(file, 'utf8');
      if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
      return remembered(text);
    } catch (error) {
      if (isMissing(error)) return nothing;
      throw storageError(file, 'read', error);
    }
  }

  function ensureFolder(): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }

  function write(next: Remembered): void {
    const draft = `${file}.${process.pid}`;
    try {
      ensureFolder();
      const handle = openSync(draft, 'w', 0o600);
      try {
        writeFileSync(handle, `${JSON.stringify(next, null, 2)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(draft, file);
    } catch (error) {
      discard(draft);
      throw storageError(file, 'written', error);
    }
  }

  async function acquire(): Promise<void> {
    try {
      ensureFolder();
    } catch (error) {
      throw storageError(folder, 'created', error);
    }
    for (;;) {
      try {
        closeSync(openSync(lock, 'wx', 0o600));
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
          throw storageError(lock, 'locked', error);
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
