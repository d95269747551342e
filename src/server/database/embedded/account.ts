import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperatorError } from '../../errors/errors.ts';

/** The account that runs PostgreSQL when this process runs as root. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Returns the account to run it: the owner of `pgdata` if that exists, otherwise
 * `nobody`; undefined if this process is not root.
 */
export async function accountFor(pgdata: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(pgdata).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };

  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'));
  if (entry === null) {
    throw new OperatorError(
      'PostgreSQL refuses to run as root, and there is no account "nobody" to run it as.',
      'Run epic-server as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

/** Whether the account may enter this folder and all its parents. */
export async function canReach(account: Account | undefined, folder: string): Promise<boolean> {
  if (account === undefined) return true;
  const { mode, uid, gid } = await stat(folder);
  const searchable = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & searchable) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || canReach(account, parent);
}

/** Whether the account may execute this program. */
export async function canRun(account: Account | undefined, program: string): Promise<boolean> {
  if (account === undefined) {
    return access(program, constants.R_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
  }
  const { mode, uid, gid } = await stat(program);
  const needed = uid === account.uid ? 0o500 : gid === account.gid ? 0o050 : 0o005;
  return (mode & needed) === needed;
}
