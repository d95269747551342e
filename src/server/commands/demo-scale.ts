import { availableParallelism } from 'node:os';
import { readServerConfig } from '../config/server.ts';
import { type LocalDatabase, openLocalDatabase } from '../database/deploy/local.ts';
import { openDemoFolder } from '../demo/folder.ts';
import {
  fillScaledCompany,
  type Scale,
  type ScaledCompany,
  scaledCompany,
  scales,
} from '../demo/scale.ts';
import { createLog } from '../observability/log.ts';
import { invite, say, seconds, serveOnFreePort } from './demo.ts';
import { onStopSignal, waitUntilStopped } from './until-stopped.ts';

export interface DemoScaleOptions {
  scale: Scale;
  seed: number;
  /** End when the company is loaded. */
  exit: boolean;
  /** Start over with a new company. */
  fresh: boolean;
}

// The default of 1 GB would have checkpoints follow one another while millions of rows are loaded.
const settings = { max_wal_size: '8GB', shared_buffers: '512MB' };

/** `epic-server demo --scale`: loads a company of that size, or opens that of the last run, and serves it. */
export async function demoScale({ scale, seed, exit, fresh }: DemoScaleOptions): Promise<void> {
  const dataFolder = process.env.EPIC_DATA || `.epic/demo-${scale}`;
  const config = readServerConfig({ ...process.env, EPIC_DATA: dataFolder });
  const log = createLog('error');
  const stop = onStopSignal();

  await openDemoFolder(config.dataFolder);
  const open = (startOver: boolean) =>
    openLocalDatabase(config.dataFolder, say, { fresh: startOver, settings });
  let local = await open(fresh);
  try {
    let company = await scaledCompany(local.adminUrl);
    if (company === 'interrupted') {
      say('The last run was interrupted: its company is made anew.');
      await local.cluster.close();
      local = await open(true);
    }
    if (typeof company === 'string') {
      const loaded = load(local, scale, seed);
      // the connections end with PostgreSQL after a signal
      const outcome = await Promise.race([loaded, stop.made.then(() => undefined)]);
      if (outcome === undefined) {
        loaded.catch(() => undefined);
        return;
      }
      company = outcome;
    } else {
      say('The company of your last run is kept. To start over: --fresh');
    }
    say(`Of sales, ${company.salesperson} looks after a fifth of everything;`);
    say(`of management, ${company.manager}.`);
    if (!exit) {
      const serving = await import('../service/serve.ts');
      const service = await serveOnFreePort(serving, config, local, log);
      const stopped = waitUntilStopped({ service, failure: local.cluster.failure, log, stop });
      try {
        say(`Epic Events CRM is ready at ${service.url}.`);
        invite(service.url, local.cluster.folder, company.salesperson);
        await stopped;
      } finally {
        await service.stop();
      }
    }
  } finally {
    await local.cluster.close();
  }
}

async function load(local: LocalDatabase, scale: Scale, seed: number): Promise<ScaledCompany> {
  const start = performance.now();
  const connections = Math.min(8, Math.max(2, availableParallelism()));
  const size = scales[scale];
  await fillScaledCompany(local.adminUrl, size, { seed, connections, say });
  const company = await scaledCompany(local.adminUrl);
  if (typeof company === 'string') throw new Error('The company is not complete.');
  const counts = Object.entries(size).map(
    ([what, count]) => `${count.toLocaleString('en')} ${what}`,
  );
  say(`Loaded in ${seconds(performance.now() - start)}: ${counts.join(', ')}.`);
  say('Their history begins empty: it has no row of what was loaded.');
  return company;
}
