// How long until the server answers: `epic-server demo` in a new folder, compared with initdb alone, and `epic-server start`
// on a deployed database. Interleaved; CPU time is that of the process itself, without PostgreSQL.
//
//   npm run bench -- start [--rounds 5] [--json]

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemplate } from '../src/server/database/deploy/template.ts';
import { accountFor } from '../src/server/database/embedded/account.ts';
import { findBinaries } from '../src/server/database/embedded/binaries.ts';
import { generateJwks } from '../src/server/identity/key-file.ts';
import { programs } from '../tests/support/paths.ts';
import { plainEnvironment } from '../tests/support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import { atMost, type Figure, figureRows } from './figures.ts';
import {
  type BenchServer,
  load,
  log,
  median,
  readFlags,
  runBench,
  table,
  timed,
  withBenchServer,
} from './support.ts';

const flags = readFlags({ rounds: 5, json: false });

/** Milliseconds from the start of the process. */
interface Start {
  ready: number;
  cpu: number;
}

/** Starts the program, and stops it when it has written `sign`. */
async function startUntil(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  sign: string,
): Promise<Start> {
  const start = performance.now();
  const child = spawn(process.execPath, [programs.server, ...args], {
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8');
  // read to its end: a server whose log is closed does not stop
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: string) => {
      output += chunk;
      if (output.includes(sign)) resolve();
    });
    child.stdout.once('end', resolve);
  });
  const ready = performance.now() - start;
  if (!output.includes(sign)) throw new Error(`${args.join(' ')} ended: ${output}`);
  const cpu = await cpuOf(child);
  child.kill();
  await ended;
  return { ready, cpu };
}

async function cpuOf({ pid }: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(' ');
  // in ticks of 10 ms
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

async function runInitdb(folder: string): Promise<void> {
  const account = await accountFor(folder);
  const { initdb } = await findBinaries(account, dirname(folder), log);
  await mkdir(folder, { mode: 0o700 });
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await promisify(execFile)(initdb, [`--pgdata=${folder}`, '--auth=reject', '--locale=C'], {
    cwd: dirname(folder),
    ...account,
  });
}

async function measure(server: BenchServer): Promise<void> {
  const folder = await makeTemporaryFolder();
  try {
    await chmod(folder, 0o755);
    await makeTemplate(join(folder, 'template'));
    const database = await server.makeDatabase();
    const { authenticatorUrl, workerUrl } = server.loginUrls(database);
    const keys = join(folder, 'keys.json');
    await writeFile(keys, JSON.stringify(generateJwks()), { mode: 0o600 });
    const logins = { DATABASE_URL: authenticatorUrl, DATABASE_WORKER_URL: workerUrl };
    const started = { EPIC_PORT: '0', EPIC_JWT_KEYS: keys, ...logins };

    const before = load();
    const initdb: number[] = [];
    const demos: Start[] = [];
    const servers: Start[] = [];
    // the first round fills caches
    for (let round = -1; round < flags.rounds; round += 1) {
      const one = await timed(() => runInitdb(join(folder, `initdb${round}`)));
      const EPIC_DATA = join(folder, `demo${round}`);
      const demo = await startUntil(['demo'], { EPIC_PORT: '0', EPIC_DATA }, 'is ready at');
      const start = await startUntil(['start'], started, 'epic-server is ready');
      await removeFolder(join(folder, `initdb${round}`));
      await removeFolder(EPIC_DATA);
      if (round < 0) continue;
      initdb.push(one.milliseconds);
      demos.push(demo);
      servers.push(start);
    }
    const ready = (starts: readonly Start[]) => median(starts.map((each) => each.ready));
    const cpu = (starts: readonly Start[]) => median(starts.map((each) => each.cpu));
    const figures = [
      atMost('demo in a new folder', ready(demos), 2 * median(initdb), 'ms (2 × initdb)'),
      atMost('server on a deployed database', ready(servers), 500, 'ms'),
    ];
    report(server, figures, {
      initdb: median(initdb),
      demoCpu: cpu(demos),
      serverCpu: cpu(servers),
      load: { before, after: load() },
    });
  } finally {
    await removeFolder(folder);
  }
}

function report(server: BenchServer, figures: readonly Figure[], more: Record<string, unknown>) {
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ server: server.description, ...more, figures }, null, 2)}\n`,
    );
    return;
  }
  log(`${server.description}, Node ${process.version}; ${JSON.stringify(more)}\n`);
  process.stdout.write(`${table(figureRows(figures))}\n`);
}

await runBench(() => withBenchServer(undefined, measure));
