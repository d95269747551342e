import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { native } from './native/native.ts';
import { programs } from './paths.ts';
import { plainEnvironment } from './program.ts';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.ts';

/** The API on a port of this machine. */
export interface RunningServer {
  /** Its address, without a slash at the end. */
  url: string;
  /** Everything it has logged so far. */
  output(): string;
  stop(): Promise<unknown>;
}

/** The real epic-server, built and started as an operator would. */
export interface ServerProcess extends RunningServer {
  pid: number;
  /** Closes the pipe that its standard output goes to. */
  closeOutput(): void;
  /** Sends a signal, SIGTERM by default, and gives the exit code once it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What the environment of a server says: which database, keys of its own, a free port. */
async function environment(
  folder: string,
  { authenticatorUrl, workerUrl }: LoginUrls,
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });
  return {
    DATABASE_URL: authenticatorUrl,
    DATABASE_WORKER_URL: workerUrl,
    EPIC_DATA: join(folder, 'data'),
    EPIC_JWT_KEYS: keys,
    EPIC_PORT: '0',
    ...env,
  };
}

/**
 * Starts the server on a database, with new keys, on a free port, within the worker of jest, whose server code is
 * loaded once. Ready on return.
 */
export async function startServer(
  database: LoginUrls,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningServer> {
  const folder = await makeTemporaryFolder();
  try {
    const server = await native.serveHere(await environment(folder, database, env));
    const stop = async () => {
      await server.stop();
      await removeFolder(folder);
    };
    return { ...server, stop };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** The same in a process of its own, for tests of signals, exit codes, standard output and crashes. */
export async function spawnServer(
  database: LoginUrls,
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const folder = await makeTemporaryFolder();
  const child = spawn(process.execPath, [programs.server, 'start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...plainEnvironment(), ...(await environment(folder, database, env)) },
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', async (code) => {
      await removeFolder(folder);
      resolve(code);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    const read = (data: string) => {
      output += data;
      const address = /https?:\/\/[\w.[\]:-]+:\d+(?=\D)/.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    ended.then(() => reject(new Error(`The server did not start, but said:\n${output}`)));
  });

  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    closeOutput: () => child.stdout.destroy(),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** What /readyz says, asked again as long as a busy machine is too slow for a probe. */
export async function readinessOf(
  url: string,
): Promise<{ status: number; ready: boolean; reason?: string }> {
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    const body = (await response.json()) as { ready: boolean; reason?: string };
    if (body.reason !== 'The database does not answer in time.') {
      return { status: response.status, ...body };
    }
  }
}
