import { readServerConfig } from '../config/server.ts';
import { type FollowedKeys, followKeys } from '../identity/followed-keys.ts';
import { ensureOwnKeys } from '../identity/key-file.ts';
import { loadKeys } from '../identity/keys.ts';
import { createLog } from '../observability/log.ts';
import { takeStopRequests, untilStopped } from './until-stopped.ts';

/** `epic-server start`: serves until it is told to stop. */
export async function start(): Promise<void> {
  const stop = takeStopRequests();
  const config = readServerConfig(process.env);
  if (config.keysFile !== null) loadKeys(config.keysFile);
  const log = createLog(config.logLevel);

  // Both are large, and a mistake in the configuration should be told at once.
  const [{ serve }, { openLocalDatabase }] = await Promise.all([
    import('../service/serve.ts'),
    import('../database/deploy/local.ts'),
  ]);
  const local =
    config.databaseUrl === null
      ? await openLocalDatabase(config.dataFolder, (line) => log.warn(line))
      : null;
  let keys: FollowedKeys | undefined;
  try {
    keys = followKeys(
      config.keysFile ?? ensureOwnKeys(local?.cluster.folder ?? config.dataFolder),
      {
        onChange: ({ signing }) =>
          log.info({ signing: signing.kid }, 'the keys have been read again'),
        onTrouble: (error) =>
          log.error({ err: error }, 'the keys cannot be read again, and stay as they were'),
      },
    );
    const serving = await serve({
      databaseUrl: config.databaseUrl ?? local?.authenticatorUrl ?? '',
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
    keys?.close();
    await local?.cluster.close();
  }
}
