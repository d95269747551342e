import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import {
  adminUrlOf,
  createClone,
  dropDatabase,
  loginUrlsOf,
  type TestServer,
} from './test-server.ts';

/** A deployed database of one test file. */
export interface TestDatabase extends LoginUrls {
  name: string;
  /** The connection string of a superuser, to arrange and to check. */
  adminUrl: string;
  /** Runs SQL as the superuser and returns the rows. */
  query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Drops it, connections included. */
  drop(): Promise<void>;
}

/** Clones the prepared database of this jest run. It takes about 30 ms. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const server = testServer();
  const name = `${server.template}_${randomBytes(4).toString('hex')}`;
  await createClone(server, name);
  const adminUrl = adminUrlOf(server, name);
  const client = new Client({ connectionString: adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  return {
    name,
    adminUrl,
    ...loginUrlsOf(server, name),
    query: async <Row extends QueryResultRow>(sql: string, values?: unknown[]) =>
      (await client.query<Row>(sql, values)).rows,
    drop: async () => {
      await client.end();
      await dropDatabase(server, name);
    },
  };
}

/** Creates a database that is not Epic's, closed to PUBLIC from its first moment: lint, run by other tests, reports open ones. */
export async function createForeignDatabase(server: TestDatabase, name: string): Promise<void> {
  await server.query(`create database ${name} allow_connections false`);
  await server.query(`revoke connect on database ${name} from public`);
  await server.query(`alter database ${name} allow_connections true`);
}

function testServer(): TestServer {
  const description = process.env.EPIC_TEST_SERVER;
  if (description === undefined) throw new Error('Tests with a database are run by jest.');
  return JSON.parse(description);
}
