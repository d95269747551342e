import { readServerConfig } from '../config/server.ts';
import { loadKeys, loadOrGenerateKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import { takeStopRequests, untilStopped } from './until-stopped.ts';

/** `epic-server start`: serves until it is told to stop. */
export async function start(): Promise<void> {
  const stop = takeStopRequests();
  const config = readServerConfig(process.env);
  const ownKeys = config.keysFile === null ? null : loadKeys(config.keysFile);
  const log = createLog(config.logLevel);

  // Both are large, and a mistake in the configuration should be told at once.
  const [{ serve }, { openLocalDatabase }] = await Promise.all([
    import('../serve.ts'),
    import('../database/local.ts'),
  ]);
  const local =
    config.databaseUrl === null
      ? await openLocalDatabase(config.dataFolder, (line) => log.warn(line))
      : null;
  try {
    const serving = await serve({
      databaseUrl: config.databaseUrl ?? local?.authenticatorUrl ?? '',
      keys: ownKeys ?? loadOrGenerateKeys(local?.cluster.folder ?? config.dataFolder),
      issuer: config.issuer,
      host: config.host,
      port: config.port,
      sentryDsn: config.sentryDsn,
      metrics: config.metrics,
      log,
    });

    const stopped = untilStopped({ serving, log, failure: local?.cluster.failure, stop });
    log.info({ url: serving.url }, 'epic-server is ready');
    if (process.stderr.isTTY) {
      process.stderr.write(`epic-server is ready at ${serving.url} (Ctrl-C stops it).\n`);
    }
    await stopped;
    log.info('stopping: what has been asked is answered first');
    await serving.stop();
    log.info('epic-server has stopped');
  } finally {
    await local?.cluster.close();
  }
}
