import { chmod, mkdtemp, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../database/embedded/folder.ts';

const NAME = /^epic-test-(\d+)-/;
const MEMORY = '/dev/shm';
const ROOM = 2 * 1024 ** 3;
const DAY = 24 * 60 * 60 * 1000;

/**
 * A temporary folder that the account that runs PostgreSQL can access. Removes those of runs that were killed; a
 * PostgreSQL that still runs in one exits when its folder is gone.
 */
export async function makeTemporaryFolder(parent = tmpdir()): Promise<string> {
  for (const name of await readdir(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined) await removeIfAbandoned(join(parent, name), Number(pid));
  }
  const folder = await mkdtemp(join(parent, `epic-test-${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

/** Such a folder in memory, if there is enough of it: databases are copied twice as fast. */
export async function makeFolderInMemory(): Promise<string> {
  return makeTemporaryFolder((await isMemoryUsable()) ? MEMORY : tmpdir());
}

// programs may have to be copied there and executed
async function isMemoryUsable(): Promise<boolean> {
  if (process.env.TMPDIR) return false;
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    const mounts = await readFile('/proc/mounts', 'utf8');
    const options = mounts.split('\n').find((line) => line.split(' ')[1] === MEMORY);
    return bavail * bsize >= ROOM && options !== undefined && !options.includes('noexec');
  } catch {
    return false;
  }
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
    // of another account, or removed by another run at the same time
  }
}
