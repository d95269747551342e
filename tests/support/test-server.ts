import { randomBytes } from 'node:crypto';
import { prepareServer } from '../../src/server/database/deploy/deploy.ts';
import type { LoginPasswords, LoginUrls } from '../../src/server/database/logins.ts';
import {
  adminUrlOf,
  openScratchServer,
  type ScratchServer,
} from '../../src/server/dba/test/server.ts';

export { adminUrlOf, createClone, dropDatabase } from '../../src/server/dba/test/server.ts';

/** What a test process needs in order to reach the PostgreSQL of this run; plain data. */
export interface TestServer extends ScratchServer {
  passwords: LoginPasswords;
}

/**
 * Starts a PostgreSQL for one run, or uses the one of EPIC_TEST_DATABASE_URL (a superuser's), and
 * deploys the template database there.
 */
export async function startTestServer(): Promise<TestServer & { stop(): Promise<void> }> {
  const server = await openScratchServer(process.env.EPIC_TEST_DATABASE_URL || undefined);
  const password = () => randomBytes(16).toString('hex');
  const passwords = { authenticator: password(), worker: password() };
  try {
    await prepareServer({ serverUrl: server.adminUrl, database: server.template, passwords });
    return { ...server, passwords };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The connection strings of the server's logins for one database. */
export function loginUrlsOf(server: TestServer, database: string): LoginUrls {
  const urlOf = (username: string, password: string) =>
    Object.assign(new URL(adminUrlOf(server, database)), { username, password }).href;
  return {
    authenticatorUrl: urlOf('epic_authenticator', server.passwords.authenticator),
    workerUrl: urlOf('epic_worker', server.passwords.worker),
  };
}
