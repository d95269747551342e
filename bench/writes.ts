// What history, notifications, versions and signals cost a write: the same updates in a database and in a copy of it
// without their triggers, alternating in one run; each as an employee's session, with its commit flushed to disk.
//
//   npm run bench -- writes [--rounds 600] [--bulk-rounds 12] [--url postgres://superuser@…/postgres] [--json]
//
// Time is that of the client, CPU that of the server process of the connection (where it can be read, on Linux).

import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
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
  withClient,
} from './support.ts';
import { BULK, fill, secretOf, switchOff } from './writes-company.ts';

const flags = readFlags({ rounds: 600, 'bulk-rounds': 12, url: '', json: false });

/** An update of one row by its id as the API sends it, and the same of many in one statement. */
const updates = [
  {
    record: 'client',
    who: 'sales',
    single: `update crm.client set phone = $2::text where id = $1::int returning id::text, phone`,
    bulk: `update crm.client set phone = $1::text`,
    value: (turn: number) => `+33 1 ${10_000_000 + turn}`,
  },
  {
    record: 'contract',
    who: 'sales',
    single: `update crm.contract set total_amount = $2::numeric where id = $1::int returning id::text, total_amount::text`,
    bulk: `update crm.contract set total_amount = $1::numeric where status = 'draft'`,
    value: (turn: number) => `${1_000 + turn}.50`,
  },
  {
    record: 'event',
    who: 'support',
    single: `update crm.event set notes = $2::text where id = $1::int returning id::text, notes`,
    bulk: `update crm.event set notes = $1::text`,
    value: (turn: number) => `Bring ${turn} chairs.`,
  },
] as const;

type Update = (typeof updates)[number];
type Kind = 'single' | 'bulk';

/** At most this share of the write, with its commit. */
const targets: Record<Kind, number> = { single: 0.3, bulk: 0.4 };
const kinds: Record<Kind, { label: string; rounds: number }> = {
  single: { label: 'one row', rounds: flags.rounds },
  bulk: { label: `${BULK.toLocaleString('en')} rows`, rounds: flags['bulk-rounds'] },
};

/** A connection with the API's session authorization, and its server process. */
type Arm = { client: Client; pid: number; sessions: Record<Update['who'], Entry> };
/** The arguments of identity.enter. */
type Entry = [employeeId: number, sessionId: string, department: string, secret: Buffer];
/** Milliseconds of the update and its commit. */
type Sample = { time: number; cpu: number };
type Cost = { with: number; without: number; share: number };
type Result = { record: string; kind: Kind; rounds: number; time: Cost; cpu: Cost };

await runBench(() => withBenchServer(flags.url || undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const whole = await server.makeDatabase();
  await withClient(server.adminUrl(whole), fill);
  const bare = await server.makeDatabase(whole);
  await withClient(server.adminUrl(bare), switchOff);

  const before = load();
  const results: Result[] = [];
  await withArm(server.adminUrl(whole), (one) =>
    withArm(server.adminUrl(bare), async (other) => {
      for (const update of updates) {
        for (const kind of ['single', 'bulk'] as const) {
          log(`${update.record}, ${kinds[kind].label} …`);
          results.push(await compare(update, kind, one, other));
        }
      }
    }),
  );
  report({ server: server.description, load: { before, after: load() }, results });
}

async function compare(update: Update, kind: Kind, one: Arm, other: Arm): Promise<Result> {
  const { rounds } = kinds[kind];
  const warmUp = Math.max(8, Math.ceil(rounds / 10)); // more than the executions before a generic plan
  const samples: { with: Sample; without: Sample }[] = [];
  for (let turn = 0; turn < warmUp + rounds; turn++) {
    // The order alternates, so that neither always runs on warm caches of the other.
    const arms = turn % 2 === 0 ? [one, other] : [other, one];
    const taken = new Map<Arm, Sample>();
    for (const arm of arms) taken.set(arm, await write(arm, update, kind, turn));
    const pair = { with: taken.get(one), without: taken.get(other) };
    if (turn >= warmUp && pair.with && pair.without) {
      samples.push({ with: pair.with, without: pair.without });
    }
  }
  const cost = (what: keyof Sample): Cost => {
    const full = median(samples.map((sample) => sample.with[what]));
    // the median of the differences turn by turn, which is robust against other load
    const added = median(samples.map((sample) => sample.with[what] - sample.without[what]));
    return {
      with: full,
      without: median(samples.map((sample) => sample.without[what])),
      share: added / full,
    };
  };
  return { record: update.record, kind, rounds, time: cost('time'), cpu: cost('cpu') };
}

async function write(arm: Arm, update: Update, kind: Kind, turn: number): Promise<Sample> {
  const { client } = arm;
  const value = update.value(turn);
  await client.query('begin');
  await client.query({
    name: 'enter',
    text: 'select identity.enter($1, $2, $3, $4)',
    values: arm.sessions[update.who],
  });
  const before = await cpuOf(arm);
  const { milliseconds: time } = await timed(async () => {
    await client.query({
      name: `${kind} ${update.record}`,
      text: update[kind],
      values: kind === 'single' ? [(turn % BULK) + 1, value] : [value],
    });
    await client.query('commit');
  });
  return { time, cpu: (await cpuOf(arm)) - before };
}

/** Milliseconds of CPU that a server process has used; NaN where that cannot be read. */
async function cpuOf({ pid }: Arm): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => 'NaN');
  return Number(text.split(' ')[0]) / 1e6;
}

async function withArm(url: string, work: (arm: Arm) => Promise<void>): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number; sessions: [string, number, string][] }>(
      `select pg_backend_pid() as pid, json_agg(json_build_array(department, employee.id, session.id)) as sessions
       from crm.employee join identity.session on session.employee_id = employee.id`,
    );
    const [company] = rows;
    if (company === undefined) throw new Error('There are no sessions.');
    await client.query('set session authorization epic_authenticator');
    const sessions = Object.fromEntries(
      company.sessions.map(([department, employee, session]): [string, Entry] => [
        department,
        [employee, session, department, secretOf(department)],
      ]),
    ) as Arm['sessions'];
    await work({ client, pid: company.pid, sessions });
  });
}

function report(measured: {
  server: string;
  load: { before: number; after: number };
  results: Result[];
}): void {
  const figures: Figure[] = measured.results.flatMap(({ record, kind, time, cpu }) =>
    Object.entries({ time, CPU: cpu })
      .filter(([, { share }]) => !Number.isNaN(share))
      .map(([what, { share }]) =>
        atMost(`${record}, ${kinds[kind].label}: share of ${what}`, share, targets[kind], 'share'),
      ),
  );
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ ...measured, figures }, null, 2)}\n`);
    return;
  }
  const rows = measured.results.flatMap(({ record, kind, time, cpu }) =>
    Object.entries({ time, CPU: cpu }).map(([what, cost]) => [
      `${record}, ${kinds[kind].label}, ${what}`,
      ...[cost.without, cost.with].map((milliseconds) => milliseconds.toFixed(3)),
      `${(cost.share * 100).toFixed(1)} %`,
    ]),
  );
  process.stdout.write(
    [
      `${measured.server}, load ${measured.load.before} to ${measured.load.after}.`,
      '',
      table([['ms', 'without', 'with', 'share'], ...rows]),
      '',
      table(figureRows(figures)),
      '',
    ].join('\n'),
  );
}
