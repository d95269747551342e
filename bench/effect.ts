// What `policies diff --effect` takes on a large database: the catalogue, and both conditions of changed policies as each
// of 300 employees, on all contracts. With --one-by-one also what takes its place without grouping: a count as each person,
// of which the totals are compared.
//
//   npm run bench -- effect [--contracts 1000000] [--rounds 5] [--one-by-one] [--url postgres://superuser@…/postgres] [--json]

import type { Client } from 'pg';
import { type Effect, effectOf } from '../src/server/dba/effect/effect.ts';
import { fill } from './effect-company.ts';
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

const flags = readFlags({
  contracts: 1_000_000,
  rounds: 5,
  'one-by-one': false,
  url: '',
  json: false,
});
const { contracts, rounds } = flags;

/** The changes that are measured, each in a database of its own. */
const changes = {
  'sales update any draft': `alter policy sales_update_own on crm.contract using (status = 'draft')`,
  'management without cancelled ones': `
    alter policy management_update_any on crm.contract using (status <> 'cancelled')`,
  'every employee reads drafts of their own only': `
    alter policy employee_read_all on crm.contract
      using (status <> 'draft' or commercial_id = (select crm.current_employee_id()))`,
};

interface Result {
  change: string;
  seconds: number;
  gained: number;
  lost: number;
  oneByOne: { seconds: number; gained: number; lost: number } | null;
}

await runBench(() => withBenchServer(flags.url || undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  log(`${contracts.toLocaleString('en')} contracts …`);
  await withClient(server.adminUrl(database), (client) => fill(client, contracts));
  const loadBefore = load();
  const results: Result[] = [];
  for (const [change, sql] of Object.entries(changes)) {
    log(`${change} …`);
    const changed = await server.makeDatabase();
    await withClient(server.adminUrl(changed), (client) => client.query(sql));
    results.push(
      await withClient(server.adminUrl(database), (client) =>
        withClient(server.adminUrl(changed), (other) => compare(change, sql, client, other)),
      ),
    );
  }
  report({
    server: server.description,
    contracts,
    load: { before: loadBefore, after: load() },
    results,
  });
}

async function compare(
  change: string,
  sql: string,
  client: Client,
  other: Client,
): Promise<Result> {
  const times: number[] = [];
  let effect: Effect | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const { milliseconds, result } = await timed(() => effectOf(client, other));
    times.push(milliseconds);
    effect = result;
  }
  return {
    change,
    seconds: median(times) / 1000,
    ...totalsOf(effect),
    oneByOne: flags['one-by-one'] ? await oneByOne(client, change, sql) : null,
  };
}

/** Rows of each person, added up: of the one verb whose policy was changed. */
function totalsOf(effect: Effect | undefined): { gained: number; lost: number } {
  const record = effect?.records.find(({ policies }) => policies.length > 0);
  const parts = (record?.roles ?? [])
    .flatMap(({ measured }) => measured?.parts ?? [])
    .filter(({ about }) => about.kind === 'rows');
  const sum = (side: 'gained' | 'lost') =>
    parts.flatMap((part) => part[side].people).reduce((total, { rows }) => total + rows, 0);
  return { gained: sum('gained'), lost: sum('lost') };
}

/** Counts both ways under the policies themselves, as each person; rolled back. */
async function oneByOne(client: Client, change: string, sql: string) {
  const isRead = change.includes('reads');
  const people = await client.query<{ email: string; department: string }>(
    'select email, department from crm.employee where active order by id',
  );
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  const { milliseconds } = await timed(async () => {
    for (const [counts, statement] of [
      [before, 'select 1'],
      [after, sql],
    ] as const) {
      for (const { email, department } of people.rows) {
        if (!isRead && !change.startsWith(department)) continue;
        await client.query(`begin; ${statement}; select dba.impersonate('${email}')`);
        const { rows } = await client.query<{ count: number }>(
          isRead
            ? 'select count(*)::integer from crm.contract'
            : 'select count(*)::integer from (select from crm.contract for update) locked',
        );
        await client.query('rollback');
        counts.set(email, rows[0]?.count ?? 0);
      }
    }
  });
  const differences = [...before].map(([email, count]) => (after.get(email) ?? 0) - count);
  const sum = (sign: 1 | -1) =>
    differences.reduce((total, one) => total + Math.max(0, sign * one), 0);
  return { seconds: milliseconds / 1000, gained: sum(1), lost: sum(-1) };
}

interface Measured {
  server: string;
  contracts: number;
  load: { before: number; after: number };
  results: Result[];
}

function report(measured: Measured): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
    return;
  }
  const { server, results, load: loads } = measured;
  const number = (value: number) => value.toLocaleString('en');
  const rows = results.flatMap(({ change, seconds, gained, lost, oneByOne: slow }) => [
    [change, seconds.toFixed(2), number(gained), number(lost)],
    ...(slow === null
      ? []
      : [['  one by one', slow.seconds.toFixed(1), number(slow.gained), number(slow.lost)]]),
  ]);
  process.stdout.write(
    [
      `${server}, ${number(measured.contracts)} contracts, 300 people, load ${loads.before} to ${loads.after}.`,
      '',
      table([['', 'seconds', 'gained', 'lost'], ...rows]),
      '',
      `seconds: both catalogues and the evaluation, the median of ${rounds} rounds;`,
      'gained, lost: rows of each person, added up.',
      '',
    ].join('\n'),
  );
}
