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
