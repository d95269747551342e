import { rmSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../client/is-object.ts';
import { CliError } from './errors.ts';

/** Who is logged in on one server. Times are milliseconds since 1970, on this machine's clock. */
export interface Session {
  email: string;
  accessToken: string;
  expiresAt: number;
  refreshToken: string;
}

interface Remembered {
  /** The server of the last login. */
  server: string | null;
  /** The e-mail address of the last login, kept after a logout. */
  email: string | null;
  /** By server: a token is only ever sent to the server that gave it. */
  sessions: Record<string, Session>;
}

/** The sessions on disk: one private file, replaced as a whole. */
export interface SessionStore {
  last(): Promise<{ server: string | null; email: string | null }>;
  find(server: string): Promise<Session | undefined>;
  save(server: string, session: Session): Promise<void>;
  forget(server: string): Promise<void>;
  /** Runs `work` while no other `epic` on this machine does the same. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

const nothing: Remembered = { server: null, email: null, sessions: {} };
// Longer than a refresh may take: whoever held the lock is gone.
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
    typeof value.refreshToken === 'string'
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

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** The sessions in `$XDG_STATE_HOME/epic` (0700), in a file that only its owner reads (0600). */
export function createSessionStore(env: NodeJS.ProcessEnv): SessionStore {
  const folder = stateFolder(env);
  const file = join(folder, 'session.json');
  const lock = join(folder, 'session.lock');

  async function read(): Promise<Remembered> {
    try {
      const text = await readFile(file, 'utf8');
      if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
      return remembered(text);
    } catch (error) {
      if (isMissing(error)) return nothing;
      throw storageError(file, 'read', error);
    }
  }

  async function ensureFolder(): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }

  async function write(next: Remembered): Promise<void> {
    const draft = `${file}.${process.pid}`;
    try {
      await ensureFolder();
      const handle = await open(draft, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(next, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw storageError(file, 'written', error);
    }
  }

  async function acquire(): Promise<void> {
    try {
      await ensureFolder();
    } catch (error) {
      throw storageError(folder, 'created', error);
    }
    for (;;) {
      try {
        await (await open(lock, 'wx', 0o600)).close();
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
          throw storageError(lock, 'locked', error);
        }
      }
      const taken = await stat(lock).catch(() => undefined);
      if (taken && Date.now() - taken.mtimeMs > staleAfter) await rm(lock, { force: true });
      else await sleep(25);
    }
  }

  return {
    async last() {
      const { server, email } = await read();
      return { server, email };
    },
    async find(server) {
      return (await read()).sessions[server];
    },
    async save(server, session) {
      const known = await read();
      const sessions = { ...known.sessions, [server]: session };
      await write({ server, email: session.email, sessions });
    },
    async forget(server) {
      const known = await read();
      const { [server]: _, ...sessions } = known.sessions;
      await write({ ...known, sessions });
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
