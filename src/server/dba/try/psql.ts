import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../../errors/errors.ts';

/**
 * Opens psql on a database, after these first lines, and gives its exit code. Where it connects to goes through the
 * environment: arguments are for everybody to read, and the address holds a password.
 */
export async function openPsql(url: string, firstLines: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'epic-psql-'));
  // psql goes through its start-up file once it is connected, and then becomes interactive.
  const startUp = join(folder, 'psqlrc');
  // Ctrl-C is for psql, which cancels a statement.
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

/** A connection string as the environment variables of PostgreSQL's own programs. */
export function connectionVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const variables: Record<string, string> = {
    PGHOST: hostname.replace(/^\[|\]$/g, ''),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
  for (const [name, value] of searchParams) {
    const variable = parameterVariables[name];
    if (variable !== undefined) variables[variable] = value;
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

const parameterVariables: Record<string, string> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  application_name: 'PGAPPNAME',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  gssencmode: 'PGGSSENCMODE',
  options: 'PGOPTIONS',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
};

// Whoever has a start-up file keeps it.
function ownStartUp(): string[] {
  const file = process.env.PSQLRC ?? join(homedir(), '.psqlrc');
  if (!existsSync(file)) return [];
  return [`\\i '${file.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`];
}
