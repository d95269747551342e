import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Account, accountFor } from '../../src/server/database/embedded/account.ts';
import { findFreePort } from '../../src/server/database/embedded/postmaster.ts';
import { plainEnvironment } from '../support/program.ts';
import { until } from '../support/until.ts';

/** The programs of Debian's package postgresql-15. */
const programs = '/usr/lib/postgresql/15/bin';

/** PostgreSQL 15 as Debian has it. Every login on this machine is trusted, with any password. */
export interface Cluster {
  port: number;
  /** The address of a database, for a superuser by default. */
  url(database: string, login?: string): string;
  /** Runs statements as a superuser, one after the other. */
  execute(database: string, ...statements: string[]): Promise<void>;
  stop(): Promise<void>;
}

/** What programs need to find pg_dump. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...plainEnvironment(),
  PATH: `${programs}:${process.env.PATH}`,
});

/** A folder within another, for the account that PostgreSQL runs as. */
export async function makeOwnFolder(...path: string[]): Promise<string> {
  const folder = join(...path);
  await mkdir(folder, { mode: 0o700 });
  const account = await accountFor(folder);
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  return folder;
}

/** Runs a program, by default as this process, and returns its output. Those of PostgreSQL are found. */
export async function run(
  program: string,
  args: readonly string[],
  account?: Account,
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: '/',
    env: environment(),
    ...account,
  });
  return stdout;
}

/** Starts PostgreSQL on the files of `data`, which are created unless they are there. */
export async function startCluster(
  data: string,
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const account = await accountFor(data);
  if ((await readdir(data)).length === 0) {
    const how = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
    await run('initdb', [`--pgdata=${data}`, '--no-sync', ...how], account);
  }
  const port = await findFreePort();
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
    cwd: '/',
    env: environment(),
    stdio: ['ignore', 'ignore', process.env.EPIC_TEST_VERBOSE ? 'inherit' : 'ignore'],
    ...account,
  });
  const url: Cluster['url'] = (database, login = 'postgres') =>
    `postgres://${login}:any@127.0.0.1:${port}/${database}`;
  const execute: Cluster['execute'] = async (database, ...statements) => {
    const client = new Client({ connectionString: url(database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await until(() => hasEnded(child) || isUp(() => execute('postgres')));
  if (hasEnded(child)) throw new Error(`PostgreSQL does not start on ${data}.`);
  return {
    port,
    url,
    execute,
    async stop() {
      if (hasEnded(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
    },
  };
}

const isUp = (connect: () => Promise<void>) =>
  connect().then(
    () => true,
    () => false,
  );

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null;
