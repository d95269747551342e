import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../../errors/errors.ts';
import { connectionVariables } from '../libpq.ts';

/**
 * Opens psql on a database, after these first lines, and returns its exit code. The address contains a password and is
 * passed in the environment: other users can read arguments.
 */
export async function openPsql(url: string, firstLines: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'epic-psql-'));
  // psql runs its start-up file after connecting, then becomes interactive
  const startUp = join(folder, 'psqlrc');
  // Ctrl-C is for psql, which cancels the statement
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    await writeFile(startUp, `${[...ownStartUp(), ...firstLines].join('\n')}\n`, { mode: 0o600 });
    return await run({ ...process.env, ...connectionVariables(url), PSQLRC: startUp });
  } finally {
    process.off('SIGINT', ignore);
    await rm(folder, { recursive: true, force: true });
  }
}

function run(env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const psql = spawn('psql', [], { env, stdio: 'inherit' });
    psql.once('error', (cause) => {
      reject(
        new OperatorError(
          'psql cannot be started: it is not installed, or not on the PATH.',
          'Without --psql, this command prints what to type into any client.',
          cause,
        ),
      );
    });
    psql.once('close', (code) => resolve(code ?? 1));
  });
}

// includes the user's own start-up file
function ownStartUp(): string[] {
  const file = process.env.PSQLRC ?? join(homedir(), '.psqlrc');
  if (!existsSync(file)) return [];
  return [`\\i '${file.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`];
}
