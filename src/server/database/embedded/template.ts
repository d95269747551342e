import { execFile } from 'node:child_process';
import { chownSync, constants, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { escapeLiteral } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import type { Account } from './account.ts';
import { type Binaries, programEnvironment } from './binaries.ts';
import type { DataFolder } from './folder.ts';

/** The data directory of a stopped PostgreSQL in which no role has a password. */
export interface Template {
  pgdata: string;
  /** The database in which `renewal` runs. */
  database: string;
  /** Statements that replace what no two copies may share. Each on one line. */
  renewal: readonly string[];
}

/**
 * Copies a template to `data`. What is secret is made anew before the copy listens anywhere, by PostgreSQL in single-user
 * mode.
 * @throws OperatorError
 */
export async function copyTemplate(
  binaries: Binaries,
  { path, account }: DataFolder,
  { pgdata, database, renewal }: Template,
  data: string,
  superuserPassword: string,
): Promise<void> {
  const options = { cwd: path, env: programEnvironment(), ...account };
  try {
    copyDataDirectory(pgdata, data, account);
    const single = promisify(execFile)(
      binaries.postgres,
      ['--single', '-D', data, '-c', 'exit_on_error=on', database],
      options,
    );
    const password = `alter role postgres password ${escapeLiteral(superuserPassword)}`;
    // its end is reported by the promise
    single.child.stdin?.on('error', () => undefined);
    single.child.stdin?.end(`${[password, ...renewal].join('\n')}\n`);
    await single;
    await promisify(execFile)(binaries.initdb, ['--sync-only', `--pgdata=${data}`], options);
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new OperatorError(
      `The template ${pgdata} could not be copied:\n${output || cause}`,
      'Remove it: the database is then made without one.',
      cause,
    );
  }
}

/** Copies the data directory of a stopped PostgreSQL; the copy belongs to `account`. */
export function copyDataDirectory(from: string, to: string, account: Account | undefined): void {
  mkdirSync(to, { mode: 0o700 });
  if (account !== undefined) chownSync(to, account.uid, account.gid);
  // synchronous: ten times as fast for a thousand small files
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyDataDirectory(join(from, entry.name), target, account);
    else {
      copyFileSync(join(from, entry.name), target, constants.COPYFILE_FICLONE);
      if (account !== undefined) chownSync(target, account.uid, account.gid);
    }
  }
}
