// Whether what `epic` shows takes longer the more records there are: the requests of every list by every filter in every
// order that it offers, of search, calendar, reports and the day's overview, recorded from `epic` itself and sent again to a
// server for each size of company, in turns.
//
//   npm run bench -- growth [--data FOLDER] [--scale 10k,10m] [--only REGEXP] [--rounds 5] [--clock cpu] [--indexes]
//     [--json]
//
// --data names the data folder of an embedded PostgreSQL: companies that it has not are made, which takes minutes, and kept;
// without it, they are made anew. --only measures the command lines that match. What takes over 300 ms is sent once.
// With --clock cpu, p50 is of the CPU time of the API and of its connections to the database, which other work on the machine
// disturbs less; needs Linux. --indexes writes the sizes that docs/indexes.md shows, those in the largest company.

import { writeFile } from 'node:fs/promises';
import { createClient, memoryStore } from '../src/client/index.ts';
import { demoPassword } from '../src/server/demo/company.ts';
import type { Scale } from '../src/server/demo/scale.ts';
import { OperatorError } from '../src/server/errors/errors.ts';
import { spawnServer } from '../tests/support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import { atMost, type Figure, figureRows } from './figures.ts';
import { type ScaledDatabase, scaleNamed, withScaledDatabases } from './growth/cluster.ts';
import { type Case, commandsOf, type Person, type Values } from './growth/commands.ts';
import { type CpuClock, openCpuClock } from './growth/cpu.ts';
import { type IndexUse, indexRows, indexUse, sizesOf } from './growth/indexes.ts';
import { openRecorder, type Recorder, type Sent, send } from './growth/requests.ts';
import { load, log, median, readFlags, runBench, table, withClient } from './support.ts';

const flags = readFlags({
  data: '',
  scale: '10k,10m',
  only: '',
  rounds: 5,
  clock: 'wall',
  indexes: false,
  json: false,
});
const { rounds } = flags;
const only = new RegExp(flags.only);

const sizesFile = new URL('growth/index-sizes.json', import.meta.url);

/** What takes longer is measured once: its figure is missed whatever the others are. */
const slowMs = 300;
const wanted = flags.scale.split(',').map(scaleNamed);

/** A company that is served. */
interface Served extends ScaledDatabase {
  url: string;
  recorder: Recorder;
  values: Values;
  tokenOf(person: Person): Promise<string>;
  clock: CpuClock | undefined;
  stop(): Promise<unknown>;
}

/** What a command took, by scale. */
interface Measured extends Omit<Case, 'argv' | 'ids'> {
  command: string;
  /** Requests that it makes. */
  requests: Partial<Record<Scale, number>>;
  rows: Partial<Record<Scale, number>>;
  /** Median, in milliseconds. */
  p50: Partial<Record<Scale, number>>;
  error?: string;
}

async function serve(database: ScaledDatabase, stateFolder: string): Promise<Served> {
  const { url, stop, pid } = await spawnServer(database);
  const [values, emails] = await withClient(database.adminUrl, async (admin) => {
    const { rows: people } = await admin.query<{ email: string }>(
      `select email from crm.employee where department = 'sales' order by id offset 3 limit 1`,
    );
    // of the middle of all: neither the first, who have most, nor the latest
    const { rows } = await admin.query<Values>(
      `select contract.id as "contractId", contract.client_id as "clientId", client.full_name as "rareClient",
         array(select id from crm.contract where commercial_id = 1 and status = 'draft' order by id limit $1) as drafts,
         (select id from crm.contract where commercial_id = 1 and status = 'signed' and amount_to_be_paid > 500
          order by id limit 1) as unpaid,
         (select id from crm.client where commercial_contact_id = 1 order by id limit 1) as "ownClient"
       from crm.event
       join crm.contract on contract.id = event.contract_id
       join crm.client on client.id = contract.client_id
       where event.id > (select max(id) / 2 from crm.event) and client.full_name ~ ' [A-Z][a-z]{8,9}$'
         and client.full_name !~ '[^a-zA-Z ]|Blanchard|Chevalier|Zimmermann'
       order by event.id
       limit 1`,
      [rounds + 1],
    );
    const [found] = rows;
    if (found === undefined) throw new OperatorError('The company has no such client.');
    return [found, { sales: people[0]?.email ?? '' }] as const;
  });
  const { salesperson, supporter, manager } = database.company;
  const of: Record<Person, string> = {
    'busy sales': salesperson,
    sales: emails.sales,
    'busy support': supporter,
    management: manager,
  };
  const sessions = new Map<Person, ReturnType<typeof createClient>>();
  return {
    ...database,
    url,
    stop,
    values,
    clock: flags.clock === 'cpu' ? await openCpuClock(pid, database.adminUrl) : undefined,
    recorder: await openRecorder(url, stateFolder),
    async tokenOf(person) {
      let session = sessions.get(person);
      if (session === undefined) {
        session = createClient({ url, store: memoryStore() });
        await session.login({ email: of[person], password: demoPassword });
        sessions.set(person, session);
      }
      return session.accessToken();
    },
  };
}

/** The requests, about another record in each round where one cannot be written twice. */
function forRound({ ids }: Case, requests: readonly Buffer[], round: number): readonly Buffer[] {
  if (ids === undefined) return requests;
  return requests.map((body) => {
    const request = JSON.parse(String(body));
    return Buffer.from(
      JSON.stringify({ ...request, variables: { ...request.variables, id: ids[round] } }),
    );
  });
}

