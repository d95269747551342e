import { readServerConfig } from '../config/server.ts';
import { ensureDefaultKeys, type WatchedKeys, watchKeys } from '../identity/key-file.ts';
import { loadKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import { onStopSignal, waitUntilStopped } from './until-stopped.ts';

/** `epic-server start`: serves until stopped. */
export async function start(): Promise<void> {
  const stop = onStopSignal();
  const config = readServerConfig(process.env);
  if (config.keysFile !== null) loadKeys(config.keysFile);
  const log = createLog(config.logLevel);

  // loaded after the configuration was checked: both are large
  const [{ serve }, { openLocalDatabase }] = await Promise.all([
    import('../service/serve.ts'),
    import('../database/deploy/local.ts'),
  ]);
  const local =
    config.databaseUrl === null
      ? await openLocalDatabase(config.dataFolder, (line) => log.warn(line))
      : null;
  let keys: WatchedKeys | undefined;
  try {
    keys = watchKeys(
      config.keysFile ?? ensureDefaultKeys(local?.cluster.folder ?? config.dataFolder),
      {
        onChange: ({ signing }) =>
          log.info({ signing: signing.kid }, 'the keys have been read again'),
        onError: (error) =>
          log.error({ err: error }, 'the keys cannot be read again, and stay as they were'),
      },
    );
    const service = await serve({
      databaseUrl: config.databaseUrl ?? local?.authenticatorUrl ?? '',
      workerUrl: config.workerUrl ?? local?.workerUrl ?? '',
      keys,
      issuer: config.issuer,
      host: config.host,
      port: config.port,
      allowedOrigins: config.allowedOrigins,
      introspection: config.introspection,
      trustedDocuments: config.trustedDocuments,
      trustedProxies: config.trustedProxies,
      sentryDsn: config.sentryDsn,
      explorer: config.explorer,
      environment: config.environment,
      mailHost: config.mailHost,
      metrics: config.metrics,
      log,
    });

    const stopped = waitUntilStopped({ service, log, failure: local?.cluster.failure, stop });
    log.info({ url: service.url }, 'epic-server is ready');
    if (process.stderr.isTTY) {
      process.stderr.write(`epic-server is ready at ${service.url} (Ctrl-C stops it).\n`);
    }
    await stopped;
    log.info('stopping: requests in progress are answered first');
    await service.stop();
    log.info('epic-server has stopped');
  } finally {
    keys?.close();
    await local?.cluster.close();
  }
}
