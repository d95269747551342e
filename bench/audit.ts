// What history costs an update: the same updates, as the API makes them, in a database with the audit triggers and
// in a copy of it without, alternating in one run.
//
//   npm run bench -- audit [--rounds 1000] [--bulk-rounds 10] [--url postgres://superuser@…/postgres] [--json]

import { parseArgs } from 'node:util';
import type { Client } from 'pg';
import { BULK, fill, switchAuditOff } from './audit-company.ts';
import {
  type BenchServer,
  load,
  log,
  median,
  runBench,
  table,
  timed,
  withBenchServer,
  withClient,
} from './support.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    'bulk-rounds': { type: 'string', default: '10' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds);
const bulkRounds = Number(flags['bulk-rounds']);

/** An update as the API sends it, of one row by its id, and the same of many in one statement. */
const cases = [
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

type Case = (typeof cases)[number];

/** One database with two connections: one as the API's, one as psql's. */
type Arm = { api: Client; psql: Client; sessions: Record<Case['who'], Entry> };
/** The arguments of auth.enter. */
type Entry = [employeeId: number, sessionId: string, department: string];
type Sample = { alone: number; statement: number; transaction: number };
type Executed = { withAudit: number; without: number; trigger: number };

/** The labels of the measurements. */
const labels = {
  alone: 'by itself',
  statement: 'in a transaction',
  transaction: 'whole transaction',
  execution: 'execution',
};

await runBench(() => withBenchServer(flags.url, measure));

async function measure(server: BenchServer): Promise<void> {
  const withAudit = await server.makeDatabase();
  await withClient(server.adminUrl(withAudit), fill);
  const without = await server.makeDatabase(withAudit);
  await withClient(server.adminUrl(without), switchAuditOff);

  await withArm(server.adminUrl(withAudit), (one) =>
    withArm(server.adminUrl(without), async (other) => {
      const loadBefore = load();
      const single = [];
      const bulk = [];
      for (const what of cases) {
        log(`${what.record} …`);
        single.push(await compare(what, 'single', rounds, one, other));
        bulk.push(await compare(what, 'bulk', bulkRounds, one, other));
      }
      report({
        server: server.description,
        load: { before: loadBefore, after: load() },
        single: { rounds, rows: 1, results: single },
        bulk: { rounds: bulkRounds, rows: BULK, results: bulk },
      });
    }),
  );
}

type Comparison = Awaited<ReturnType<typeof compare>>;

async function compare(what: Case, kind: 'single' | 'bulk', turns: number, one: Arm, other: Arm) {
  const samples: { withAudit: Sample[]; without: Sample[]; executed: Executed[] } = {
    withAudit: [],
    without: [],
    executed: [],
  };
  const warmUp = Math.ceil(turns / 10);
  for (let turn = -warmUp; turn < turns; turn++) {
    // The order alternates, so that neither always runs on warm caches of the other.
    const first = turn % 2 === 0;
    const early = await sample(first ? one : other, what, kind, turn + warmUp);
    const late = await sample(first ? other : one, what, kind, turn + warmUp);
    const executed = {
      ...(await execute(one, what, kind, turn + warmUp)),
      without: (await execute(other, what, kind, turn + warmUp)).withAudit,
    };
    if (turn < 0) continue;
    samples.withAudit.push(first ? early : late);
    samples.without.push(first ? late : early);
    samples.executed.push(executed);
  }
  const execution = {
    withAudit: median(samples.executed.map(({ withAudit }) => withAudit)),
    without: median(samples.executed.map(({ without }) => without)),
    audit: median(samples.executed.map(({ trigger }) => trigger)),
  };
  return {
    record: what.record,
    alone: ratio(samples, 'alone'),
    statement: ratio(samples, 'statement'),
    transaction: ratio(samples, 'transaction'),
    execution: { ...execution, share: execution.audit / execution.withAudit },
  };
}

/** Medians, and the median of the differences turn by turn, which is robust against other load. */
function ratio(samples: { withAudit: Sample[]; without: Sample[] }, what: keyof Sample) {
  const withAudit = samples.withAudit.map((taken) => taken[what]);
  const without = samples.without.map((taken) => taken[what]);
  const audit = median(withAudit.map((time, turn) => time - (without[turn] ?? Number.NaN)));
  return {
    withAudit: median(withAudit),
    without: median(without),
    audit,
    share: audit / median(withAudit),
  };
}

/** Two updates: one with autocommit, and one in a transaction as the API makes it. */
async function sample(
  arm: Arm,
  what: Case,
  kind: 'single' | 'bulk',
  turn: number,
): Promise<Sample> {
  await become(arm, what);
  const alone = await timed(() => arm.psql.query(statementOf(what, kind, turn)));
  const { milliseconds: transaction, result: statement } = await timed(async () => {
    await enter(arm, what);
    const { milliseconds } = await timed(() =>
      arm.api.query(statementOf(what, kind, turn + 1_000_000)),
    );
    await arm.api.query('commit');
    return milliseconds;
  });
  return { alone: alone.milliseconds, statement, transaction };
}

/** The same update timed by PostgreSQL, and the time of its audit triggers; rolled back. */
async function execute(
  arm: Arm,
  what: Case,
  kind: 'single' | 'bulk',
  turn: number,
): Promise<Omit<Executed, 'without'>> {
  const { text, values } = statementOf(what, kind, turn + 2_000_000);
  await enter(arm, what);
  const { rows } = await arm.api.query<{ 'QUERY PLAN': [Plan] }>(
    `explain (analyze, format json) ${text}`,
    values,
  );
  await arm.api.query('rollback');
  const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
  const audit = plan?.Triggers.filter((trigger) => trigger['Trigger Name'].includes('_90_')) ?? [];
  return {
    withAudit: plan?.['Execution Time'] ?? Number.NaN,
    trigger: audit.reduce((sum, trigger) => sum + trigger.Time, 0),
  };
}

interface Plan {
  'Execution Time': number;
  Triggers: { 'Trigger Name': string; Time: number }[];
}

async function enter({ api, sessions }: Arm, { who }: Case): Promise<void> {
  api.query('begin');
  await api.query({
    name: 'enter',
    text: 'select auth.enter($1, $2, $3, false)',
    values: sessions[who],
  });
}

async function become({ psql, sessions }: Arm, { who }: Case): Promise<void> {
  const [employeeId, , department] = sessions[who];
  await psql.query({
    name: 'become',
    text: `select set_config('jwt.claims.employee_id', $1, false), set_config('jwt.claims.department', $2, false),
                  set_config('role', 'epic_' || $2, false)`,
    values: [String(employeeId), department],
  });
}

function statementOf(what: Case, kind: 'single' | 'bulk', turn: number) {
  const value = what.value(turn);
  const values = kind === 'single' ? [(turn % BULK) + 1, value] : [value];
  return { name: `${kind} ${what.record}`, text: what[kind], values };
}

/** Two connections: one with the API's session authorization, one as superuser. */
async function withArm(url: string, work: (arm: Arm) => Promise<void>): Promise<void> {
  await withClient(url, (psql) =>
    withClient({ connectionString: url, pipeline: true }, async (api) => {
      const { rows } = await psql.query<{ sessions: Arm['sessions'] }>(
        `select json_object_agg(department, json_build_array(employee.id, session.id, department)) as sessions
         from crm.employee join auth.session on session.employee_id = employee.id`,
      );
      const [company] = rows;
      if (company === undefined) throw new Error('There are no sessions.');
      await api.query('set session authorization epic_authenticator');
      await work({ api, psql, sessions: company.sessions });
    }),
  );
}

interface Measured {
  server: string;
  load: { before: number; after: number };
  single: { rounds: number; rows: number; results: Comparison[] };
  bulk: { rounds: number; rows: number; results: Comparison[] };
}

function report(measured: Measured): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
    return;
  }
  const { single, bulk } = measured;
  process.stdout.write(
    [
      `${measured.server}, load ${measured.load.before} to ${measured.load.after}.`,
      '',
      `One row, medians of ${single.rounds} rounds:`,
      tableOf(single.results),
      '',
      `${bulk.rows.toLocaleString('en')} rows in one statement, medians of ${bulk.rounds} rounds:`,
      tableOf(bulk.results),
      '',
      'without, with: milliseconds without and with history; audit: what history adds (the median',
      'of the differences turn by turn), and its share of the time with history.',
      'by itself: as in psql, with its commit; in a transaction: the statement alone, without;',
      'whole transaction: as the API makes it, with begin, auth.enter and commit;',
      'execution: inside PostgreSQL (explain analyze), where audit is what the trigger took.',
      '',
    ].join('\n'),
  );
}

function tableOf(results: Comparison[]): string {
  const rows = results.flatMap(({ record, ...timings }) =>
    (['alone', 'statement', 'transaction', 'execution'] as const).map((part) => {
      const { without, withAudit, audit, share } = timings[part];
      return [
        `${record}, ${labels[part]}`,
        ...[without, withAudit, audit].map((time) => time.toFixed(3)),
        percent(share),
      ];
    }),
  );
  return table([['', 'without', 'with', 'audit', 'share'], ...rows]);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
