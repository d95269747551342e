// How much memory (RSS) a process of the server has: idle, after minutes of load, and whether it still grows. The load is
// what ten people do without a pause: lists of 20 and of 1,000, a search, a record, and a login now and then.
//
//   npm run bench -- memory [--minutes 10] [--contracts 20000] [--json]

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientList, ContractList, ContractView } from '../src/cli/operations/index.ts';
import { createClient } from '../src/client/index.ts';
import { spawnServer } from '../tests/support/server.ts';
import { type HttpRequest, sendRequests } from './api/load.ts';
import { exporter, fill } from './export-company.ts';
import { atMost, figureRows } from './figures.ts';
import {
  type BenchServer,
  load,
  log,
  readFlags,
  runBench,
  table,
  withBenchServer,
  withClient,
} from './support.ts';

const flags = readFlags({ minutes: 10, contracts: 20_000, json: false });
const { minutes } = flags;

const list = { orderBy: ['ID_DESC'], condition: {} };
const operations = [
  { query: ContractList, variables: { ...list, first: 20 } },
  { query: ContractList, variables: { ...list, first: 20, condition: { unsigned: true } } },
  { query: ContractList, variables: { ...list, first: 1000 } },
  { query: ClientList, variables: { ...list, first: 20, condition: { search: 'acme 12' } } },
  { query: ContractView, variables: { id: 1 } },
];

function residentMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

async function measureMemory(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  await withClient(server.adminUrl(database), (admin) => fill(admin, flags.contracts));
  const api = await spawnServer(server.loginUrls(database));
  try {
    await sleep(5_000);
    const idle = residentMemory(api.pid);
    log(`idle: ${idle.toFixed(0)} MiB`);
    const before = load();
    const samples: number[] = [];
    let requests = 0;
    for (let minute = 0; minute < minutes; minute += 1) {
      const client = createClient({ url: api.url });
      await client.login(exporter);
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${await client.accessToken()}`,
      };
      const url = `${api.url}/graphql`;
      const sent = operations.map(
        (operation): HttpRequest => ({ url, headers, body: JSON.stringify(operation) }),
      );
      const answered = await sendRequests(sent, { connections: 10, seconds: 60 });
      requests += answered.length;
      samples.push(residentMemory(api.pid));
      log(`after ${minute + 1} minutes: ${samples.at(-1)?.toFixed(0)} MiB`);
    }
    const half = samples.slice(Math.floor(minutes / 2));
    const loaded = samples.at(-1) ?? Number.NaN;
    const growth = (loaded - (half[0] ?? loaded)) / Math.max(1, half.length - 1);
    const figures = [
      atMost(`after ${minutes} minutes of load`, loaded, 200, 'MiB'),
      atMost('growth in the second half', growth, 1, 'MiB a minute'),
    ];
    if (flags.json) {
      const about = { server: server.description, load: { before, after: load() } };
      const more = { idle, samples, requests: requests, figures };
      process.stdout.write(`${JSON.stringify({ ...about, ...more }, null, 2)}\n`);
      return;
    }
    log(`${server.description}, Node ${process.version}, ${requests} requests\n`);
    process.stdout.write(
      `${table([...figureRows(figures), ['idle', idle.toFixed(0), '', 'MiB']])}\n`,
    );
  } finally {
    await api.stop();
  }
}

await runBench(() => withBenchServer(undefined, measureMemory));
