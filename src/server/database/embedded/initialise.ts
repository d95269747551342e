import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { type Binaries, programEnvironment } from './binaries.ts';
import { type DataFolder, openScratchFolder } from './folder.ts';
import { copyTemplate, type Template } from './template.ts';

// written to postgresql.conf, where the operator may change them
const SETTINGS = {
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '60',
  shared_buffers: '128MB',
  jit: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
  // statements may contain what a person typed
  log_min_error_statement: 'panic',
};

/**
 * Creates the database files unless they exist, from a template if there is one, in a temporary folder that is then
 * renamed, so that an interruption leaves nothing half done.
 */
export async function initialise(
  binaries: Binaries,
  folder: DataFolder,
  superuserPassword: string,
  { durable, template }: { durable: boolean; template: Template | undefined },
): Promise<void> {
  const version = await versionOf(folder);
  if (version === binaries.majorVersion) return;
  if (version !== undefined) {
    throw new OperatorError(
      `The database in ${folder.path} was made by PostgreSQL ${version}, ` +
        `which PostgreSQL ${binaries.majorVersion} cannot read.`,
      'Choose another folder with EPIC_DATA, or use the release that made it.',
    );
  }

  const scratch = await openScratchFolder(folder);
  try {
    const data = join(scratch, 'postgres');
    if (template === undefined) {
      await runInitdb(binaries, folder, scratch, data, superuserPassword, durable);
    } else await copyTemplate(binaries, folder, template, data, superuserPassword);
    await rename(data, folder.pgdata).catch((error) => {
      // another process was faster
      if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function versionOf(folder: DataFolder): Promise<number | undefined> {
  const exists = await stat(folder.pgdata).catch(() => undefined);
  if (exists === undefined) return undefined;
  try {
    return Number.parseInt(await readFile(join(folder.pgdata, 'PG_VERSION'), 'utf8'), 10);
  } catch (cause) {
    throw new OperatorError(
      `${folder.pgdata} is not a database that this account can read.`,
      'Choose another folder with EPIC_DATA.',
      cause,
    );
  }
}

async function runInitdb(
  { initdb }: Binaries,
  { account }: DataFolder,
  scratch: string,
  data: string,
  superuserPassword: string,
  durable: boolean,
): Promise<void> {
  const passwordFile = join(scratch, 'password');
  await writeFile(passwordFile, superuserPassword, { mode: 0o600 });
  await mkdir(data, { mode: 0o700 });
  if (account !== undefined) {
    await chown(passwordFile, account.uid, account.gid);
    await chown(data, account.uid, account.gid);
  }
  const args = [
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await promisify(execFile)(initdb, args, {
      cwd: scratch,
      env: programEnvironment(),
      ...account,
    });
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new OperatorError(
      `PostgreSQL could not make a new database in ${data}:\n${output || cause}`,
      'Correct that, or set DATABASE_URL to use another PostgreSQL server.',
      cause,
    );
  }
}
