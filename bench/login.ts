// Whether the time of a refused login reveals that an e-mail address exists: over HTTP, through the built server, and the
// part in the database, in SQL. Alternating in one run.
//
//   npm run bench -- login [--rounds 200] [--json]

import type { Client } from 'pg';
import { hashPresentedPassword } from '../src/server/identity/passwords.ts';
import { askToLogIn, codesOf } from '../tests/server/support/api.ts';
import { spawnServer } from '../tests/support/server.ts';
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

const flags = readFlags({ rounds: 200, json: false });
const { rounds } = flags;
const wrongPassword = 'not the password';

interface Case {
  name: string;
  email: string;
  outcome: 'refused' | 'locked';
}

/** The others are compared with the first. The second is equivalent, and shows the noise. */
const cases: readonly Case[] = [
  { name: 'wrong password', email: 'known@epic.example', outcome: 'refused' },
  { name: 'wrong password, a colleague', email: 'third@epic.example', outcome: 'refused' },
  { name: 'unknown address', email: 'other@epic.example', outcome: 'refused' },
  { name: 'unknown, of another kind', email: 'no address at all', outcome: 'refused' },
  { name: 'employee who has left', email: 'leave@epic.example', outcome: 'refused' },
  { name: 'locked, known address', email: 'known@epic.example', outcome: 'locked' },
  { name: 'locked, unknown address', email: 'other@epic.example', outcome: 'locked' },
];

await runBench(() => withBenchServer(undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  await withClient(server.adminUrl(database), async (admin) => {
    await createEmployees(admin);
    const loadBefore = load();

    log('over HTTP …');
    const api = await spawnServer(server.loginUrls(database));
    let overHttp: Compared[];
    try {
      overHttp = await compareAll(admin, async ({ email }) => {
        const answer = await askToLogIn(api.url, email, wrongPassword);
        return codesOf(answer)[0] === 'RATE_LIMITED' ? 'locked' : 'refused';
      });
    } finally {
      await api.stop();
    }

    log('in SQL …');
    const hash = await hashPresentedPassword(wrongPassword, null);
    const { authenticatorUrl } = server.loginUrls(database);
    const connection = { connectionString: authenticatorUrl, pipeline: true };
    const inSql = await withClient(connection, (client) =>
      compareAll(admin, ({ email }) => logInWithSql(client, email, hash)),
    );

    report({
      server: server.description,
      rounds,
      load: { before: loadBefore, after: load() },
      overHttp,
      inSql,
    });
  });
}

async function createEmployees(admin: Client): Promise<void> {
  const hash = await hashPresentedPassword('the right password', null);
  await admin.query(
    `with employee as (
       insert into crm.employee (full_name, email, department) values
         ('Known', 'known@epic.example', 'sales'),
         ('Third', 'third@epic.example', 'sales'),
         ('Left',  'leave@epic.example', 'sales')
       returning id)
     insert into identity.credential (employee_id, password_hash, must_change)
     select id, $1, false from employee`,
    [hash],
  );
  await admin.query(`update crm.employee set active = false where email = 'leave@epic.example'`);
  await admin.query('vacuum (analyze)');
}

/** The two statements that the server sends. It hashes between them, which takes equally long for all. */
async function logInWithSql(client: Client, email: string, hash: string): Promise<string> {
  const asAnonymous = async (text: string, values: unknown[]) => {
    client.query('begin');
    client.query('select identity.enter(null, null, null)');
    const { rows } = await client.query(text, values);
    await client.query('commit');
    return rows[0];
  };
  const { retry_at } = await asAnonymous('select * from identity.password_parameters($1, $2)', [
    email,
    '127.0.0.1',
  ]);
  if (retry_at !== null) return 'locked';
  const row = await asAnonymous('select * from identity.log_in($1, $2, $3, $4, $5)', [
    email,
    hash,
    Buffer.from('digest'),
    'bench',
    '127.0.0.1',
  ]);
  return row.outcome;
}

interface Compared {
  name: string;
  milliseconds: number;
  ratio: number;
}

async function compareAll(
  admin: Client,
  attempt: (what: Case) => Promise<string>,
): Promise<Compared[]> {
  const samples = cases.map((what) => ({ what, taken: [] as number[] }));
  const warmUp = Math.max(10, Math.ceil(rounds / 10));
  for (let turn = -warmUp; turn < rounds; turn++) {
    // In random order, so that none always runs on warm caches of the same other.
    for (const { what, taken } of shuffled(samples)) {
      await prepare(admin, what);
      const { milliseconds, result } = await timed(() => attempt(what));
      if (result !== what.outcome) throw new Error(`${what.name}: ${result}.`);
      if (turn >= 0) taken.push(milliseconds);
    }
  }
  const reference = median(samples[0]?.taken ?? []);
  return samples.map(({ what, taken }) => ({
    name: what.name,
    milliseconds: median(taken),
    ratio: median(taken) / reference,
  }));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item);
}

/** Removes earlier attempts, or locks the account and the address. */
async function prepare(admin: Client, { email, outcome }: Case): Promise<void> {
  await admin.query('delete from identity.login_attempt');
  if (outcome !== 'locked') return;
  await admin.query(
    `insert into identity.login_attempt (account, address, failures, locked_until)
     select account, address, 7, now() + interval '1 hour'
     from identity.attempt_counters($1, '127.0.0.1') where account <> '' and address <> ''`,
    [email],
  );
}

interface Measured {
  server: string;
  rounds: number;
  load: { before: number; after: number };
  overHttp: Compared[];
  inSql: Compared[];
}

function report(measured: Measured): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
    return;
  }
  const { server, load, overHttp, inSql } = measured;
  process.stdout.write(
    [
      `${server}, load ${load.before} to ${load.after}; medians of ${rounds} rounds, milliseconds.`,
      '',
      tableOf('over HTTP', overHttp),
      '',
      tableOf('in SQL, both statements', inSql),
      '',
    ].join('\n'),
  );
}

function tableOf(title: string, compared: Compared[]): string {
  return table([
    [title, 'takes', 'ratio'],
    ...compared.map(({ name, milliseconds, ratio }) => [
      name,
      milliseconds.toFixed(2),
      ratio.toFixed(3),
    ]),
  ]);
}
