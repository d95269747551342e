import process from 'node:process';

// Only this file is loaded before the check: everything else may use what an older Node does not have.
const oldest = 22;

if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `epic needs Node ${oldest} or newer; this is Node ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else {
  const argv = process.argv.slice(2);
  const { knownAtOnce, writeAtOnce } = await import('./fast-path.ts');
  const known = knownAtOnce(argv);
  if (known !== undefined) writeAtOnce(known);
  else {
    const { standardStreams: streams } = await import('./core/output/standard-streams.ts');
    if (argv[0] === '__complete') {
      const { answer } = await import('./extras/completion/answer.ts');
      await answer(argv.slice(1), streams, await import('./catalog.ts'));
    } else {
      const { run } = await import('./run.ts');
      await run({ argv, streams });
    }
  }
}
