import { randomBytes } from 'node:crypto';
import { prepareServer } from '../../src/server/database/deploy/deploy.ts';
import {
  adminUrlOf,
  openScratchServer,
  type ScratchServer,
} from '../../src/server/dba/test/server.ts';

export { adminUrlOf, createClone, dropDatabase } from '../../src/server/dba/test/server.ts';

/** What a test process needs in order to reach the PostgreSQL of this run; plain data. */
export interface TestServer extends ScratchServer {
  authenticatorPassword: string;
}

/**
 * Starts a PostgreSQL for one run, or uses the one of EPIC_TEST_DATABASE_URL (a superuser's), and
 * deploys the template database there.
 */
export async function startTestServer(): Promise<TestServer & { stop(): Promise<void> }> {
  const server = await openScratchServer(process.env.EPIC_TEST_DATABASE_URL || undefined);
  const authenticatorPassword = randomBytes(16).toString('hex');
  try {
    await prepareServer({
      serverUrl: server.adminUrl,
      database: server.template,
      authenticatorPassword,
    });
    return { ...server, authenticatorPassword };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The API's connection string for one database of the server. */
export function authenticatorUrlOf(server: TestServer, database: string): string {
  const url = new URL(adminUrlOf(server, database));
  url.username = 'epic_authenticator';
  url.password = server.authenticatorPassword;
  return url.href;
}
