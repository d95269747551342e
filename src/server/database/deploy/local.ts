import { type Cluster, openCluster } from '../embedded/cluster.ts';
import type { Template } from '../embedded/template.ts';
import type { LoginUrls } from '../logins.ts';
import {
  closeOtherDatabases,
  type Deployment,
  deploy,
  dropDatabase,
  prepareServer,
} from './deploy.ts';

/** The embedded PostgreSQL with a deployed database. */
export type LocalDatabase = LoginUrls & {
  cluster: Cluster;
  /** A superuser's connection string. */
  adminUrl: string;
  deployment: Deployment;
};

/** The name of the database on the embedded PostgreSQL. */
export const localDatabaseName = 'epic';

/**
 * Opens the embedded PostgreSQL of a data folder and deploys the database, with `fresh` after dropping it. A new folder is
 * a copy of `template`, if there is one. Throws an OperatorError.
 */
export async function openLocalDatabase(
  dataFolder: string,
  say: (line: string) => void,
  options: {
    fresh?: boolean;
    everything?: boolean;
    template?: Template | undefined;
    /** Further settings of PostgreSQL. */
    settings?: Record<string, string>;
  } = {},
): Promise<LocalDatabase> {
  const { fresh = false, everything = false, template, settings = {} } = options;
  const cluster = await openCluster({ dataFolder, template, settings, say });
  try {
    if (fresh) await dropDatabase(cluster.adminUrl('postgres'), localDatabaseName);
    await prepareServer({
      serverUrl: cluster.adminUrl('postgres'),
      database: localDatabaseName,
      passwords: cluster.passwords,
    });
    await closeOtherDatabases(cluster.adminUrl('postgres'));
    const adminUrl = cluster.adminUrl(localDatabaseName);
    const deployment = await deploy({ adminUrl, rolesToo: false, everything, say });
    return {
      cluster,
      adminUrl,
      ...cluster.loginUrls(localDatabaseName),
      deployment,
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
