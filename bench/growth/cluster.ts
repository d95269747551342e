import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { deploy, dropDatabase, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { openDataFolder, openSecrets } from '../../src/server/database/embedded/folder.ts';
import { findPostmaster } from '../../src/server/database/embedded/postmaster.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import {
  fillScaledCompany,
  type Scale,
  type ScaledCompany,
  scaledCompany,
  scales,
} from '../../src/server/demo/scale.ts';
import { makeTemporaryFolder, removeFolder } from '../../tests/support/temporary-folder.ts';
import { log, timed, withClient } from '../support.ts';

/** A database that holds a company of that size. */
export interface ScaledDatabase extends LoginUrls {
  scale: Scale;
  adminUrl: string;
  company: ScaledCompany;
}

/** The scale that a flag names. */
export function scaleNamed(name: string): Scale {
  if (Object.hasOwn(scales, name)) return name as Scale;
  throw new Error(`--scale: ${name} is none of ${Object.keys(scales).join(', ')}.`);
}

const settings = { shared_buffers: '2GB', max_wal_size: '8GB', max_connections: '200' };

/**
 * Runs `work` with a database of each size on one embedded PostgreSQL: that of a data folder, where they stay for the next
 * run, and which may be running, or one in a temporary folder.
 */
export async function withScaledDatabases(
  dataFolder: string | undefined,
  wanted: readonly Scale[],
  work: (databases: readonly ScaledDatabase[]) => Promise<void>,
): Promise<void> {
  const temporary = dataFolder === undefined ? await makeTemporaryFolder() : undefined;
  try {
    const cluster = await running(dataFolder ?? `${temporary}/cluster`);
    try {
      const databases: ScaledDatabase[] = [];
      for (const scale of wanted) databases.push(await database(cluster, scale));
      await work(databases);
    } finally {
      await cluster.close();
    }
  } finally {
    if (temporary !== undefined) await removeFolder(temporary);
  }
}

type Urls = Pick<Awaited<ReturnType<typeof openCluster>>, 'adminUrl' | 'loginUrls' | 'close'>;

/** The PostgreSQL of a data folder, which stays running if it was. */
async function running(wanted: string): Promise<Urls> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  const folder = await openDataFolder(wanted, log);
  const postmaster = await findPostmaster(folder);
  if (postmaster === undefined) {
    const cluster = await openCluster({ dataFolder: wanted, settings, say: log });
    await prepareServer({
      serverUrl: cluster.adminUrl('postgres'),
      database: 'postgres',
      passwords: cluster.passwords,
    });
    return cluster;
  }
  const { superuser, authenticator, worker } = await openSecrets(folder);
  const url = (user: string, password: string, name: string) =>
    `postgres://${user}:${password}@127.0.0.1:${postmaster.port}/${name}`;
  return {
    adminUrl: (name) => url('postgres', superuser, name),
    loginUrls: (name) => ({
      authenticatorUrl: url('epic_authenticator', authenticator, name),
      workerUrl: url('epic_worker', worker, name),
    }),
    close: async () => undefined,
  };
}

async function database(cluster: Urls, scale: Scale): Promise<ScaledDatabase> {
  const name = `scale_${scale}`;
  const serverUrl = cluster.adminUrl('postgres');
  const adminUrl = cluster.adminUrl(name);
  const exists = await withClient(serverUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    return rowCount === 1;
  });
  let company = exists ? await scaledCompany(adminUrl) : 'empty';
  if (typeof company === 'string') {
    if (exists) await dropDatabase(serverUrl, name);
    await withClient(serverUrl, (client) =>
      client.query(`create database ${name} owner epic_owner template template0`),
    );
    await deploy({ adminUrl, rolesToo: false, say: log });
    const { milliseconds } = await timed(() =>
      fillScaledCompany(adminUrl, scales[scale], {
        connections: Math.max(2, availableParallelism()),
        say: log,
      }),
    );
    log(`${name} was filled in ${(milliseconds / 1000).toFixed(0)} s.`);
    company = await scaledCompany(adminUrl);
    if (typeof company === 'string') throw new Error(`${name} is not complete.`);
  } else {
    await deploy({ adminUrl, rolesToo: false, say: log });
  }
  return { scale, adminUrl, ...cluster.loginUrls(name), company };
}
