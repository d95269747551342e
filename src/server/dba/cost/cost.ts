import type { Client } from 'pg';
import { codeOf, OperatorError } from '../../errors/errors.ts';
import { type Place, readPlace } from '../place.ts';
import { type Operation, operations } from './operations.ts';
import { type Explained, nodesOnlyIn, type PlanSummary, summaryOf } from './plan.ts';
import { byHand, type Condition, marksOf, underPolicies } from './statement.ts';

/** A statement of a department: under its policies, and by hand as a role that bypasses them. Times in milliseconds. */
export type Comparison = {
  department: string;
  operation: string;
  kind: 'read' | 'write';
  rounds: number;
  policies: number;
  byHand: number;
  ratio: number;
  holds: boolean;
  plans: {
    policies: PlanSummary;
    byHand: PlanSummary;
    onlyPolicies: string[];
    onlyByHand: string[];
  };
};

/** A statement that was not compared, and why. */
export type Skipped = { department: string; operation: string; reason: string };

export type CostReport = {
  database: Place;
  budget: number;
  /** What every transaction of the API pays first: identity.enter, in milliseconds. */
  enter: number;
  comparisons: Comparison[];
  skipped: Skipped[];
};

export type CostOptions = { budget: number; rounds: number; only?: RegExp };

/** How long a statement is measured at most, and how often at least. */
const TIME_MS = 4_000;
const LEAST_ROUNDS = 15;
const WARM_UP = 8; // PostgreSQL decides for or against a generic plan after five executions

type Employee = { id: number; department: string };

/** Compares every operation for every department. Each comparison is a transaction that is rolled back. */
export async function measureCost(
  client: Client,
  { budget, rounds, only = /^/ }: CostOptions,
  { interrupted }: { interrupted?: AbortSignal } = {},
): Promise<CostReport> {
  const database = await readPlace(client);
  await inRollback(client, () => createBypassingRole(client, 'epic_employee')); // refused at once, if at all
  const employees = await readEmployees(client);
  const comparisons: Comparison[] = [];
  const skipped: Skipped[] = [];
  await client.query(`set statement_timeout = '60s'`);
  const enter = await inRollback(client, () => measureEntering(client, employees));
  for (const employee of employees) {
    for (const operation of operations.filter(({ name }) => only.test(name))) {
      interrupted?.throwIfAborted();
      const { department } = employee;
      const measured = await inRollback(client, () => compare(client, employee, operation, rounds));
      if (typeof measured !== 'string') {
        comparisons.push({ ...measured, holds: measured.ratio <= budget });
      } else if (measured !== '') {
        skipped.push({ department, operation: operation.name, reason: measured });
      }
    }
  }
  return { database, budget, enter, comparisons, skipped };
}

/** One of each department: who has the most to do. */
async function readEmployees(client: Client): Promise<Employee[]> {
  const { rows } = await client.query<Employee>(`
    select distinct on (department) id, department
    from crm.employee
    left join lateral (
      select count(*) as records from (
        (select from crm.client where commercial_contact_id = employee.id limit 100000)
        union all
        (select from crm.event where support_contact_id = employee.id limit 100000)) record) work on true
    where active
    order by department, records desc, id`);
  if (rows.length > 0) return rows;
  throw new OperatorError(
    'There are no employees: no department has statements to measure.',
    'Measure a database with records: epic-server demo, or epic-server demo --scale 10k.',
  );
}

async function inRollback<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

/** What is measured, or why it is not: '' where the department may not do it. */
async function compare(
  client: Client,
  employee: Employee,
  { name, kind, text, parameters }: Operation,
  rounds: number,
): Promise<Omit<Comparison, 'holds'> | string> {
  const { department } = employee;
  const role = `epic_${department}`;
  const values = await readParameters(client, employee, parameters);
  if (values === null) return 'There is no record to try it on.';
  const bypassing = await createBypassingRole(client, role);
  const conditions = await readConditions(client, role, text);
  const side = (name: string, as: string, text: string) => ({
    run: (counts = 'off'): Promise<Explained> =>
      explain(client, employee, as, name, values, counts),
    prepare: async () => {
      await enter(client, employee, as);
      await client.query(`prepare ${name} as ${text}`);
    },
  });
  const policies = side('epic_cost_policies', role, underPolicies(text));
  const hand = side('epic_cost_by_hand', bypassing, byHand(text, conditions));

  const refusal = await trial(client, async () => {
    await policies.prepare();
    await hand.prepare();
    const explained = await policies.run();
    return kind === 'write' && explained.Plan['Actual Rows'] === 0;
  });
  if (refusal !== null) return refusal;
  await policies.prepare();
  await hand.prepare();

  const samples: { policies: Explained; hand: Explained }[] = [];
  let spent = 0;
  for (let turn = -WARM_UP; turn < rounds; turn++) {
    // The order alternates, so that neither always runs on what the other has just read.
    const early = turn % 2 === 0;
    const first = await (early ? policies : hand).run();
    const second = await (early ? hand : policies).run();
    if (turn < 0) continue;
    samples.push(early ? { policies: first, hand: second } : { policies: second, hand: first });
    spent += timeOf(first) + timeOf(second);
    if (spent > TIME_MS && turn >= LEAST_ROUNDS) break;
  }
  const times = {
    policies: median(samples.map(({ policies }) => timeOf(policies))),
    byHand: median(samples.map(({ hand }) => timeOf(hand))),
  };
  const plans = {
    policies: summaryOf(await policies.run('on')),
    byHand: summaryOf(await hand.run('on')),
  };
  return {
    department,
    operation: name,
    kind,
    rounds: samples.length,
    ...times,
    ratio: times.policies / times.byHand,
    plans: {
      ...plans,
      onlyPolicies: nodesOnlyIn(plans.policies, plans.byHand),
      onlyByHand: nodesOnlyIn(plans.byHand, plans.policies),
    },
  };
}