/** Sends the requests of a command to each server in turns. */
async function measure(servers: readonly Served[], nth: number): Promise<Measured> {
  const prepared = [];
  for (const server of servers) {
    const one = (await commandsOf(server.values))[nth];
    if (one === undefined) throw new Error('The companies have different commands.');
    const token = await server.tokenOf(one.person);
    prepared.push({
      server,
      one,
      token,
      requests: await server.recorder.requestsOf(one.argv, token),
    });
  }
  const [first] = prepared;
  if (first === undefined) throw new Error('At least one --scale is needed.');
  const { argv, ids: _, ...about } = first.one;
  const measured: Measured = {
    ...about,
    command: ['epic', ...argv].join(' '),
    requests: {},
    rows: {},
    p50: {},
  };
  const times = new Map<Scale, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { server, one, token, requests } of prepared) {
      const { scale } = server;
      const taken = times.get(scale) ?? [];
      if ((taken[0] ?? 0) > slowMs) continue;
      const before = await server.clock?.read();
      const sent: Sent = await send(server.url, forRound(one, requests, round), token);
      const after = await server.clock?.read();
      const time = before !== undefined && after !== undefined ? after - before : sent.milliseconds;
      if (sent.error !== undefined) measured.error = sent.error;
      measured.requests[scale] = requests.length;
      measured.rows[scale] = sent.rows;
      times.set(scale, [...taken, time]);
    }
  }
  for (const [scale, taken] of times) measured.p50[scale] = median(taken);
  return measured;
}

const [small, large] = [wanted[0], wanted.at(-1)];

/**
 * How much longer it took in the largest company than in the smallest; null where there it shows fewer rows, or a client
 * who has none.
 */
function growthOf({ rows, p50 }: Measured): number | null {
  if (small === undefined || large === undefined || small === large) return null;
  if ((rows[large] ?? 0) > (rows[small] ?? 0)) return null;
  return (p50[large] ?? Number.NaN) / (p50[small] ?? Number.NaN);
}

function figuresOf(all: readonly Measured[]): Figure[] {
  if (large === undefined) return [];
  return [...new Set(all.map(({ group }) => group))].flatMap((group) => {
    const those = all.filter((one) => one.group === group);
    const slowest = Math.max(...those.map(({ p50 }) => p50[large] ?? 0));
    const growths = those.flatMap((one) => growthOf(one) ?? []);
    return [
      atMost(
        `growth: ${group}: the slowest p50 at ${large}`,
        slowest,
        group === 'report' ? 1000 : 50,
        'ms',
      ),
      ...(growths.length > 0
        ? [
            atMost(
              `growth: ${group}: the most that p50 grows from ${small} to ${large}`,
              Math.max(...growths),
              1.5,
              '×',
            ),
          ]
        : []),
    ];
  });
}

function worst(all: readonly Measured[], by: (one: Measured) => number): string {
  const rows = all
    .toSorted((one, other) => by(other) - by(one))
    .slice(0, 10)
    .map((one) => [
      `${one.command}  (${one.person})`,
      ...wanted.map((scale) => (one.p50[scale] ?? Number.NaN).toFixed(1)),
      growthOf(one)?.toFixed(2) ?? '',
      wanted.map((scale) => one.rows[scale]).join(' / '),
      one.error ?? '',
    ]);
  return table([['', ...wanted.map((scale) => `${scale}, ms`), 'growth', 'rows', ''], ...rows]);
}

await runBench(() =>
  withScaledDatabases(flags.data || undefined, wanted, async (databases) => {
    const stateFolder = await makeTemporaryFolder();
    const before = load();
    const servers: Served[] = [];
    try {
      for (const database of databases) servers.push(await serve(database, stateFolder));
      const [first] = servers;
      if (first === undefined) return;
      const commands = await commandsOf(first.values);
      const all: Measured[] = [];
      for (const [nth, { argv }] of commands.entries()) {
        if (nth % 50 === 0) log(`${nth} of ${commands.length} commands …`);
        if (!only.test(['epic', ...argv].join(' '))) continue;
        all.push(await measure(servers, nth));
      }
      const figures = figuresOf(all);
      const largest = databases.at(-1);
      const indexes = largest === undefined ? [] : await indexUse(largest.adminUrl);
      if (flags.indexes && large !== undefined) {
        await writeFile(sizesFile, sizesOf(indexes, large));
      }
      report({ before, all, figures, indexes });
    } finally {
      await Promise.all(
        servers.flatMap(({ stop, recorder, clock }) => [stop(), recorder.close(), clock?.close()]),
      );
      await removeFolder(stateFolder);
    }
  }),
);

interface Result {
  before: number;
  all: readonly Measured[];
  figures: readonly Figure[];
  indexes: readonly IndexUse[];
}

function report({ before, all, figures, indexes }: Result): void {
  if (flags.json) {
    const commands = all.map((one) => ({ ...one, growth: growthOf(one) }));
    const result = { load: { before, after: load() }, figures, commands, indexes };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    [
      `${all.length} commands, medians of ${rounds} by ${flags.clock} clock; load ${before} to ${load()}.`,
      '',
      table(figureRows(figures)),
      '',
      'The slowest:',
      worst(all, ({ p50 }) => (large && p50[large]) ?? 0),
      '',
      'Those that grow most:',
      worst(all, (one) => growthOf(one) ?? 0),
      '',
      'Indexes:',
      table(indexRows(indexes)),
      '',
    ].join('\n'),
  );
}
