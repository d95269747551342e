import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy.ts';
import { openCluster } from '../../src/server/database/embedded.ts';
import { unpackPgTap } from './pgtap.ts';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.ts';

/** What a test process needs in order to reach the PostgreSQL of this run; plain data. */
export interface TestServer {
  /** A superuser's connection string. */
  adminUrl: string;
  authenticatorPassword: string;
  /** The prepared database that all others are cloned from. */
  template: string;
}

/**
 * Starts a PostgreSQL for one run, or uses the one of EPIC_TEST_DATABASE_URL (a superuser's), and
 * deploys the template database there.
 */
export async function startTestServer(): Promise<TestServer & { stop(): Promise<void> }> {
  const ownUrl = process.env.EPIC_TEST_DATABASE_URL;
  const template = `epic_test_${process.pid}_${randomBytes(3).toString('hex')}`;
  if (ownUrl) {
    const server = {
      adminUrl: ownUrl,
      authenticatorPassword: randomBytes(16).toString('hex'),
      template,
    };
    await prepareTemplate(server);
    return { ...server, stop: () => dropAll(server) };
  }

  const folder = await makeTemporaryFolder();
  const cluster = await openCluster({
    dataFolder: join(folder, 'cluster'),
    durable: false,
    settings: await unpackPgTap(join(folder, 'pgtap')),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const stop = async () => {
    await cluster.close();
    await removeFolder(folder);
  };
  try {
    const server = {
      adminUrl: cluster.adminUrl('postgres'),
      authenticatorPassword: cluster.authenticatorPassword,
      template,
    };
    await prepareTemplate(server);
    return { ...server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A superuser's connection string for one database of the server. */
export function adminUrlOf(server: TestServer, database: string): string {
  const url = new URL(server.adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** The API's connection string for one database of the server. */
export function authenticatorUrlOf(server: TestServer, database: string): string {
  const url = new URL(adminUrlOf(server, database));
  url.username = 'epic_authenticator';
  url.password = server.authenticatorPassword;
  return url.href;
}

/** Makes a copy of a database that nobody is connected to: of the template unless told otherwise. */
export async function createClone(
  server: TestServer,
  name: string,
  original = server.template,
): Promise<void> {
  await withAdmin(server, async (client) => {
    await client.query(
      `create database ${name} template ${original} owner epic_owner strategy file_copy`,
    );
    // PostgreSQL does not copy the grants on the database itself.
    await client.query(
      `update pg_database set datacl = original.datacl from pg_database as original
        where pg_database.datname = $1 and original.datname = $2`,
      [name, original],
    );
  });
}

export async function dropDatabase(server: TestServer, name: string): Promise<void> {
  await withAdmin(server, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
  });
}

// The template and all that were cloned from it, also by a test that failed to clean up.
async function dropAll(server: TestServer): Promise<void> {
  const names: string[] = [];
  await withAdmin(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [server.template],
    );
    names.push(...rows.map(({ datname }) => datname));
  });
  for (const name of names) await dropDatabase(server, name);
}

async function prepareTemplate(server: TestServer): Promise<void> {
  await prepareServer({
    serverUrl: server.adminUrl,
    database: server.template,
    authenticatorPassword: server.authenticatorPassword,
  });
  await deploy({
    adminUrl: adminUrlOf(server, server.template),
    rolesToo: false,
    say: (line) => process.stderr.write(`${line}\n`),
  });
}

async function withAdmin(
  server: TestServer,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
