import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { programs } from '../../tests/support/paths.ts';
import { plainEnvironment } from '../../tests/support/program.ts';
import type { Counts } from './counts.ts';

/** Server processes on one database, restarted whenever they exit, as by a supervisor. */
export type Servers = {
  urls: string[];
  /** Starts all of them and waits until each is ready. */
  start(): Promise<void>;
  /** Ends one with SIGKILL. */
  kill(url: string): void;
  /** The id of the process that serves there at present. */
  pid(url: string): number;
  stop(): Promise<void>;
};

/** Does not start them yet. Their shared keys are written to `folder`. */
export async function createServers(options: {
  folder: string;
  ports: readonly number[];
  logins: LoginUrls;
  /** Further variables. */
  env: NodeJS.ProcessEnv;
  counts: Counts;
}): Promise<Servers> {
  const { folder, ports, logins, env, counts } = options;
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });
  const running = new Map<string, ChildProcess>();
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const supervisors: Promise<void>[] = [];
  let isStopping = false;

  function launch(url: string): ChildProcess {
    const child = spawn(process.execPath, [programs.server, 'start'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...plainEnvironment(),
        DATABASE_URL: logins.authenticatorUrl,
        DATABASE_WORKER_URL: logins.workerUrl,
        EPIC_DATA: folder,
        EPIC_JWT_KEYS: keys,
        EPIC_PORT: new URL(url).port,
        EPIC_LOG: 'error',
        ...env,
      },
    });
    running.set(url, child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        // Other lines are graphile-worker's, when it reconnects.
        const isLogged = line.startsWith('{');
        if (isLogged && /unexpected|fatal/i.test(line) && counts.unexpected.length < 20) {
          counts.unexpected.push(line);
        }
      });
    }
    return child;
  }

  async function supervise(url: string): Promise<void> {
    while (!isStopping) {
      const child = launch(url);
      let wasReady = false;
      untilReady(url, () => child.exitCode === null && child.signalCode === null).then(
        (isReady) => {
          wasReady = isReady;
        },
      );
      const [code, signal] = await once(child, 'exit');
      // A server that finds no database exits before it is ready, which is not a crash.
      if (!isStopping && wasReady && signal !== 'SIGKILL') {
        counts.crashes.push(`The server at ${url} ended by itself (${signal ?? code}).`);
      }
      if (!isStopping) await sleep(100);
    }
  }

  return {
    urls,
    async start() {
      supervisors.push(...urls.map(supervise));
      await Promise.all(urls.map((url) => untilReady(url, () => !isStopping)));
    },
    kill(url) {
      running.get(url)?.kill('SIGKILL');
    },
    pid: (url) => running.get(url)?.pid ?? 0,
    async stop() {
      isStopping = true;
      for (const child of running.values()) child.kill('SIGTERM');
      await Promise.all(supervisors);
    },
  };
}

async function untilReady(url: string, shouldGoOn: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 60_000; shouldGoOn() && performance.now() < end; ) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return true;
    await sleep(50);
  }
  return false;
}
