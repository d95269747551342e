import { execFile } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accountFor } from '../../src/server/database/embedded/account.ts';
import { findFreePort } from '../../src/server/database/embedded/postmaster.ts';
import { isListening, startDaemon } from './daemon.ts';
import { until } from './until.ts';

/** PgBouncer in transaction mode, in front of the API's login. */
export interface Pooler {
  /** The connection string of the API's login, through it. */
  authenticatorUrl: string;
  version: string;
  /** Whether it keeps named statements: from 1.21 on. */
  keepsStatements: boolean;
  stop(): Promise<void>;
}

/** Starts the `pgbouncer` of the PATH in a folder of `guardFolder()`, with `size` connections to PostgreSQL. */
export async function startPgBouncer(
  folder: string,
  options: { authenticatorUrl: string; size: number },
): Promise<Pooler> {
  const { stdout } = await promisify(execFile)('pgbouncer', ['--version']);
  const [, version = '', minor = '0'] = /PgBouncer (\d+\.(\d+)\.\d+)/.exec(stdout) ?? [];
  const keepsStatements = Number(minor) >= 21;
  const direct = new URL(options.authenticatorUrl);
  const port = await findFreePort();
  const users = join(folder, 'users.txt');
  const config = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${direct.username}" "${direct.password}"\n`, { mode: 0o600 });
  const lines = [
    '[databases]',
    `epic = host=${direct.hostname} port=${direct.port} dbname=${direct.pathname.slice(1)}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    `default_pool_size = ${options.size}`,
    // servers that are killed leave clients behind
    'max_client_conn = 500',
    ...(keepsStatements ? ['max_prepared_statements = 200'] : []),
  ];
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  // it does not run as root
  const account = await accountFor(join(folder, 'database'));
  if (account !== undefined) {
    for (const file of [users, config]) await chown(file, account.uid, account.gid);
  }
  const daemon = await startDaemon(folder, 'pgbouncer', ['pgbouncer', '-q', config], { account });
  await until(() => isListening(port));
  const pooled = Object.assign(new URL(direct), { port: String(port), pathname: '/epic' });
  return { authenticatorUrl: pooled.href, version, keepsStatements, stop: () => daemon.stop() };
}
