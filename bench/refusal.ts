// How long a refusal takes, explanation included, compared with the same statement when it succeeds: over HTTP, through the
// built server, and in SQL, as the server sends it. Alternating in one run.
//
//   npm run bench -- refusal [--rounds 200] [--json]

import type { Client } from 'pg';
import { demoPassword, loadCompany } from '../src/server/demo/company.ts';
import { ask, logIn, type Session } from '../tests/server/support/api.ts';
import { spawnServer } from '../tests/support/server.ts';
import {
  type Case,
  casesFor,
  type Person,
  type Request,
  type Rows,
  type Statement,
} from './refusal-cases.ts';
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

await runBench(() => withBenchServer(undefined, measure));

async function measure(server: BenchServer): Promise<void> {
  const database = await server.makeDatabase();
  const adminUrl = server.adminUrl(database);
  await loadCompany(adminUrl);
  const { people, rows } = await withClient(adminUrl, async (client) => {
    await client.query('vacuum (analyze)');
    return readCompany(client);
  });
  const cases = casesFor(rows);
  const loadBefore = load();

  log('over HTTP …');
  const api = await spawnServer(server.loginUrls(database));
  let overHttp: Compared[];
  try {
    const sessions = {
      sales: await logIn(api.url, people.sales.email, demoPassword),
      support: await logIn(api.url, people.support.email, demoPassword),
    };
    overHttp = await compareAll(cases, throughApi(api.url, sessions));
  } finally {
    await api.stop();
  }

  log('in SQL …');
  const { authenticatorUrl } = server.loginUrls(database);
  const connection = { connectionString: authenticatorUrl, pipeline: true };
  const inSql = await withClient(connection, (client) => compareAll(cases, asSql(client, people)));

  report({
    server: server.description,
    rounds,
    load: { before: loadBefore, after: load() },
    overHttp,
    inSql,
  });
}

interface Colleague {
  id: number;
  email: string;
  sessionId: string;
}

/** An employee of sales and one of support with a session, and rows of their own and of colleagues. */
async function readCompany(
  client: Client,
): Promise<{ people: Record<Person, Colleague>; rows: Rows }> {
  const { rows } = await client.query<{ people: Record<Person, Colleague>; rows: Rows }>(`
    with person as (
      select distinct on (department) id, department, email
      from crm.employee where active and department in ('sales', 'support')
      order by department, id),
    session as (
      insert into identity.session (employee_id) select id from person returning id, employee_id),
    held (record, id, holder, nth) as (
      select 'client', id, commercial_contact_id, id from crm.client
      union all
      select status, id, commercial_id, id from crm.contract where status = 'draft' or status = 'signed'
      union all
      select 'event', id, support_contact_id, id from crm.event where support_contact_id is not null),
    pair as (
      select record, json_build_object(
        'own', min(held.id) filter (where person.id is not null),
        'other', min(held.id) filter (where person.id is null)) as ids
      from held left join person on person.id = holder
      group by record)
    select
      (select json_object_agg(department, json_build_object('id', person.id, 'email', email, 'sessionId', session.id))
       from person join session on employee_id = person.id) as people,
      (select json_object_agg(record, ids) from pair) as rows`);
  const [company] = rows;
  if (company === undefined) throw new Error('The demo company is empty.');
  return company;
}

/** Makes one request and returns whether it was refused with a reason; throws otherwise. */
type Driver = (
  who: Person,
  request: Request,
  explained: unknown[],
) => Promise<'succeeded' | 'refused'>;

interface Compared {
  name: string;
  succeeded: number;
  refused: number;
  ratio: number;
}

async function compareAll(cases: Case[], driver: Driver): Promise<Compared[]> {
  const samples = cases.map((what) => ({
    what,
    succeeded: [] as number[],
    refused: [] as number[],
  }));
  const warmUp = Math.max(10, Math.ceil(rounds / 10));
  for (let turn = -warmUp; turn < rounds; turn++) {
    for (const { what, succeeded, refused } of samples) {
      const succeeds = () => driver(what.who, what.succeeds(turn + warmUp), []);
      const isRefused = () =>
        driver(what.who, what.refused(turn + warmUp), what.explained(turn + warmUp));
      // The order alternates, so that neither always runs on warm caches of the other.
      const order = [
        [succeeds, 'succeeded', succeeded],
        [isRefused, 'refused', refused],
      ] as const;
      for (const [attempt, expected, taken] of turn % 2 === 0 ? order : order.toReversed()) {
        const { milliseconds, result } = await timed(attempt);
        if (result !== expected) throw new Error(`${what.name}: ${result}, and not ${expected}.`);
        if (turn >= 0) taken.push(milliseconds);
      }
    }
  }
  return samples.map(({ what, succeeded, refused }) => ({
    name: what.name,
    succeeded: median(succeeded),
    refused: median(refused),
    ratio: median(refused) / median(succeeded),
  }));
}

function throughApi(url: string, sessions: Record<Person, Session>): Driver {
  return async (who, { mutation, input }) => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
    const record = /[A-Z][a-z]+$/.exec(mutation)?.[0].toLowerCase();
    const { errors } = await ask(
      url,
      `mutation ($input: ${type}) { ${mutation}(input: $input) { ${record} { id } } }`,
      { token: sessions[who].accessToken, variables: { input } },
    );
    const [error] = errors;
    if (error === undefined) return 'succeeded';
    if (error.extensions.code !== 'FORBIDDEN' || typeof error.extensions.reason !== 'string') {
      throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
    }
    return 'refused';
  };
}

/** The statements that the server sends, in its transactions: one for the mutation, one for the explanation. */
function asSql(client: Client, people: Record<Person, Colleague>): Driver {
  const inSession = async (who: Person, statement: Statement & { name: string }) => {
    const { id, sessionId } = people[who];
    client.query('begin');
    client.query('select identity.enter($1, $2, $3, $4)', [id, sessionId, who, false]);
    try {
      const { rows } = await client.query(statement);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback');
      if (!(error instanceof Error && 'code' in error && error.code === '42501')) throw error;
      return [];
    }
  };
  return async (who, { statement }, explained) => {
    const touched = await inSession(who, { ...statement, name: statement.text.slice(0, 60) });
    if (touched.length > 0) return 'succeeded';
    const [answer] = await inSession(who, {
      name: 'explain',
      text: 'select * from crm.explain_refusal($1, $2, $3, new_values => $4)',
      values: explained,
    });
    if (typeof answer?.reason !== 'string') throw new Error('A refusal has no explanation.');
    return 'refused';
  };
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
  process.stdout.write(
    [
      `${measured.server}, load ${measured.load.before} to ${measured.load.after}; medians of ${rounds} rounds, milliseconds.`,
      '',
      tableOf('over HTTP', measured.overHttp),
      '',
      tableOf('in SQL', measured.inSql),
      '',
    ].join('\n'),
  );
}

function tableOf(title: string, compared: Compared[]): string {
  return table([
    [title, 'succeeded', 'refused', 'ratio'],
    ...compared.map(({ name, succeeded, refused, ratio }) => [
      name,
      succeeded.toFixed(2),
      refused.toFixed(2),
      ratio.toFixed(2),
    ]),
  ]);
}
