import { createReadStream } from 'node:fs';
import { usageError } from '../errors.ts';

/** All that comes, as text. A usage error that begins with `flag` when it is more than `most` bytes. */
export async function readAll(
  source: AsyncIterable<Buffer | string>,
  { flag, most }: { flag: string; most: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > most) throw usageError(`${flag}: that is more than ${most} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The text of a file that a flag names. Throws a usage error when it cannot be read. */
export async function textOfFile(flag: string, path: string, most: number): Promise<string> {
  try {
    return await readAll(createReadStream(path), { flag, most });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw usageError(`${flag}: “${path}” cannot be read: ${String(error.code)}.`);
  }
}
