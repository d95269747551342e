import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CliError } from '../errors.ts';

/** Errors that another file name avoids. */
const wrongNames = new Set([
  'EACCES',
  'EISDIR',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

function fileError(path: string, cause: unknown): CliError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const isWrongName = wrongNames.has(reason);
  return new CliError(
    {
      code: isWrongName ? 'USAGE' : 'INTERNAL',
      message: `The file could not be written: ${reason} at ${path}.`,
      hint: isWrongName
        ? 'Name a file in a folder that is there and yours.'
        : 'Check the free space there, or name another file.',
    },
    { cause },
  );
}

/**
 * Replaces a file atomically, keeping its permissions. What is not a regular file, such as a named pipe, is written
 * to directly.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.${randomUUID()}.tmp`;
  try {
    const there = await stat(target).catch(() => undefined);
    if (there && !there.isFile()) return await writeFile(target, text);
    // exclusive: neither an existing file nor a link to one
    const mode = there ? there.mode & 0o777 : 0o666;
    await writeFile(draft, text, { flush: true, flag: 'wx', mode });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileError(path, error);
  }
}
