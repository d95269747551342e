import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { findBinaries } from '../../src/server/database/embedded/binaries.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { openDataFolder, openSecrets } from '../../src/server/database/embedded/folder.ts';
import { type Postmaster, startPostmaster } from '../../src/server/database/embedded/postmaster.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const say = () => undefined;
const database = 'epic';

/** A PostgreSQL server that can be killed. */
export interface Node {
  port: number;
  /** A superuser's connection, which the caller ends. Waits until there is one. */
  connect(): Promise<Client>;
  kill(): Promise<void>;
}

/** A primary and its standby, with a deployed database. */
export interface TwoNodes {
  primary: Node;
  standby: Node;
  /** The connection strings of the logins, with these hosts in this order. */
  urlsOf(...nodes: Node[]): LoginUrls;
  stop(): Promise<void>;
}

/** Starts two nodes. A commit on the primary waits until the standby has applied it. */
export async function startTwoNodes(): Promise<TwoNodes> {
  const folder = await makeTemporaryFolder();
  const folders = [join(folder, 'one'), join(folder, 'two')] as const;
  const cluster = await openCluster({ dataFolder: folders[0], say });
  try {
    await prepareServer({
      serverUrl: cluster.adminUrl('postgres'),
      database,
      passwords: cluster.passwords,
    });
    await deploy({ adminUrl: cluster.adminUrl(database), rolesToo: false, say });
  } finally {
    await cluster.close();
  }

  // the files of a server that was shut down are a base backup
  const one = await openDataFolder(folders[0], say);
  const two = await openDataFolder(folders[1], say);
  await promisify(execFile)('cp', ['-a', one.pgdata, two.path]);
  await promisify(execFile)('cp', ['-a', join(one.path, 'passwords.json'), two.path]);
  const secrets = await openSecrets(one);
  const binaries = await findBinaries(one.account, one.path, say);

  async function start(of: typeof one, settings = {}): Promise<Node & { end(): Promise<void> }> {
    const postmaster: Postmaster = await startPostmaster(binaries, of, {
      fsync: 'off',
      ...settings,
    });
    const { child, port } = postmaster;
    const end = async (signal: NodeJS.Signals) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    };
    const connectionString = `postgres://postgres:${secrets.superuser}@127.0.0.1:${port}/${database}`;
    return {
      port,
      kill: () => end('SIGKILL'),
      end: () => end('SIGQUIT'),
      async connect() {
        let client = new Client({ connectionString });
        await until(async () => {
          client = new Client({ connectionString });
          client.on('error', () => {});
          return client.connect().then(
            () => true,
            () => false,
          );
        });
        return client;
      },
    };
  }
  const primary = await start(one, {
    synchronous_standby_names: '*',
    synchronous_commit: 'remote_apply',
  });
  const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres password=${secrets.superuser}`;
  await appendFile(join(two.pgdata, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  await writeFile(join(two.pgdata, 'standby.signal'), '');
  const standby = await start(two);
  (await standby.connect()).end();

  const urlOf = (login: string, password: string, nodes: Node[]) =>
    `postgres://${login}:${password}@${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${database}`;
  return {
    primary,
    standby,
    urlsOf: (...nodes) => ({
      authenticatorUrl: urlOf('epic_authenticator', secrets.authenticator, nodes),
      workerUrl: urlOf('epic_worker', secrets.worker, nodes),
    }),
    async stop() {
      await Promise.all([primary.end(), standby.end()]);
      await removeFolder(folder);
    },
  };
}
