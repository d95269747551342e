import { CliError } from '../../core/errors.ts';

/** What a file may be encoded in; `latin1` is read as Windows-1252, which has all of it and is what programs mean. */
export const encodings = ['utf-8', 'windows-1252', 'latin1', 'utf-16'] as const;

export type Encoding = (typeof encodings)[number];

const replaced = '\ufffd';

/** The encoding that the first bytes tell: a byte order mark, or UTF-8. */
function labelFor(first: Buffer, encoding: Encoding | undefined): string {
  const isBigEndian = first[0] === 0xfe && first[1] === 0xff;
  if (encoding === 'utf-16' || (first[0] === 0xff && first[1] === 0xfe) || isBigEndian) {
    return isBigEndian ? 'utf-16be' : 'utf-16le';
  }
  return encoding ?? 'utf-8';
}

/** The word that has the first letter beyond ASCII, as Windows-1252. */
function wordIn(bytes: Buffer): string {
  const text = new TextDecoder('windows-1252').decode(bytes);
  return /[^\s,;"]*[\u0080-\uffff][^\s,;"]*/.exec(text)?.[0].slice(0, 40) ?? '';
}

function notUtf8(name: string, line: number, bytes: Buffer): CliError {
  if (bytes.includes(0)) {
    return new CliError({
      code: 'INVALID',
      message: `${name} is not UTF-8, but perhaps UTF-16.`,
      hint: 'Add --encoding utf-16, or save the file as “CSV UTF-8”.',
    });
  }
  return new CliError({
    code: 'INVALID',
    message: `${name} is not UTF-8: line ${line} has “${wordIn(bytes)}” in another encoding, such as Windows-1252 or Latin-1.`,
    hint: 'If that word is right, add --encoding windows-1252; or save the file as “CSV UTF-8”.',
  });
}

/**
 * The text of a file, chunk by chunk, without a byte order mark. `onRead` gets the number of bytes read so far. Throws
 * INVALID, with the line, where it is not in this encoding; without one, in UTF-8 or in what a byte order mark says.
 */
export async function* decoded(
  chunks: AsyncIterable<Buffer>,
  {
    name,
    encoding,
    onRead,
  }: { name: string; encoding: Encoding | undefined; onRead(bytes: number): void },
): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let read = 0;
  let lines = 1;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(labelFor(chunk, encoding));
    const text = decoder.decode(chunk, { stream: true });
    const wrong = decoder.encoding === 'utf-8' ? text.indexOf(replaced) : -1;
    const isNul = decoder.encoding === 'utf-8' && text.includes('\0');
    if (wrong >= 0 || isNul) {
      const before = text.slice(0, Math.max(wrong, 0)).split('\n').length - 1;
      throw notUtf8(name, lines + before, lineAt(chunk, before));
    }
    lines += text.split('\n').length - 1;
    read += chunk.length;
    onRead(read);
    if (text !== '') yield text;
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') throw notUtf8(name, lines, Buffer.alloc(0));
}

/** The nth line of some bytes. */
function lineAt(bytes: Buffer, nth: number): Buffer {
  let start = 0;
  for (let line = 0; line < nth; line += 1) start = bytes.indexOf(10, start) + 1;
  const end = bytes.indexOf(10, start);
  return bytes.subarray(start, end < 0 ? undefined : end);
}
