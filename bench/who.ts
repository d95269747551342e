// How long it takes to answer who may do something, with 500 employees: in SQL, as the server sends it.
//
//   npm run bench -- who [--people 500] [--rounds 20] [--json]

import type { Client } from 'pg';
import { loadCompany } from '../src/server/demo/company.ts';
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

const flags = readFlags({ people: 500, rounds: 20, json: false });
const { people, rounds } = flags;

const questions = [
  { name: 'sign a contract', arguments: "'contract', 'sign', 2" },
  { name: 'cancel a cancelled one', arguments: "'contract', 'cancel', 7" },
  { name: 'change an event', arguments: "'event', 'update', 1" },
  {
    name: 'record a payment',
    arguments: `'payment', 'record', new_values => '{"contract_id": 1, "amount": 1}'`,
  },
  { name: 'read a client', arguments: "'client', 'read', 1" },
];

await runBench(() => withBenchServer(undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const adminUrl = server.adminUrl(await server.makeDatabase());
  await loadCompany(adminUrl);
  const loadBefore = load();
  const measured = await withClient(adminUrl, async (client) => {
    await addPeople(client);
    const results = [];
    for (const question of questions) {
      log(`${question.name} …`);
      results.push({ name: question.name, milliseconds: await medianOf(client, question) });
    }
    return results;
  });
  const report = {
    server: server.description,
    people,
    rounds,
    load: { before: loadBefore, after: load() },
    measured,
  };
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${report.server}, load ${report.load.before} to ${report.load.after}; ${people} employees, medians of ${rounds} rounds.\n\n${table(
          [
            ['who may', 'milliseconds'],
            ...measured.map(({ name, milliseconds }) => [name, milliseconds.toFixed(0)]),
          ],
        )}\n`,
  );
}

/** Three in five are of sales, one in three of support, the others of management. */
async function addPeople(client: Client): Promise<void> {
  await client.query(
    `insert into crm.employee (full_name, email, department)
     select 'Person ' || nth, 'person' || nth || '@epic.example',
            case when nth % 15 < 9 then 'sales' when nth % 15 < 14 then 'support' else 'management' end
     from generate_series(1, $1 - (select count(*) from crm.employee where active)) nth`,
    [people],
  );
  await client.query('vacuum (analyze)');
}

async function medianOf(client: Client, question: { arguments: string }): Promise<number> {
  const samples = [];
  for (let round = -2; round < rounds; round++) {
    const { milliseconds } = await timed(() =>
      client.query(`select * from dba.who_may(${question.arguments})`),
    );
    if (round >= 0) samples.push(milliseconds);
  }
  return median(samples);
}
