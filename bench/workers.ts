// What several worker processes add: requests a second of EPIC_WORKERS=N beside one process, and processor time of the
// server for each request, in rounds that take turns. Only a machine with cores for the workers, PostgreSQL and the clients
// can show N times as many requests; that a request costs no more than with one process shows on any.
//
//   npm run bench -- workers [--workers 2] [--rounds 3] [--seconds 10] [--json]

import { availableParallelism } from 'node:os';
import { ContractList } from '../src/cli/operations/index.ts';
import { createClient } from '../src/client/index.ts';
import { type ServerProcess, spawnServer } from '../tests/support/server.ts';
import { type HttpRequest, sampled, sendRequests } from './api/load.ts';
import { exporter, fill } from './export-company.ts';
import { atLeast, atMost, figureRows } from './figures.ts';
import {
  type BenchServer,
  load,
  log,
  median,
  readFlags,
  runBench,
  table,
  withBenchServer,
  withClient,
} from './support.ts';

const flags = readFlags({ workers: 2, rounds: 3, seconds: 10, json: false });
const { workers, seconds } = flags;

/** After so many requests a process runs compiled code: the first ones take three times as much processor time. */
const warm = 3_000;

interface Side {
  processes: number;
  server: ServerProcess;
  request: HttpRequest;
  throughput: number[];
  cpu: number[];
}

async function measure(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  await withClient(server.adminUrl(database), (admin) => fill(admin, 20_000));
  const start = async (count: number): Promise<Side> => {
    const api = await spawnServer(server.loginUrls(database), { EPIC_WORKERS: String(count) });
    const client = createClient({ url: api.url });
    await client.login(exporter);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await client.accessToken()}`,
    };
    const variables = { first: 20, orderBy: ['ID_DESC'], condition: { unsigned: true } };
    const body = JSON.stringify({ query: ContractList, variables });
    const request = { url: `${api.url}/graphql`, headers, body };
    return { processes: count, server: api, request, throughput: [], cpu: [] };
  };
  const before = load();
  const sides = [await start(1), await start(workers)];
  try {
    const options = { connections: 10 * workers, seconds };
    for (const { processes, request } of sides) {
      for (let served = 0; served < warm * processes; ) {
        served += (await sendRequests([request], options)).length;
      }
    }
    for (let round = 0; round < flags.rounds; round += 1) {
      for (const { server, request, throughput, cpu } of sides) {
        const sample = await sampled({ pid: server.pid, postmaster: Number.NaN }, () =>
          sendRequests([request], options),
        );
        throughput.push(sample.throughput);
        cpu.push(sample.cpu);
      }
    }
  } finally {
    for (const side of sides) await side.server.stop();
  }
  const [one, many] = sides.map(({ throughput, cpu }) => ({
    throughput: median(throughput),
    cpu: median(cpu),
  }));
  if (one === undefined || many === undefined) return;
  const cores = availableParallelism();
  const figures = [
    atMost(`processor time per request, ${workers} workers`, many.cpu / one.cpu, 1.1, '× one'),
    // PostgreSQL and the clients need as much again
    ...(cores >= 2 * workers + 1
      ? [atLeast('requests a second', many.throughput / one.throughput, 0.9 * workers, '× one')]
      : []),
  ];
  if (flags.json) {
    const about = { server: server.description, cores, workers, load: { before, after: load() } };
    process.stdout.write(`${JSON.stringify({ ...about, one, many, figures }, null, 2)}\n`);
    return;
  }
  const row = (name: string, { throughput, cpu }: typeof one) => [
    name,
    throughput.toFixed(0),
    cpu.toFixed(2),
  ];
  log(
    `${server.description}, Node ${process.version}, ${cores} cores, load ${before} to ${load()}\n`,
  );
  const rows = [row('one process', one), row(`${workers} workers`, many)];
  process.stdout.write(`${table([['', 'requests/s', 'ms each'], ...rows])}\n\n`);
  process.stdout.write(`${table(figureRows(figures))}\n`);
}

await runBench(() => withBenchServer(undefined, measure));