async function readParameters(
  client: Client,
  { id }: Employee,
  text: string | undefined,
): Promise<string[] | null> {
  if (text === undefined) return [];
  const { rows } = await client.query({
    text,
    values: text.includes('$1') ? [id] : [],
    rowMode: 'array',
  });
  const [row] = rows as unknown[][];
  return row === undefined || row.includes(null) ? null : row.map(String);
}

/** A role with the rights of a department that row-level security does not bind: gone with the transaction. */
async function createBypassingRole(client: Client, role: string): Promise<string> {
  const name = 'epic_cost_bypassing_policies';
  try {
    await client.query(`create role ${name} bypassrls in role ${role}`);
  } catch (error) {
    if (codeOf(error) !== '42501' && codeOf(error) !== '25006') throw error;
    throw new OperatorError(
      'One side of each comparison runs as a role that bypasses row-level security, and this login may not create one for the transaction.',
      'Log in as a superuser of a server that is no replica: DATABASE_ADMIN_URL.',
      error,
    );
  }
  return name;
}

async function readConditions(client: Client, role: string, text: string) {
  const found = new Map<string, Condition[]>();
  for (const { relation, verb } of marksOf(text)) {
    const { rows } = await client.query<Condition>(
      `select condition, depends_on as "dependsOn" from dba.policy_condition($1, $2, $3)`,
      [relation, role, verb],
    );
    found.set(`${verb} ${relation}`, rows);
  }
  return (relation: string, verb: string) => found.get(`${verb} ${relation}`) ?? [];
}

/** Sets and proves the claims for a role, and takes it on. */
async function enter(client: Client, { id, department }: Employee, role: string): Promise<void> {
  await client.query('reset role');
  await client.query(
    `select identity.set_claims($1, $2, null, $3, second_factor => true), set_config('role', $1, true)`,
    [role, id, department],
  );
}

async function explain(
  client: Client,
  employee: Employee,
  role: string,
  statement: string,
  values: readonly string[],
  counts: string, // `on` counts blocks, which takes time of its own for each node
): Promise<Explained> {
  await client.query('savepoint measured');
  await enter(client, employee, role);
  const list = values.map((value) => client.escapeLiteral(value)).join(', ');
  const { rows } = await client.query<{ 'QUERY PLAN': [Explained] }>(
    `explain (analyze, buffers ${counts}, timing off, format json) execute ${statement}${list && `(${list})`}`,
  );
  await client.query('rollback to measured');
  const [explained] = rows[0]?.['QUERY PLAN'] ?? [];
  if (explained === undefined) throw new Error('EXPLAIN gave no plan');
  return explained;
}

/** Why it cannot be measured; null where it can. What is refused to the department is no finding. */
async function trial(client: Client, work: () => Promise<boolean>): Promise<string | null> {
  await client.query('savepoint trial');
  try {
    return (await work()) ? '' : null;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !/^(42501|23|55|P0|EP)/.test(code)) throw error;
    return code === '42501' ? '' : `PostgreSQL refuses it: ${(error as Error).message}`;
  } finally {
    await client.query('rollback to trial');
    await client.query('deallocate all');
  }
}

/** identity.enter with a token that is made, and gone, here. */
async function measureEntering(client: Client, employees: readonly Employee[]): Promise<number> {
  const [employee] = employees;
  const { rows } = await client.query<{ id: string }>(
    `with opened as (insert into identity.session (employee_id) values ($1) returning id)
     insert into identity.access_token (secret_hash, session_id, expires_at)
     select sha256('cost'), id, now() + interval '15 minutes' from opened returning session_id as id`,
    [employee?.id],
  );
  await client.query(
    `insert into identity.credential (employee_id, password_hash, must_change)
     values ($1, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', false)
     on conflict (employee_id) do update set must_change = false`,
    [employee?.id],
  );
  await client.query(
    `prepare epic_cost_enter (integer, uuid, text) as select identity.enter($1, $2, $3, 'cost')`,
  );
  const times: number[] = [];
  for (let turn = -WARM_UP; turn < 100; turn++) {
    await client.query('savepoint measured');
    const explained = await client.query<{ 'QUERY PLAN': [Explained] }>(
      `explain (analyze, timing off, format json)
       execute epic_cost_enter(${employee?.id}, '${rows[0]?.id}', '${employee?.department}')`,
    );
    await client.query('rollback to measured');
    const [plan] = explained.rows[0]?.['QUERY PLAN'] ?? [];
    if (turn >= 0 && plan !== undefined) times.push(timeOf(plan));
  }
  return median(times);
}

const timeOf = (explained: Explained) => explained['Planning Time'] + explained['Execution Time'];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
