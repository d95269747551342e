import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  link,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import type { LoginPasswords } from '../logins.ts';
import { type Account, accountFor, canReach } from './account.ts';

/** A private data folder that the account that runs PostgreSQL can access. */
export interface DataFolder {
  path: string;
  /** The data directory of PostgreSQL. */
  pgdata: string;
  log: string;
  account: Account | undefined;
}

/** The passwords of the database in a data folder. */
export interface Secrets extends LoginPasswords {
  superuser: string;
}

const PGDATA = 'postgres';
const SECRETS = 'passwords.json';
// keys.json may be created first
const KNOWN_NAMES = [PGDATA, SECRETS, 'keys.json'];
const SHARED_HOME = '/var/lib/epic-events';

/**
 * Creates the folder (0700) or checks the existing one. When this process is root, the folder is root's, and PostgreSQL's
 * account may enter it (0710): if it could write to it, it could replace the signing keys. When that account cannot
 * access the folder, another one is used and reported.
 */
export async function openDataFolder(
  wanted: string,
  say: (line: string) => void,
): Promise<DataFolder> {
  const first = resolve(wanted);
  const path = await pathOf(first);
  if (path !== first) {
    say(`PostgreSQL's account cannot reach ${first}, so the data is kept in ${path}.`);
  }
  await makeParents(dirname(path));
  const isNew = (await mkdir(path, { recursive: true, mode: 0o700 })) !== undefined;
  const owner = await accountFor(join(path, PGDATA));
  if (!isNew) await refuseForeignFolder(path, owner);
  if (owner === undefined) await chmod(path, 0o700);
  else await shareFolder(path, owner);

  const real = await realpath(path);
  return {
    path: real,
    pgdata: join(real, PGDATA),
    log: join(real, 'postgres.log'),
    account: owner,
  };
}

/** Whether a data folder has a database. Creates nothing. */
export async function hasDatabase(wanted: string): Promise<boolean> {
  const found = await stat(join(await pathOf(resolve(wanted)), PGDATA)).catch((error) => {
    // a folder that this account may not look into: openDataFolder says so
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') return true;
    return undefined;
  });
  return found !== undefined;
}

/** Where the data is kept that is wanted in a folder: there, unless PostgreSQL's account cannot reach it. */
async function pathOf(folder: string): Promise<string> {
  const account = await accountFor(join(folder, PGDATA));
  return (await isReachable(folder, account)) ? folder : sharedHomeOf(folder);
}

/** Reads the passwords of the folder; creates them (0600) before there is a database, and those that a new version adds. */
export async function openSecrets(folder: DataFolder): Promise<Secrets> {
  const file = join(folder.path, SECRETS);
  const isNew = (await readdir(folder.path)).every((name) => name !== PGDATA);
  try {
    if (isNew) await createSecrets(file);
    const kept: Partial<Secrets> = JSON.parse(await readFile(file, 'utf8'));
    const secrets = { ...generateSecrets(), ...kept };
    if (kept.worker === undefined) await replaceSecrets(file, secrets);
    return secrets;
  } catch (cause) {
    throw new OperatorError(
      `The passwords of the database cannot be read from ${file}.`,
      'Restore that file, or choose another folder with EPIC_DATA.',
      cause,
    );
  }
}

/** A temporary folder inside the data folder. Removes those of processes that have died. */
export async function openScratchFolder(folder: DataFolder): Promise<string> {
  await removeAbandonedScratchFolders(folder);
  const scratch = join(folder.path, `unfinished-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(scratch, { mode: 0o700 });
  if (folder.account !== undefined) await chown(scratch, folder.account.uid, folder.account.gid);
  return scratch;
}

async function removeAbandonedScratchFolders(folder: DataFolder): Promise<void> {
  for (const name of await readdir(folder.path)) {
    const pid = /^unfinished-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder.path, name), { recursive: true, force: true });
  }
}

/** Whether a process with this id exists, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function isReachable(folder: string, account: Account | undefined): Promise<boolean> {
  let existing = dirname(folder);
  while ((await stat(existing).catch(() => undefined)) === undefined) existing = dirname(existing);
  return canReach(account, existing);
}

// with 0755, whatever the umask: the account that runs PostgreSQL needs access
async function makeParents(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) !== undefined) return;
  await makeParents(dirname(folder));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

/** Lets the account that runs PostgreSQL enter a folder of root's. The folder of an ordinary user stays theirs. */
async function shareFolder(path: string, account: Account): Promise<void> {
  const secrets = await stat(join(path, SECRETS)).catch(() => undefined);
  const isOrdinaryUsers = secrets !== undefined && secrets.uid !== 0;
  await chown(path, isOrdinaryUsers ? account.uid : 0, account.gid);
  await chmod(path, isOrdinaryUsers ? 0o700 : 0o710);
}

function sharedHomeOf(folder: string): string {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  return join(SHARED_HOME, `${basename(folder)}-${digest}`);
}

async function refuseForeignFolder(path: string, account: Account | undefined): Promise<void> {
  const { mode, uid } = await stat(path);
  const ownUid = process.getuid?.();
  const isPrivate = (mode & 0o777) === 0o700 && uid === (account?.uid ?? ownUid);
  const isShared = (mode & 0o777) === 0o710 && uid === 0 && account !== undefined;
  if (ownUid === undefined || isPrivate || isShared) return;

  const names = await readdir(path).catch((cause) => {
    throw new OperatorError(
      `The folder ${path} belongs to another account.`,
      'Choose another folder with EPIC_DATA.',
      cause,
    );
  });
  const isKnown = names.some((name) => KNOWN_NAMES.includes(name));
  if (names.length === 0 || isKnown) return;
  throw new OperatorError(
    `The folder ${path} holds other files.`,
    'Choose a new or empty folder with EPIC_DATA.',
  );
}

function generateSecrets(): Secrets {
  const password = () => randomBytes(24).toString('base64url');
  return { superuser: password(), authenticator: password(), worker: password() };
}

// atomic, and exclusive: of two processes at once the first one wins
async function createSecrets(file: string): Promise<void> {
  const own = await writeBeside(file, generateSecrets());
  try {
    await link(own, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(own);
  }
}

// the passwords of the logins are set at each start, so that of two processes at once either may win
async function replaceSecrets(file: string, secrets: Secrets): Promise<void> {
  await rename(await writeBeside(file, secrets), file);
}

async function writeBeside(file: string, secrets: Secrets): Promise<string> {
  const own = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(own, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return own;
}
