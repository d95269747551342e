// How long `epic` takes from start to exit, relative to a bare Node of the same version: alternating in one run, on the
// demo company, with a warm server on this machine.
//
//   npm run bench -- cli [--runs 40] [--json]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { demoPassword, loadCompany } from '../src/server/demo/company.ts';
import { setUpEpic } from '../tests/support/epic.ts';
import { programs } from '../tests/support/paths.ts';
import { plainEnvironment } from '../tests/support/program.ts';
import { spawnServer } from '../tests/support/server.ts';
import { atMost, figureRows } from './figures.ts';
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

const flags = readFlags({ runs: 40, json: false });

interface Case {
  name: string;
  args: readonly string[];
  /** How many times as long as a bare Node it may take; none without a promise. */
  limit?: number;
  env?: NodeJS.ProcessEnv;
}

/** The first is what the others are compared with. */
const cases: readonly Case[] = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: 'epic --version', args: [programs.epic, '--version'], limit: 1.6 },
  { name: 'epic --help', args: [programs.epic, '--help'], limit: 1.6 },
  { name: 'epic contract list --help', args: [programs.epic, 'contract', 'list', '--help'] },
  { name: 'epic contract list', args: [programs.epic, 'contract', 'list'], limit: 3 },
  {
    name: 'epic contract list --st<TAB>',
    args: [programs.epic, '__complete', 'contract', 'list', '--st'],
    limit: 2.5,
  },
  {
    name: 'epic contract sign <TAB>',
    args: [programs.epic, '__complete', 'contract', 'sign', ''],
    limit: 2.5,
  },
  {
    name: 'epic contract list, as a table',
    args: [programs.epic, 'contract', 'list'],
    limit: 3.5,
    env: { EPIC_FORCE_TTY: '80' },
  },
];

await runBench(() => withBenchServer(undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  await loadCompany(server.adminUrl(database));
  const api = await spawnServer(server.loginUrls(database));
  const epic = await setUpEpic(api.url);
  try {
    const email = 'alice.martin@epicevents.example';
    const login = ['login', '--email', email, '--password-stdin'];
    const { code, stderr } = await epic.run(login, { input: `${demoPassword}\n` });
    if (code !== 0) throw new Error(`login failed: ${stderr}`);
    const home = { XDG_STATE_HOME: epic.stateHome, EPIC_SERVER: api.url };

    const loadBefore = load();
    const times = cases.map((): number[] => []);
    // The first rounds warm up the server and the disk.
    for (let round = -3; round < flags.runs; round += 1) {
      for (const [index, each] of cases.entries()) {
        const { milliseconds } = await timed(() => run(each, home));
        if (round >= 0) times[index]?.push(milliseconds);
      }
    }
    report(server, times, { before: loadBefore, after: load() });
  } finally {
    await epic.dispose();
    await api.stop();
  }
}

async function run({ args, env }: Case, home: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, {
    env: { ...plainEnvironment(), ...home, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout?.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

function report(
  server: BenchServer,
  times: readonly number[][],
  busy: { before: number; after: number },
): void {
  const [bare = []] = times;
  const rows = cases.map(({ name, limit = null }, index) => {
    const mine = times[index] ?? [];
    // Pair by pair: a machine that slows down slows both.
    const ratios = mine.map((time, round) => time / (bare[round] ?? Number.NaN));
    return {
      name,
      milliseconds: median(mine),
      least: Math.min(...mine),
      ratio: median(ratios),
      limit,
    };
  });
  const figures = rows.flatMap(({ name, ratio, limit }) =>
    limit === null ? [] : [atMost(name, ratio, limit, '× node')],
  );
  if (flags.json) {
    const about = { server: server.description, node: process.version, runs: flags.runs };
    process.stdout.write(`${JSON.stringify({ ...about, load: busy, cases: rows, figures })}\n`);
    return;
  }
  const lines = [
    ['', 'median', 'least', 'of node'],
    ...rows.map(({ name, milliseconds, least, ratio }) => [
      name,
      `${milliseconds.toFixed(1)} ms`,
      `${least.toFixed(1)} ms`,
      `${ratio.toFixed(2)} ×`,
    ]),
  ];
  log(
    `Node ${process.version}, ${server.description}, ${flags.runs} rounds, load ${busy.before} to ${busy.after}.\n`,
  );
  process.stdout.write(`${table(lines)}\n\n${table(figureRows(figures))}\n`);
}
