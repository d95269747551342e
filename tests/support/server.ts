import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import type { TestDatabase } from './database.ts';
import { programs } from './paths.ts';
import { plainEnvironment } from './program.ts';
import { removeFolder } from './temporary-folder.ts';

/** The real epic-server, built and started as an operator would. */
export interface RunningServer {
  /** Its address, without a slash at the end. */
  url: string;
  pid: number;
  /** Everything it has written so far, to stdout and stderr. */
  output(): string;
  /** Sends a signal and gives the exit code, once it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the server on a database, with new keys, on a free port. Ready on return. */
export async function startServer(
  database: Pick<TestDatabase, 'authenticatorUrl'>,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-server-`));
  const keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });

  const child = spawn(process.execPath, [programs.server, 'start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...plainEnvironment(),
      DATABASE_URL: database.authenticatorUrl,
      EPIC_DATA: join(folder, 'data'),
      EPIC_JWT_KEYS: keys,
      EPIC_PORT: '0',
      ...env,
    },
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
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}
