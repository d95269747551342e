import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Account } from '../../src/server/database/embedded/account.ts';

/** A program of Debian's that runs until it is stopped. */
export interface Daemon {
  pid: number;
  hasEnded(): boolean;
  /** Sends a signal, SIGTERM by default, and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program in a folder of `guardFolder()`, in a process group of its own; what it says is in `NAME.log` there. */
export async function startDaemon(
  folder: string,
  name: string,
  [program, ...args]: [string, ...string[]],
  options: { account?: Account | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<Daemon> {
  const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
  await once(log, 'open');
  const child: ChildProcess = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
    ...(options.env && { env: { ...process.env, ...options.env } }),
    ...options.account,
  });
  await once(child, 'spawn');
  log.close();
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    hasEnded,
    async stop(signal = 'SIGTERM') {
      if (hasEnded()) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}

/**
 * However this process ends, the processes that work in this folder are killed and the folder is removed. Returns what
 * does that at once.
 */
export function guardFolder(folder: string): () => Promise<void> {
  // reads until this process has closed its end of the pipe
  const guard = spawn('sh', ['-c', sweep, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return async () => {
    const exit = once(guard, 'exit');
    guard.stdin?.end();
    await exit;
  };
}

const sweep = `
  cat >/dev/null
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    found=
    for process in /proc/[0-9]*; do
      case "$(readlink "$process/cwd")" in "$1"|"$1"/*) found=1; kill -KILL "\${process#/proc/}" ;; esac
    done
    [ -z "$found" ] && break
    sleep 0.1
  done
  rm -rf "$1"`;

/** A process and its children, such as those of a postmaster. */
export async function withChildren(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return [pid, ...children.split(' ').filter(Boolean).map(Number)];
}

/** Whether a program listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
