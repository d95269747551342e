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
import { CliError } from '../errors.ts';

/** Where `epic` keeps what is one person's: `$XDG_STATE_HOME/epic`. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), '.local', 'state'), 'epic');
}

/** Makes the folder, for its owner alone (0700). */
export function ensureFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/**
 * A small file that only its owner reads (0600), replaced as a whole. It is read and written at once: to load what would
 * do it in the background takes longer.
 */
export interface PrivateFile {
  readonly path: string;
  /** Its text; undefined where there is none. */
  read(): string | undefined;
  write(text: string): void;
}

/** Something could not be done with a file of the state folder. */
export function storageError(
  what: string,
  path: string,
  { doing, cause }: { doing: string; cause: unknown },
): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new CliError(
    {
      code: 'INTERNAL',
      message: `The ${what} could not be ${doing}: ${code} at ${path}.`,
      hint: 'Check the permissions and the free space there, or set XDG_STATE_HOME to another folder.',
    },
    { cause },
  );
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Removes what was half written; whatever keeps it from going is no worse than what came before. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself cannot be written to.
  }
}

/** The file of this name in the state folder; `what` it is, in messages: `session file`. */
export function privateFile(env: NodeJS.ProcessEnv, name: string, what: string): PrivateFile {
  const folder = stateFolder(env);
  const path = join(folder, name);
  return {
    path,
    read() {
      try {
        const text = readFileSync(path, 'utf8');
        if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
        return text;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw storageError(what, path, { doing: 'read', cause: error });
      }
    },
    write(text) {
      const draft = `${path}.${process.pid}`;
      try {
        ensureFolder(folder);
        const handle = openSync(draft, 'w', 0o600);
        try {
          writeFileSync(handle, text);
          fsyncSync(handle);
        } finally {
          closeSync(handle);
        }
        renameSync(draft, path);
      } catch (error) {
        discard(draft);
        throw storageError(what, path, { doing: 'written', cause: error });
      }
    },
  };
}
