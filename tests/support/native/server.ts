// PostGraphile decides with this, when it is loaded, whether to check itself.
process.env.GRAPHILE_ENV = 'production';
const modules = Promise.all([
  import('../../../src/server/config/server.ts'),
  import('../../../src/server/identity/key-file.ts'),
  import('../../../src/server/observability/log.ts'),
  import('../../../src/server/service/serve.ts'),
]);

/** A server that runs in this process. */
export interface ServerHere {
  /** Without a slash at the end. */
  url: string;
  /** Everything it has logged so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Serves in this process, as `epic-server start` does with these environment variables. */
export async function serveHere(env: NodeJS.ProcessEnv): Promise<ServerHere> {
  const [{ readServerConfig }, { watchKeys }, { createLog }, { serve }] = await modules;
  const { databaseUrl, workerUrl, keysFile, logLevel, ...config } = readServerConfig(env);
  if (databaseUrl === null || workerUrl === null || keysFile === null) {
    throw new Error('It needs a database and keys.');
  }
  let output = '';
  const write = (line: string) => {
    output += line;
  };
  const log = createLog(logLevel, { write });
  const keys = watchKeys(keysFile, {
    onChange: () => log.info('the keys have been read again'),
    onError: (error) =>
      log.error({ err: error }, 'the keys cannot be read again, and stay as they were'),
  });
  const service = await serve({ ...config, databaseUrl, workerUrl, keys, log }).catch(
    (error: unknown) => {
      keys.close();
      throw error;
    },
  );
  return {
    url: service.url,
    output: () => output,
    async stop() {
      await service.stop();
      keys.close();
    },
  };
}
