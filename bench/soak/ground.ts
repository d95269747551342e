import { join } from 'node:path';
import type { Client } from 'pg';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { startPatroni } from '../../tests/support/patroni.ts';
import { startPgBouncer } from '../../tests/support/pgbouncer.ts';
import { createFiles, createNode, loginUrlsAt } from '../../tests/support/postgres.ts';
import { log } from '../support.ts';
import { type FaultContext, injectFaults } from './chaos.ts';
import { type Failure, injectFailovers } from './failovers.ts';

/** What the servers of a soak work on: a database with the demo company. Every commit is flushed to disk. */
export interface Ground {
  /** As the report names it. */
  description: string;
  logins: LoginUrls;
  /** Variables of the servers. */
  env: NodeJS.ProcessEnv;
  /** A superuser's connection to what takes changes, which the caller ends. Waits until there is one. */
  connect(): Promise<Client>;
  /** Injects faults until aborted, or until there are no more. */
  injectFaults(context: FaultContext): Promise<void>;
  stop(): Promise<void>;
}

/** Room for connections that killed servers leave open until PostgreSQL notices. */
const settings = { max_connections: '200' };

/** One PostgreSQL, the embedded one. */
export async function onPostgres(folder: string, port: number): Promise<Ground> {
  const files = await createFiles(join(folder, 'cluster'), log, loadCompany);
  const node = await createNode(files, settings, port);
  await node.start();
  return {
    description: 'PostgreSQL',
    logins: loginUrlsAt(files.secrets, [node]),
    env: {},
    connect: node.connect,
    injectFaults: (context) => injectFaults(context, node),
    stop: node.stop,
  };
}

/** The same behind PgBouncer in transaction mode, with five connections. */
export async function onPgBouncer(folder: string, port: number): Promise<Ground> {
  const postgres = await onPostgres(folder, port);
  try {
    const { authenticatorUrl, workerUrl } = postgres.logins;
    const pooler = await startPgBouncer(folder, { authenticatorUrl, size: 5 });
    const statements = pooler.keepsStatements ? 'on' : 'off';
    return {
      ...postgres,
      description: `PgBouncer ${pooler.version} with 5 connections, named statements ${statements}, and PostgreSQL`,
      logins: { authenticatorUrl: pooler.authenticatorUrl, workerUrl },
      env: { DATABASE_DIRECT_URL: authenticatorUrl, EPIC_PREPARED_STATEMENTS: statements },
      async stop() {
        await pooler.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Two PostgreSQL under Patroni, to which these failures happen; with `replica` the standby answers queries. */
export async function onPatroni(
  folder: string,
  { failures, replica }: { failures: readonly Failure[]; replica: boolean },
): Promise<Ground> {
  const cluster = await startPatroni(folder, log, loadCompany);
  const { authenticatorUrl, workerUrl, connect, stop } = cluster;
  return {
    description: `two nodes of ${cluster.description}${replica ? ', whose standby answers queries,' : ''}`,
    logins: { authenticatorUrl, workerUrl },
    env: replica ? { DATABASE_READ_URL: authenticatorUrl } : {},
    connect,
    injectFaults: (context) => injectFailovers(context, cluster, failures),
    stop,
  };
}
