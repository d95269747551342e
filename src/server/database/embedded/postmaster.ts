import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { type Binaries, programEnvironment } from './binaries.ts';
import { type DataFolder, isAlive } from './folder.ts';

/** The server process of a data folder: a `child` of this process, or found running. */
export interface Postmaster {
  pid: number;
  port: number;
  child: ChildProcess | undefined;
}

const run = promisify(execFile);
const MAXIMAL_LOG_SIZE = 10_000_000;

/** How long a fast shutdown, which waits for a checkpoint, may take. */
const SHUTDOWN_TIMEOUT_MS = 15_000;

/** The server process of this folder, or undefined. Removes the pid file of a dead one. */
export async function findPostmaster(folder: DataFolder): Promise<Postmaster | undefined> {
  const file = join(folder.pgdata, 'postmaster.pid');
  for (;;) {
    const content = await readFile(file, 'utf8').catch(() => undefined);
    if (content === undefined) return undefined;
    const lines = content.split('\n');
    const pid = Math.abs(Number(lines[0]));
    const port = Number(lines[3]);
    if (!(pid > 0) || !(await isPostmasterOf(folder, pid))) break;
    if (port > 0) return { pid, port, child: undefined };
    await sleep(20); // still starting
  }
  // PostgreSQL refuses to start when the pid now belongs to another process of its account
  await rm(file, { force: true });
  return undefined;
}

/** Whether that process is still the server of this folder. */
export async function isRunning(folder: DataFolder, { pid, child }: Postmaster): Promise<boolean> {
  if (child !== undefined) return child.exitCode === null && child.signalCode === null;
  return isPostmasterOf(folder, pid);
}

// The pid may have been reused: the server is recognised by its working directory or, where that is hidden, by its
// command line.
async function isPostmasterOf({ pgdata }: DataFolder, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') {
    return run('ps', ['-p', String(pid), '-o', 'command=']).then(
      ({ stdout }) => stdout.includes(pgdata),
      () => false,
    );
  }
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (workingFolder !== undefined) return workingFolder === pgdata;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(pgdata);
}

/** Starts the server on the loopback address, on a free port by default. Does not wait until it is ready. */
export async function startPostmaster(
  binaries: Binaries,
  folder: DataFolder,
  settings: Record<string, string>,
  wantedPort?: number,
): Promise<Postmaster> {
  const port = wantedPort ?? (await findFreePort());
  const fixed = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const options = Object.entries(fixed).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await openLog(folder);
  try {
    const child = spawn(binaries.postgres, ['-D', folder.pgdata, '-p', String(port), ...options], {
      cwd: folder.path,
      env: programEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // its own process group, so that Ctrl-C reaches this process alone, which stops it
      detached: true,
      ...folder.account,
    });
    await once(child, 'spawn');
    return { pid: child.pid ?? 0, port, child };
  } catch (cause) {
    throw new OperatorError(`PostgreSQL could not be started: ${cause}`, undefined, cause);
  } finally {
    await log.close();
  }
}

/**
 * Stops the server by a fast shutdown, or by an immediate one after the timeout, which loses nothing that was committed:
 * PostgreSQL 18.4 hangs in a fast shutdown that begins while it recovers from the crash of one of its processes.
 */
export async function stopPostmaster(
  binaries: Binaries,
  folder: DataFolder,
  { child }: Postmaster,
): Promise<void> {
  if (child !== undefined && process.platform !== 'win32') {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    const killTimer = setTimeout(() => child.kill('SIGQUIT'), SHUTDOWN_TIMEOUT_MS);
    await ended;
    clearTimeout(killTimer);
    return;
  }
  const stop = (mode: 'fast' | 'immediate') => {
    const seconds = String(SHUTDOWN_TIMEOUT_MS / 1000);
    const how = ['-D', folder.pgdata, '-m', mode, '-w', '-t', seconds, '-s'];
    const env = programEnvironment();
    return run(binaries.pgCtl, ['stop', ...how], { cwd: folder.path, env, ...folder.account });
  };
  try {
    await stop('fast').catch(() => stop('immediate'));
  } catch (cause) {
    if ((await findPostmaster(folder)) === undefined) return;
    throw new OperatorError(`PostgreSQL could not be stopped: ${cause}`, undefined, cause);
  }
}

/** The last lines of the server's log, for an error. */
export async function endOfLog({ log }: DataFolder, lines = 10): Promise<string> {
  const content = await readFile(log, 'utf8').catch(() => '');
  return content.trimEnd().split('\n').slice(-lines).join('\n');
}

async function openLog({ log }: DataFolder) {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAXIMAL_LOG_SIZE) await rename(log, `${log}.1`);
  try {
    return await open(log, 'a', 0o600);
  } catch (cause) {
    throw new OperatorError(
      `The log ${log} cannot be written (${codeOf(cause)}).`,
      undefined,
      cause,
    );
  }
}

/** A port of the loopback address that no program listens on. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string')
    throw new OperatorError('No port is free on 127.0.0.1.');
  return address.port;
}
