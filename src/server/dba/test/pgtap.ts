import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { OperatorError } from '../../errors/errors.ts';

/** Unpacks the pgTAP extension into a folder and gives the setting by which PostgreSQL finds it. */
export async function unpackPgTap(folder: string): Promise<Record<string, string>> {
  const tar = await promisify(gunzip)(await readFile(locateArchive()));
  for (const { name, content } of filesOf(tar)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return { extension_control_path: `$system:${join(folder, 'share', 'postgresql')}` };
}

function locateArchive(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-pgtap');
    return entry.replace(/index\.c?js$/, 'pgtap.tar.gz');
  } catch (cause) {
    throw new OperatorError(
      'The tests need pgTAP, which this installation does not have.',
      'Install the development dependencies (npm ci), or name a server that has pgTAP with --database.',
      cause,
    );
  }
}

// A tar file is a row of 512-byte blocks: for each file a header, and then its content.
function* filesOf(tar: Buffer): Generator<{ name: string; content: Buffer }> {
  const text = (start: number, length: number) =>
    tar.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  for (let header = 0; text(header, 100) !== ''; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const isFile = ['0', ''].includes(text(header + 156, 1));
    const start = header + 512;
    if (isFile) yield { name: text(header, 100), content: tar.subarray(start, start + size) };
    header = start + Math.ceil(size / 512) * 512;
  }
}
