import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { type Binaries, findBinaries } from '../../src/server/database/embedded/binaries.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import {
  type DataFolder,
  openDataFolder,
  openSecrets,
  type Secrets,
} from '../../src/server/database/embedded/folder.ts';
import {
  findFreePort,
  type Postmaster,
  startPostmaster,
} from '../../src/server/database/embedded/postmaster.ts';
import type { LoginPasswords, LoginUrls } from '../../src/server/database/logins.ts';

export const database = 'epic';

/** The files of a deployed database whose PostgreSQL is not running. */
export interface PostgresFiles {
  data: DataFolder;
  binaries: Binaries;
  secrets: Secrets;
}

/** Creates the files in a folder, and lets `fill` write to the database. */
export async function createFiles(
  dataFolder: string,
  say: (line: string) => void,
  fill: (adminUrl: string) => Promise<unknown> = async () => undefined,
): Promise<PostgresFiles> {
  const cluster = await openCluster({ dataFolder, say });
  try {
    const { passwords } = cluster;
    await prepareServer({ serverUrl: cluster.adminUrl('postgres'), database, passwords });
    await deploy({ adminUrl: cluster.adminUrl(database), rolesToo: false, say });
    await fill(cluster.adminUrl(database));
  } finally {
    await cluster.close();
  }
  const data = await openDataFolder(dataFolder, say);
  const binaries = await findBinaries(data.account, data.path, say);
  return { data, binaries, secrets: await openSecrets(data) };
}

/** A PostgreSQL that can be killed, and comes back on the same port with the same data. */
export interface PostgresNode {
  port: number;
  /** A superuser's connection, which the caller ends. Waits until PostgreSQL accepts one. */
  connect(): Promise<Client>;
  /** Resolves once it accepts connections. */
  start(): Promise<void>;
  /** Kills it, or has it exit immediately (SIGQUIT): neither writes anything more. */
  kill(signal?: 'SIGKILL' | 'SIGQUIT'): Promise<void>;
  /** Shuts it down. */
  stop(): Promise<void>;
}

/** A PostgreSQL on these files, not started, on a free port by default. */
export async function createNode(
  { data, binaries, secrets }: PostgresFiles,
  settings: Record<string, string>,
  wantedPort?: number,
): Promise<PostgresNode> {
  const port = wantedPort ?? (await findFreePort());
  let postmaster: Postmaster | null = null;
  const connect = () => connectTo(urlOf('postgres', secrets.superuser, [{ port }]));

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = postmaster?.child;
    postmaster = null;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  return {
    port,
    connect,
    async start() {
      // the processes and shared memory of a killed one disappear a moment later
      for (let attempt = 1; ; attempt++) {
        const started = await startPostmaster(binaries, data, settings, port);
        const hasEnded = once(started.child ?? process, 'exit').then(() => true);
        const isUp = connect().then((client) => client.end().then(() => false));
        isUp.catch(() => undefined);
        if (!(await Promise.race([hasEnded, isUp]))) {
          postmaster = started;
          return;
        }
        if (attempt === 100) throw new Error(`PostgreSQL does not start: see ${data.log}.`);
        await sleep(50);
      }
    },
    kill: (signal = 'SIGKILL') => end(signal),
    stop: () => end('SIGINT'),
  };
}

/** A connection, which the caller ends. Waits for a minute until PostgreSQL accepts one. */
export async function connectTo(connectionString: string): Promise<Client> {
  for (const end = performance.now() + 60_000; ; await sleep(50)) {
    const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (performance.now() > end) throw error;
    }
  }
}

type Port = Pick<PostgresNode, 'port'>;

/** The connection string of a login, with nodes of this machine in this order. */
export function urlOf(login: string, password: string, nodes: readonly Port[]): string {
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return `postgres://${login}:${password}@${hosts}/${database}`;
}

/** The connection strings of the server's logins. */
export function loginUrlsAt(passwords: LoginPasswords, nodes: readonly Port[]): LoginUrls {
  return {
    authenticatorUrl: urlOf('epic_authenticator', passwords.authenticator, nodes),
    workerUrl: urlOf('epic_worker', passwords.worker, nodes),
  };
}
