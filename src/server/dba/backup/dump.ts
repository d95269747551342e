import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { connectionVariables } from '../libpq.ts';
import { beginReadingEverything, type Manifest, readManifest } from './manifest.ts';

/** Where the manifest of a dump is. */
export const manifestFile = (file: string) => `${file}.json`;

/**
 * Dumps a database to a file that does not exist yet, with pg_dump in its custom format, and beside it the manifest of the
 * same snapshot. Both are there only when both are whole.
 */
export async function dump(
  { client, url }: { client: Client; url: string },
  file: string,
  signal: AbortSignal,
): Promise<Manifest> {
  await refuseExisting(file, manifestFile(file));
  const partial = `${file}.partial`;
  const { isRestricted } = await beginReadingEverything(client);
  try {
    const { rows } = await client.query<{ snapshot: string }>(
      'select pg_export_snapshot() as snapshot',
    );
    await writeFile(partial, '', { mode: 0o600 });
    const options = [
      '--format=custom',
      `--snapshot=${rows[0]?.snapshot}`,
      `--file=${partial}`,
      // its policies are open, or there would have been a refusal
      ...(isRestricted ? ['--enable-row-security'] : []),
    ];
    const [manifest] = await Promise.all([readManifest(client), runPgDump(options, url, signal)]);
    await writeFile(manifestFile(partial), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
    });
    await rename(manifestFile(partial), manifestFile(file));
    await rename(partial, file);
    return manifest;
  } finally {
    await client.query('rollback').catch(() => undefined);
    await rm(partial, { force: true });
    await rm(manifestFile(partial), { force: true });
  }
}

/** Reads the manifest beside a dump. */
export async function readManifestOf(file: string): Promise<Manifest> {
  const path = manifestFile(file);
  try {
    const manifest: Manifest = JSON.parse(await readFile(path, 'utf8'));
    if (manifest.format === 1) return manifest;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) {
      throw new OperatorError(
        `The manifest ${path} cannot be read (${codeOf(cause)}).`,
        'It is written beside the dump by: epic-server backup create FILE',
        cause,
      );
    }
  }
  throw new OperatorError(`${path} is no manifest of a backup.`);
}

async function refuseExisting(...files: string[]): Promise<void> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new OperatorError(
        `${file} exists already, and is left as it is.`,
        'Name a file that does not exist yet.',
      );
  }
}

// arguments are visible to other users: the address goes by the environment
async function runPgDump(options: string[], url: string, signal: AbortSignal): Promise<void> {
  const child = spawn('pg_dump', options, {
    env: { ...process.env, ...connectionVariables(url) },
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = await once(child, 'close').catch((cause) => {
    signal.throwIfAborted();
    throw new OperatorError(
      `pg_dump cannot be started (${codeOf(cause)}).`,
      "Install PostgreSQL's client programs, of the server's version or a later one, and have them on the PATH.",
      cause,
    );
  });
  if (code !== 0)
    throw new OperatorError(
      `pg_dump ended with ${code}: there is no backup.`,
      'What it wrote above says why.',
    );
}
