import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readServerConfig, type ServerConfig } from '../config/server.ts';
import { type LocalDatabase, openLocalDatabase } from '../database/deploy/local.ts';
import { findTemplate } from '../database/deploy/template.ts';
import { demoPassword, loadCompany } from '../demo/company.ts';
import { defaultDemoFolder, openDemoFolder } from '../demo/folder.ts';
import { runTour, sampleEmail } from '../demo/tour.ts';
import { ensureDefaultKeys } from '../identity/key-file.ts';
import { loadKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import type { RunningService } from '../service/serve.ts';
import { onStopSignal, waitUntilStopped } from './until-stopped.ts';

export interface DemoOptions {
  /** End after the tour. */
  exit: boolean;
  /** Start over with a new demo company. */
  fresh: boolean;
  /** The tour waits for it. */
  epicIsBuilt: Promise<unknown>;
}

/** Where `epic`, `epic-server` and a Node that runs them are found. */
const programs = resolve(import.meta.dirname, '../../../node_modules/.bin');

/** Writes a line to the operator. */
export const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `epic-server demo`: from nothing to a served demo company, then serving until stopped. A tour is given of a new
 * company only: it changes data, which on the next run are kept.
 */
export async function demo({ exit, fresh, epicIsBuilt }: DemoOptions): Promise<void> {
  const dataFolder = process.env.EPIC_DATA || defaultDemoFolder;
  const config = readServerConfig({ ...process.env, EPIC_DATA: dataFolder });
  const log = createLog('error');
  const stop = onStopSignal();

  await openDemoFolder(config.dataFolder);
  const template = await findTemplate();
  const opening = openLocalDatabase(config.dataFolder, say, { fresh, template });
  // PostgreSQL starts beside this process, which loading PostGraphile blocks
  const loading = sleep(100).then(() => import('../service/serve.ts'));
  const local = await opening;
  try {
    const [{ isNew, size }, service] = await Promise.all([
      loadCompany(local.adminUrl),
      serveOnFreePort(await loading, config, local, log),
      epicIsBuilt,
    ]);
    const stopped = waitUntilStopped({ service, failure: local.cluster.failure, log, stop });
    try {
      const { folder } = local.cluster;
      const company = isNew ? 'a new demo company' : 'the demo company of your last run';
      say(`Epic Events CRM is ready at ${service.url} after ${seconds(performance.now())},`);
      say(`with ${company}: ${size}.`);
      if (!isNew) say('What was changed there is kept; the tour is shown to a new company only.');
      say('To start over: npm run demo -- --fresh');
      const isOver = !isNew || (await showTour(service.url, folder, stopped));
      if (isOver && !exit) {
        invite(service.url, folder, sampleEmail);
        await stopped;
      }
    } finally {
      await service.stop();
    }
  } finally {
    await local.cluster.close();
  }
  say('\nStopped. The demo company is kept.');
}

/** Shows the tour; false if it was stopped before its end. */
async function showTour(url: string, folder: string, stopped: Promise<void>): Promise<boolean> {
  const interruption = new AbortController();
  stopped.then(() => interruption.abort());
  try {
    await runTour({
      server: url,
      write: (text) => process.stdout.write(text),
      folder,
      colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
      interrupted: interruption.signal,
    });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  }
  return !interruption.signal.aborted;
}

/** Serves on the configured port, or on any free one if that is taken. */
export async function serveOnFreePort(
  { serve }: typeof import('../service/serve.ts'),
  config: ServerConfig,
  local: LocalDatabase,
  log: ReturnType<typeof createLog>,
): Promise<RunningService> {
  const options = {
    databaseUrl: local.authenticatorUrl,
    workerUrl: local.workerUrl,
    keys: loadKeys(ensureDefaultKeys(local.cluster.folder)),
    issuer: config.issuer,
    host: config.host,
    port: config.port,
    allowedOrigins: config.allowedOrigins,
    introspection: config.introspection,
    trustedDocuments: config.trustedDocuments,
    trustedProxies: config.trustedProxies,
    sentryDsn: config.sentryDsn,
    explorer: true,
    environment: 'demo',
    timeZone: config.timeZone,
    mailHost: null,
    metrics: config.metrics,
    log,
  };
  try {
    return await serve(options);
  } catch (error) {
    if (!(error instanceof Error) || !isTaken(error.cause)) throw error;
    say(`Port ${config.port} is taken: serving on another one.`);
    return await serve({ ...options, port: 0 });
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}

/** Says how to log in as the employee with that address, in a second terminal. */
export function invite(url: string, folder: string, email: string): void {
  say(`
Now you. In a second terminal:

  export PATH="${programs}:$PATH" EPIC_SERVER=${url}
  epic login --email ${email}

The password is ${demoPassword}, for everyone: epic employee list
Explore the API at ${url}/ in a browser.
For DBAs: EPIC_DATA=${folder} epic-server policies matrix
Ctrl-C stops everything.`);
}

/** A duration in words. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
