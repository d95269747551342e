import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { PassThrough, Writable } from 'node:stream';
import type { Run } from '../program.ts';

// What the build does: the version and the scripts of shells are in the bundle.
Object.assign(globalThis, {
  EPIC_VERSION: createRequire(import.meta.url)('../../../package.json').version,
});
registerHooks({
  load(url, context, nextLoad) {
    if (!/\.(bash|zsh|fish)$/.test(url)) return nextLoad(url, context);
    const source = `export default ${JSON.stringify(readFileSync(new URL(url), 'utf8'))}`;
    return { format: 'module', source, shortCircuit: true };
  },
});
const modules = Promise.all([
  import('../../../src/cli/run.ts'),
  import('../../../src/cli/core/command/shared-flags.ts'),
  import('../../../src/cli/extras/completion/complete.ts'),
  import('../../../src/cli/catalog.ts'),
]);

interface CommandLine {
  argv: readonly string[];
  input: string;
  env: NodeJS.ProcessEnv;
}

let last: Promise<unknown> = Promise.resolve();

/** Runs one command line of `epic` in this process, after those before it: they share the time zone and the locale. */
export function runEpic(line: CommandLine): Promise<Run> {
  const result = last.then(() => perform(line));
  last = result.catch(() => undefined);
  return result;
}

async function perform({ argv, input, env }: CommandLine): Promise<Run> {
  const [{ createRunner }, { parseArgv }, { complete }, catalog] = await modules;
  const stdout = collector();
  const stderr = collector();
  const streams = {
    stdin: new PassThrough().end(input) as unknown as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env,
  };
  const timeZone = process.env.TZ;
  setTimeZone(env.TZ);
  let code = 0;
  try {
    const line = parseArgv(argv);
    if (line.words[0] === '__complete') await complete(line.withoutWords(1).argv, streams, catalog);
    else code = await createRunner(streams, new AbortController().signal).run(line);
  } finally {
    setTimeZone(timeZone);
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function setTimeZone(zone: string | undefined): void {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
}

function collector(): { stream: NodeJS.WriteStream; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
