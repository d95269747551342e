import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readServerConfig, type ServerConfig } from '../config/server.ts';
import { type LocalDatabase, openLocalDatabase } from '../database/deploy/local.ts';
import { demoPassword, loadCompany } from '../demo/company.ts';
import { giveTour, guest, TourError } from '../demo/tour.ts';
import { ensureOwnKeys } from '../identity/key-file.ts';
import { loadKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import type { Serving } from '../service/serve.ts';
import { takeStopRequests, untilStopped } from './until-stopped.ts';

export interface DemoOptions {
  /** End after the tour. */
  exit: boolean;
  /** Start over with a new demo company. */
  fresh: boolean;
  /** The tour waits for it. */
  epicIsBuilt: Promise<unknown>;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** `epic-server demo`: from nothing to a served demo company, a tour of it, then serving until stopped. */
export async function demo({ exit, fresh, epicIsBuilt }: DemoOptions): Promise<void> {
  const config = readServerConfig(process.env);
  const log = createLog('error');
  const stop = takeStopRequests();

  const opening = openLocalDatabase(join(config.dataFolder, 'demo'), say, { fresh });
  // Loading PostGraphile keeps this process busy for as long as PostgreSQL needs to start beside it: so that one first.
  const loading = sleep(100).then(() => import('../service/serve.ts'));
  const local = await opening;
  try {
    const [isNew, serving] = await Promise.all([
      loadCompany(local.adminUrl),
      serveSomewhere(await loading, config, local, log),
      epicIsBuilt,
    ]);
    const stopped = untilStopped({ serving, failure: local.cluster.failure, log, stop });
    try {
      say(`Epic Events CRM is ready at ${serving.url} after ${seconds(performance.now())},`);
      say(
        `with ${isNew ? 'a new' : 'the'} demo company${isNew ? '' : ' as you left it (--fresh starts over)'}.`,
      );
      const isOver = await showTour(serving.url, local.cluster.folder, { stopped, exit });
      if (isOver && !exit) {
        invite(serving.url);
        await stopped;
      }
    } finally {
      await serving.stop();
    }
  } finally {
    await local.cluster.close();
  }
  say(exit ? '\nThe tour is over.' : '\nStopped. The demo company stays as it is.');
}

/** Shows the tour; false if it was stopped before its end. */
async function showTour(
  url: string,
  folder: string,
  { stopped, exit }: { stopped: Promise<void>; exit: boolean },
): Promise<boolean> {
  const interruption = new AbortController();
  stopped.then(() => interruption.abort());
  try {
    await giveTour(url, {
      write: (text) => process.stdout.write(text),
      folder,
      colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
      interrupted: interruption.signal,
    });
  } catch (error) {
    if (interruption.signal.aborted) return false;
    // Whoever came to work with the company can do so without the tour.
    if (exit || !(error instanceof TourError)) throw error;
    say(`\n${error.message}\n${error.remedy}`);
  }
  return !interruption.signal.aborted;
}

/** Serves on the configured port, or, when that is taken, on any other. */
async function serveSomewhere(
  { serve }: typeof import('../service/serve.ts'),
  config: ServerConfig,
  local: LocalDatabase,
  log: ReturnType<typeof createLog>,
): Promise<Serving> {
  const options = {
    databaseUrl: local.authenticatorUrl,
    keys: loadKeys(ensureOwnKeys(local.cluster.folder)),
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
    // Nobody of the demo company has a mailbox.
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

function invite(url: string): void {
  say(`
Now you. In a second terminal:

  export EPIC_SERVER=${url}
  npx epic login --email ${guest}

The password is ${demoPassword}, for everybody: npx epic employee list
Explore the API at ${url}/ in a browser. Ctrl-C stops everything.`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
