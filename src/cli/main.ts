import process from 'node:process';

// Nothing else is loaded before the check: other files may need a newer Node.
const oldest = 22;

/** Aborts on the first Ctrl-C; a second one, or two seconds, end the process. */
function abortOnInterrupt(exitCode: number): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    process.exitCode = exitCode;
    if (controller.signal.aborted) process.exit();
    controller.abort();
    setTimeout(() => process.exit(), 2000).unref();
  });
  return controller.signal;
}

async function main(argv: readonly string[]): Promise<void> {
  const { parseArgv } = await import('./core/command/shared-flags.ts');
  const { fastPath, writeAtOnce } = await import('./fast-path.ts');
  const line = parseArgv(argv);
  const text = fastPath(line);
  if (text !== undefined) return writeAtOnce(text);
  const { standardStreams: streams } = await import('./core/output/standard-streams.ts');
  if (line.words[0] === '__complete') {
    // Ctrl-C would lose a session that is being refreshed; nothing else here takes long
    process.on('SIGINT', () => undefined);
    const { complete } = await import('./extras/completion/complete.ts');
    return complete(line.withoutWords(1).argv, streams, await import('./catalog.ts'));
  }
  const { createRunner } = await import('./run.ts');
  const { exitCodes } = await import('./core/errors.ts');
  const runner = createRunner(streams, abortOnInterrupt(exitCodes.CANCELLED));
  process.on('uncaughtException', async (error) => {
    process.exitCode = await runner.fail(error);
  });
  const exitCode = await runner.run(line);
  // a success leaves what an uncaught exception has set
  if (exitCode !== 0) process.exitCode = exitCode;
}

if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `epic needs Node ${oldest} or newer; this is Node ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else await main(process.argv.slice(2));
