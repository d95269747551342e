import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Client, type ClientConfig } from 'pg';
import { deploy, dropDatabase, prepareServer } from '../src/server/database/deploy/deploy.ts';
import { openCluster } from '../src/server/database/embedded/cluster.ts';
import type { LoginUrls } from '../src/server/database/logins.ts';
import { OperatorError } from '../src/server/errors/errors.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';

type Flags<Defaults> = {
  [Name in keyof Defaults]: Defaults[Name] extends number
    ? number
    : Defaults[Name] extends boolean
      ? boolean
      : string;
};

/** The flags of a benchmark, each of the kind of its default; without one a flag of text is empty. */
export function readFlags<const Defaults extends Record<string, number | boolean | string>>(
  defaults: Defaults,
): Flags<Defaults> {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const usage = (problem: string): never => {
    const names = Object.keys(defaults).map((name) => `--${name}`);
    process.stderr.write(`${problem}\nFlags: ${names.join(', ')}\n`);
    process.exit(2);
  };
  const values = valuesOf(options, usage);
  const read = Object.entries(defaults).map(([name, fallback]) => {
    const given = values[name] ?? fallback;
    const value = typeof fallback === 'number' ? Number(given) : given;
    if (Number.isNaN(value)) usage(`--${name} takes a number.`);
    return [name, value];
  });
  return Object.fromEntries(read);
}

function valuesOf(
  options: NonNullable<ParseArgsConfig['options']>,
  usage: (problem: string) => never,
) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/** A PostgreSQL to measure on, with production settings: every commit is flushed to disk. */
export interface BenchServer {
  /** Its version, and whether it is the embedded one. */
  description: string;
  /** A superuser's connection string for one of its databases. */
  adminUrl(database: string): string;
  /** Of the server's logins; only for the embedded server, since the passwords of another are not known. */
  loginUrls(database: string): LoginUrls;
  /** Creates a database with db/ deployed, or a copy of another one; dropped when the work is done. */
  makeDatabase(original?: string): Promise<string>;
}

/** Runs `work` on an embedded PostgreSQL in a temporary folder, or on the one of a superuser's connection string. */
export async function withBenchServer(
  url: string | undefined,
  work: (server: BenchServer) => Promise<void>,
): Promise<void> {
  if (url !== undefined) {
    return onServer(url, 'your own', () => ({ authenticatorUrl: url, workerUrl: url }), work);
  }

  const folder = await makeTemporaryFolder();
  try {
    const cluster = await openCluster({ dataFolder: join(folder, 'cluster'), say: log });
    try {
      const serverUrl = cluster.adminUrl('postgres');
      const { passwords } = cluster;
      await prepareServer({ serverUrl, database: 'postgres', passwords });
      await onServer(serverUrl, 'embedded', (name) => cluster.loginUrls(name), work);
    } finally {
      await cluster.close();
    }
  } finally {
    await removeFolder(folder);
  }
}

async function onServer(
  serverUrl: string,
  whose: string,
  loginUrls: (database: string) => LoginUrls,
  work: (server: BenchServer) => Promise<void>,
): Promise<void> {
  const prefix = `epic_bench_${process.pid}_${randomBytes(3).toString('hex')}`;
  const created: string[] = [];
  const adminUrl = (database: string) => {
    const address = new URL(serverUrl);
    address.pathname = `/${database}`;
    return address.href;
  };
  const makeDatabase = async (original?: string) => {
    const name = `${prefix}_${created.length}`;
    await withClient(serverUrl, (client) =>
      client.query(`create database ${name} owner epic_owner template ${original ?? 'template0'}`),
    );
    created.push(name);
    if (original === undefined) {
      await deploy({ adminUrl: adminUrl(name), rolesToo: false, say: log });
    }
    return name;
  };

  const version = await withClient(serverUrl, versionOf);
  try {
    await work({
      description: `PostgreSQL ${version}, ${whose}`,
      adminUrl,
      loginUrls,
      makeDatabase,
    });
  } finally {
    for (const name of created) await dropDatabase(serverUrl, name);
  }
}

async function versionOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ version: string; has_roles: boolean }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version,
            to_regrole('epic_owner') is not null as has_roles`,
  );
  if (rows[0]?.has_roles !== true) {
    throw new OperatorError(
      'This server has no role epic_owner, which owns the databases to measure on.',
      'Have an administrator of the server run db/roles.sql first.',
    );
  }
  return rows[0].version;
}

/** Runs `work` with a connection of its own. */
export async function withClient<Result>(
  connection: string | ClientConfig,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(connection);
  await client.connect().catch((cause) => {
    throw new OperatorError(`The database cannot be reached: ${cause.message}.`, undefined, cause);
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The result of `work`, and how many milliseconds it took. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ milliseconds: number; result: Result }> {
  const start = performance.now();
  const result = await work();
  return { milliseconds: performance.now() - start, result };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(
    Math.ceil(middle) - 1,
    Math.floor(middle) + 1,
  );
  return (low + high) / 2;
}

/** The load average of the last minute. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** Aligned columns, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widthOf(column)) : cell.padStart(widthOf(column)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Writes a line about progress to stderr. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a benchmark as a program. An OperatorError is printed without a stack trace. */
export async function runBench(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log([error.message, error.hint].filter(Boolean).join('\n'));
    process.exitCode = 1;
  }
}
