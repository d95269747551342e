import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/server/database/embedded/folder.ts';

const NAME = /^epic-test-(\d+)-/;
const DAY = 24 * 60 * 60 * 1000;

/**
 * A temporary folder for this run, open to the account that runs PostgreSQL. Also removes those of
 * runs that were killed; a PostgreSQL that still runs in one ends when it finds its folder gone.
 */
export async function makeTemporaryFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined) await removeIfAbandoned(join(tmpdir(), name), Number(pid));
  }
  const folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function removeIfAbandoned(folder: string, pid: number): Promise<void> {
  try {
    const { mtimeMs } = await stat(folder);
    if (isAlive(pid) && Date.now() - mtimeMs < DAY) return;
    await removeFolder(folder);
  } catch {
    // Another account's, or another run is removing it: not ours to worry about.
  }
}
