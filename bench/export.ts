// How long `epic contract list --all --csv` takes for many contracts, and its peak memory, compared with COPY (…) TO STDOUT of
// the same columns, which is what psql's \copy sends; and how long an import of clients takes. A round of each, in turn.
//
//   npm run bench -- export [--contracts 100000] [--clients 10000] [--rounds 3] [--json]

import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Client } from 'pg';
import { programs } from '../tests/support/paths.ts';
import { plainEnvironment } from '../tests/support/program.ts';
import { spawnServer } from '../tests/support/server.ts';
import { removeFolder } from '../tests/support/temporary-folder.ts';
import { exporter, fill } from './export-company.ts';
import { atMost, figureRows } from './figures.ts';
import {
  load,
  log,
  median,
  readFlags,
  runBench,
  table,
  timed,
  withBenchServer,
  withClient,
} from './support.ts';

const flags = readFlags({ contracts: 100_000, clients: 10_000, rounds: 3, json: false });
const { contracts, clients, rounds } = flags;

/** One run of `epic`. Times in milliseconds. */
interface Run {
  milliseconds: number;
  toFirstRow: number;
  /** Peak memory in MiB. */
  memory: number;
  lines: number;
}

// On exit, `epic` writes its peak memory to a file descriptor that only the benchmark opens.
const reportMemory = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
   process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`,
)}`;

/** Runs `epic` to its end, and measures its output. */
async function runEpic(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', reportMemory, programs.epic, ...args], {
    env: { ...plainEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdin, stdout, stderr, channel] = child.stdio;
  let toFirstRow = 0;
  let lines = 0;
  stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) lines += 1;
    // The first line of a CSV file is its header.
    if (lines > 1) toFirstRow ||= performance.now() - start;
  });
  stdin.on('error', () => undefined);
  stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const memoryText = channel && 'read' in channel ? text(channel) : Promise.resolve('0');
  const [errorText, kilobytes, code] = await Promise.all([text(stderr), memoryText, ended]);
  if (code !== 0) throw new Error(`epic ${args.join(' ')} ended with ${code}: ${errorText}`);
  const milliseconds = performance.now() - start;
  return { milliseconds, toFirstRow, memory: Number(kilobytes) / 1024, lines };
}

/** The same columns and rows as CSV, in one statement, read as an employee and thrown away. */
async function copyFromDatabase(admin: Client): Promise<void> {
  await admin.query('begin');
  await admin.query('select dba.impersonate($1)', [exporter.email]);
  await admin.query(
    `copy (
       select contract.id, coalesce(client.company_name, client.full_name), client_id, status,
              total_amount, amount_to_be_paid, employee.full_name, commercial_id,
              contract.creation_date, signed_at, contract.version
       from crm.contract
       join crm.client on client.id = contract.client_id
       join crm.employee on employee.id = contract.commercial_id
       order by contract.id
     ) to stdout (format csv, header)`,
  );
  await admin.query('rollback');
}

function clientsAsCsv(): string {
  const lines = Array.from(
    { length: clients },
    (_, nth) => `Imported ${nth},imported${nth}@acme.example,+33 1 02 03 04 05,Acme ${nth}`,
  );
  return `name,email,phone,company\n${lines.join('\n')}\n`;
}

const middle = (runs: readonly Run[], of: (run: Run) => number) => median(runs.map(of));

await runBench(() =>
  withBenchServer(undefined, async (server) => {
    const database = await server.makeDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'epic-bench-'));
    await withClient(server.adminUrl(database), async (admin) => {
      log(`${contracts.toLocaleString('en')} contracts …`);
      await fill(admin, contracts);
      const api = await spawnServer(server.loginUrls(database));
      try {
        const env = { XDG_STATE_HOME: folder, EPIC_SERVER: api.url };
        const login = ['login', '--email', exporter.email, '--password-stdin'];
        await runEpic(login, env, `${exporter.password}\n`);
        const list = ['contract', 'list', '--all', '--csv'];
        const before = load();
        const alone: number[] = [];
        const exports: Run[] = [];
        // The first warms the server up.
        for (let round = -1; round < rounds; round += 1) {
          const { milliseconds } = await timed(() => copyFromDatabase(admin));
          const ran = await runEpic(list, env);
          if (ran.lines !== contracts + 1) throw new Error(`${ran.lines} lines came.`);
          if (round < 0) continue;
          alone.push(milliseconds);
          exports.push(ran);
        }
        log(`an import of ${clients.toLocaleString('en')} clients …`);
        const file = join(folder, 'clients.csv');
        await writeFile(file, clientsAsCsv());
        const imported = await runEpic(['client', 'import', file], env);
        report({
          server: server.description,
          load: { before, after: load() },
          contracts,
          database: median(alone),
          epic: middle(exports, (run) => run.milliseconds),
          toFirstRow: middle(exports, (run) => run.toFirstRow),
          memory: middle(exports, (run) => run.memory),
          clients,
          import: imported.milliseconds,
          importMemory: imported.memory,
        });
      } finally {
        await api.stop();
        await removeFolder(folder);
      }
    });
  }),
);

interface Measured {
  server: string;
  load: { before: number; after: number };
  contracts: number;
  /** Milliseconds. */
  database: number;
  epic: number;
  toFirstRow: number;
  /** MiB. */
  memory: number;
  clients: number;
  import: number;
  importMemory: number;
}

function report(measured: Measured): void {
  const figures = [
    atMost('epic contract list --all --csv', measured.epic / measured.database, 3, '× COPY'),
    // that of a hundred rows is 70
    atMost('peak memory of epic', measured.memory, 128, 'MiB'),
  ];
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ ...measured, figures }, null, 2)}\n`);
    return;
  }
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const { server, load, database, epic, toFirstRow, memory } = measured;
  process.stdout.write(
    [
      `${server}, load ${load.before} to ${load.after}; medians of ${rounds} rounds.`,
      '',
      table([
        [`${measured.contracts.toLocaleString('en')} contracts as CSV`, ''],
        ['COPY (…) TO STDOUT', seconds(database)],
        ['epic contract list --all --csv', seconds(epic)],
        ['to the first row', seconds(toFirstRow)],
        ['memory of epic', `${memory.toFixed(0)} MiB`],
      ]),
      '',
      table(figureRows(figures)),
      '',
      table([
        [`${measured.clients.toLocaleString('en')} clients from CSV`, ''],
        ['epic client import', seconds(measured.import)],
        ['memory of epic', `${measured.importMemory.toFixed(0)} MiB`],
      ]),
      '',
    ].join('\n'),
  );
}
