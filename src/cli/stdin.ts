import { usageError } from './errors.ts';

/** All of stdin, as text. Throws a usage error that begins with `flag` when it is more than `most` bytes. */
export async function readAll(
  stdin: NodeJS.ReadStream,
  { flag, most }: { flag: string; most: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > most) throw usageError(`${flag}: stdin holds more than ${most} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
