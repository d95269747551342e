import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { findBinaries } from '../../src/server/database/embedded/binaries.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { openDataFolder, openSecrets } from '../../src/server/database/embedded/folder.ts';
import { type Postmaster, startPostmaster } from '../../src/server/database/embedded/postmaster.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { log } from '../support.ts';

const name = 'epic';

/** A PostgreSQL that can be killed, and comes back on the same port with the same data. */
export type Postgres = LoginUrls & {
  /** A superuser's connection, which the caller ends. Waits until PostgreSQL accepts one. */
  connect(): Promise<Client>;
  start(): Promise<void>;
  /** Kills it, or has it exit immediately (SIGQUIT): neither writes anything more. */
  kill(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void>;
  /** Shuts it down. */
  stop(): Promise<void>;
};

/** Room for connections that killed servers leave open until PostgreSQL notices. */
const settings = { max_connections: '200' };

/** Creates one in a folder, with the demo company, and does not start it. Every commit is flushed to disk. */
export async function createPostgres(folder: string, port: number): Promise<Postgres> {
  const dataFolder = join(folder, 'cluster');
  const cluster = await openCluster({ dataFolder, say: log });
  try {
    await prepareServer({
      serverUrl: cluster.adminUrl('postgres'),
      database: name,
      passwords: cluster.passwords,
    });
    await deploy({ adminUrl: cluster.adminUrl(name), rolesToo: false, say: log });
    await loadCompany(cluster.adminUrl(name));
  } finally {
    await cluster.close();
  }

  const data = await openDataFolder(dataFolder, log);
  const binaries = await findBinaries(data.account, data.path, log);
  const { superuser, authenticator, worker } = await openSecrets(data);
  const urlOf = (user: string, password: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
  let postmaster: Postmaster | null = null;

  async function connect(): Promise<Client> {
    for (const end = performance.now() + 60_000; ; await sleep(50)) {
      const client = new Client({ connectionString: urlOf('postgres', superuser) });
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

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = postmaster?.child;
    postmaster = null;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  return {
    authenticatorUrl: urlOf('epic_authenticator', authenticator),
    workerUrl: urlOf('epic_worker', worker),
    connect,
    async start() {
      // The processes and shared memory of a killed one disappear a moment later.
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
    kill: (signal) => end(signal),
    stop: () => end('SIGINT'),
  };
}
