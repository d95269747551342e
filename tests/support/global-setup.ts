import { startTestServer } from './test-server.ts';

/** Starts the PostgreSQL of this run and passes its address in EPIC_TEST_SERVER. */
export default async function globalSetup(): Promise<void> {
  const { stop, ...server } = await startTestServer();
  process.env.EPIC_TEST_SERVER = JSON.stringify(server);
  globalThis.stopTestServer = stop;
}

declare global {
  var stopTestServer: (() => Promise<void>) | undefined;
}
