import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { CliError } from '../errors.ts';

/** What whoever typed the name can put right. */
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
 * Writes a file as a whole: whatever happens, there is the old one or the new one. What is no plain file, such
 * as a named pipe, is written to as it is.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    const there = await stat(target).catch(() => undefined);
    if (there && !there.isFile()) return await writeFile(target, text);
    await writeFile(draft, text, { flush: true });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileError(path, error);
  }
}
