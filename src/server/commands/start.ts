import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { readServerConfig, type ServerConfig } from '../config/server.ts';
import type { LocalDatabase } from '../database/deploy/local.ts';
import { ensureDefaultKeys, watchKeys } from '../identity/key-file.ts';
import { loadKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import { onStopSignal, type StopRequest, waitUntilStopped } from './until-stopped.ts';

/** How long what is still open may keep a stopped server, in ms. */
const leftoverTimeoutMs = 1_000;

/** `epic-server start`: serves until stopped. */
export async function start(): Promise<void> {
  const stop = onStopSignal();
  const config = readServerConfig(process.env);
  stop.timeoutMs += config.drainMs;
  if (config.keysFile !== null) loadKeys(config.keysFile);
  const log = createLog(config.logLevel);
  const local = config.databaseUrl === null ? await openLocal(config, log) : null;
  try {
    await (config.workers === 1 ? serveHere : serveByWorkers)({
      config: {
        ...config,
        databaseUrl: config.databaseUrl ?? local?.authenticatorUrl ?? '',
        workerUrl: config.workerUrl ?? local?.workerUrl ?? '',
        keysFile: config.keysFile ?? ensureDefaultKeys(local?.cluster.folder ?? config.dataFolder),
      },
      log: cluster.worker ? log.child({ worker: cluster.worker.id }) : log,
      failure: local?.cluster.failure,
      stop,
    });
  } finally {
    await local?.cluster.close();
    cluster.worker?.disconnect();
    // connections to a host that is gone would keep the process
    setTimeout(() => process.exit(), leftoverTimeoutMs).unref();
  }
}

async function openLocal({ dataFolder }: ServerConfig, log: Logger): Promise<LocalDatabase> {
  // large, and loaded beside the server
  const [{ openLocalDatabase }] = await Promise.all([
    import('../database/deploy/local.ts'),
    import('../service/serve.ts'),
  ]);
  return openLocalDatabase(dataFolder, (line) => log.warn(line));
}

interface Serving {
  config: ServerConfig & { databaseUrl: string; workerUrl: string; keysFile: string };
  log: Logger;
  /** Resolves if the embedded database crashes. */
  failure: Promise<Error> | undefined;
  stop: StopRequest;
}

async function serveHere({ config, log, failure, stop }: Serving): Promise<void> {
  const { askForCatalogue } = await import('../database/catalogue.ts');
  const catalogue = await askForCatalogue(config.databaseUrl);
  // after the configuration was checked: it is large
  const { serve } = await import('../service/serve.ts');
  const { keysFile, drainMs, dataFolder: _, logLevel: __, workers: ___, ...options } = config;
  const keys = watchKeys(keysFile, {
    onChange: ({ signing }) => log.info({ signing: signing.kid }, 'the keys have been read again'),
    onError: (error) =>
      log.error({ err: error }, 'the keys cannot be read again, and stay as they were'),
  });
  try {
    const service = await serve({ ...options, keys, log, catalogue });
    const stopped = waitUntilStopped({ service, log, failure, stop });
    if (cluster.isWorker) log.info({ pid: process.pid }, 'the worker is ready');
    else sayReady(log, { url: service.url });
    await stopped;
    log.info('stopping: requests in progress are answered first');
    await service.stop({ drainMs: process.exitCode ? 0 : drainMs });
    log.info(cluster.isWorker ? 'the worker has stopped' : 'epic-server has stopped');
  } finally {
    keys.close();
  }
}

async function serveByWorkers({ config, log, failure, stop }: Serving): Promise<void> {
  const { runWorkers } = await import('../service/workers.ts');
  failure?.then((error) => {
    process.exitCode = 1;
    log.fatal({ err: error }, 'the database has ended');
    stop.make();
  });
  await runWorkers({
    count: config.workers,
    host: config.host,
    env: {
      EPIC_WORKERS: '1',
      DATABASE_URL: config.databaseUrl,
      DATABASE_URL_FILE: '',
      DATABASE_WORKER_URL: config.workerUrl,
      DATABASE_WORKER_URL_FILE: '',
      EPIC_JWT_KEYS: config.keysFile,
    },
    log,
    stop: stop.made,
    onReady: (url) => sayReady(log, { url, workers: config.workers }),
  });
  if (process.exitCode === undefined) log.info('epic-server has stopped');
}

function sayReady(log: Logger, about: { url: string; workers?: number }): void {
  log.info(about, 'epic-server is ready');
  if (!process.stderr.isTTY) return;
  process.stderr.write(`epic-server is ready at ${about.url} (Ctrl-C stops it).\n`);
}
