import { createHash, randomUUID } from 'node:crypto';
import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import type { Role, Table } from './access.ts';
import type { Conditions } from './condition.ts';

/** What is asked about the rows of a table, for one role and verb: the conditions of now, and those of db/. */
export interface Check {
  table: Table;
  role: Role;
  before: Conditions;
  after: Conditions;
  /** The columns that the conditions read: rows that agree in them are one group. */
  columns: readonly string[];
  /** Of these columns those that a constraint holds to a list of words. */
  closedSets: readonly { column: string; values: readonly string[] }[];
}

export interface Measured {
  /** How many were asked: the active employees of a department; 1 of another role. */
  people: number;
  parts: Part[];
  /** What the role gains and loses on a connection without a session; null when it never has a session. */
  withoutSession: Part[] | null;
  /** How many rows were looked at, when there are more. */
  first: number | null;
  /** How many rows were made up to be asked about, of a table that holds none. */
  madeUp: number | null;
  /** Why PostgreSQL could not evaluate a condition. */
  failure: { code: string; message: string } | null;
}

/** What changes about the rows as they are, about rows like them as they are written, or with a word of a closed set. */
export interface Part {
  about: { kind: 'rows' | 'written' } | { kind: 'value'; column: string; value: string };
  gained: Side;
  lost: Side;
}

export interface Side {
  /** The rows that at least one person gains or loses. */
  rows: number;
  /** Those who gain or lose any, and how many. A role without people is one, of no name. */
  people: { id: number | null; fullName: string | null; rows: number }[];
  /** Primary keys of some rows of the first of these people. */
  example: string[];
}

interface Person {
  id: number;
  fullName: string;
  department: string;
}

/** Rows that agree in all that is read. */
interface Group {
  rows: number;
  /** The first and the last of their primary keys. */
  low: string | null;
  high: string | null;
  /** What they agree in, as text and in the order of the columns. */
  agreed: (string | null)[];
}

interface Groups {
  list: Group[];
  /** The same as parameters, since a role that is asked may not read the table: the numbers, and each column. */
  parameters: string[];
  first: number | null;
  madeUp: number | null;
}

/** A statement that answers for one person at a time: for each word, the numbers of the groups that change. */
interface Probe {
  text: string;
  values: unknown[];
  about: (word: string) => Part['about'];
}

interface Answer {
  word: string;
  gained: number[] | null;
  lost: number[] | null;
}

interface Task {
  check: Check;
  groups: Groups;
  probes: Probe[];
  answers: (Answer & { probe: Probe; person: Person | null })[];
  failure: Measured['failure'];
}

/** Evaluations of a condition that take a second or two. */
const EVALUATIONS = 1_500_000;
const FEWEST_GROUPS = 1_000;
const MOST_GROUPS = 20_000;
const EXAMPLES = 3;

/**
 * Evaluates both conditions of each check as every person concerned, on groups of rows that agree in all that is read. In
 * the transaction of a superuser, which may be read-only.
 */
export async function measure(client: Client, checks: readonly Check[]): Promise<Measured[]> {
  const { rows: people } = await client.query<Person>(
    `select id, full_name as "fullName", department from crm.employee where active order by id`,
  );
  const membersOf = (role: Role) => people.filter((one) => one.department === role.department);
  const most = Math.floor(EVALUATIONS / Math.max(1, people.length));
  const limit = Math.min(MOST_GROUPS, Math.max(FEWEST_GROUPS, most));

  const tasks: Task[] = [];
  const known = new Map<string, Groups>();
  for (const check of checks) tasks.push(await prepare(client, check, limit, known, people));
  await client.query('savepoint epic_person');
  for (const role of new Set(checks.map((check) => check.role))) {
    const own = tasks.filter(({ check }) => check.role === role);
    const members = role.department === null ? [] : membersOf(role);
    for (const person of [...members, null]) await askAs(client, role, person, own);
  }
  await client.query('rollback to savepoint epic_person');
  return tasks.map((task) => measured(task, membersOf(task.check.role)));
}

async function prepare(
  client: Client,
  check: Check,
  limit: number,
  known: Map<string, Groups>,
  people: readonly Person[],
): Promise<Task> {
  const key = JSON.stringify([check.table.name, check.columns]);
  const task: Task = {
    check,
    groups: { list: [], parameters: [], first: null, madeUp: null },
    probes: probesOf(check),
    answers: [],
    failure: null,
  };
  await client.query('savepoint epic_groups');
  try {
    task.groups = known.get(key) ?? (await readGroups(client, check, limit, people));
    known.set(key, task.groups);
  } catch (error) {
    task.failure = failureOf(error);
    await client.query('rollback to savepoint epic_groups');
  }
  return task;
}

/** Groups all rows, or the first of them when there are more groups than `limit`; of an empty table rows made up. */
async function readGroups(
  client: Client,
  check: Check,
  limit: number,
  people: readonly Person[],
): Promise<Groups> {
  const { name, primaryKey } = check.table;
  const all = await group(client, check, name, limit + 1);
  if (all.length === 0) {
    const list = makeUp(check, people);
    return { ...numbered(list, check), first: null, madeUp: list.length };
  }
  if (all.length <= limit) return { ...numbered(all, check), first: null, madeUp: null };
  const keys = primaryKey.map(escapeIdentifier).join(', ');
  const some = `(select * from ${name} ${keys === '' ? '' : `order by ${keys}`} limit ${limit})`;
  const list = await group(client, check, some, limit);
  return { ...numbered(list, check), first: limit, madeUp: null };
}

/** Every combination of what conditions could ask of the columns that they read. */
function makeUp(
  { table, columns, closedSets, before, after }: Check,
  people: readonly Person[],
): Group[] {
  const conditions = [before, after].flatMap(({ rows, written }) => [rows, written]).join(' ');
  const literals = [...conditions.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = '']) =>
    word.replaceAll("''", "'"),
  );
  // the last employee of each department
  const ids = new Map(people.map(({ id, department }) => [department, String(id)])).values();
  const numbers = ['-1', '0', '1'];
  const moments = ['-infinity', 'now', 'infinity'];
  const known: Record<string, Iterable<string>> = {
    ...{ boolean: ['true', 'false'], text: ['', ...literals], uuid: [randomUUID()], jsonb: ['{}'] },
    ...{ integer: [...ids, ...numbers], bigint: numbers, numeric: numbers },
    ...{ date: moments, 'timestamp with time zone': moments },
  };
  const valuesOf = (column: string) => {
    const type = table.types[column]?.replace(/\(.*\)/, '') ?? '';
    const set = closedSets.find((closed) => closed.column === column)?.values;
    const values = set ?? known[type] ?? [];
    return [...new Set(values), ...(table.required.includes(column) ? [] : [null])];
  };
  let rows: (string | null)[][] = [[]];
  for (const column of columns) {
    rows = rows.flatMap((row) => valuesOf(column).map((value) => [...row, value]));
    rows = rows.slice(0, FEWEST_GROUPS);
  }
  return rows.map((agreed) => ({ rows: 1, low: null, high: null, agreed }));
}

async function group(
  client: Client,
  { table, columns }: Check,
  source: string,
  limit: number,
): Promise<Group[]> {
  const names = columns.map(escapeIdentifier);
  const key = table.primaryKey.map(escapeIdentifier).join(', ');
  const shown = table.hasNumericKey ? key : key === '' ? 'null' : `concat_ws(' ', ${key})`;
  const { rows } = await client.query<Group>(
    `select array[${names.map((name) => `${name}::text`).join(', ')}]::text[] as agreed,
            count(*)::integer as rows, min(${shown})::text as low, max(${shown})::text as high
     from ${source} as epic_row
     ${names.length === 0 ? 'having count(*) > 0' : `group by ${names.join(', ')}`}
     limit ${limit}`,
  );
  return rows;
}

function numbered(list: Group[], { columns }: Check): Pick<Groups, 'list' | 'parameters'> {
  const numbers = list.map((_, index) => String(index + 1));
  const values = columns.map((_, index) => list.map(({ agreed }) => agreed[index] ?? null));
  return { list, parameters: [numbers, ...values].map(arrayLiteral) };
}

// written once for all people
function arrayLiteral(values: readonly (string | null)[]): string {
  const written = values.map((value) =>
    value === null ? 'NULL' : `"${value.replaceAll(/["\\]/g, '\\$&')}"`,
  );
  return `{${written.join(',')}}`;
}

function probesOf(check: Check): Probe[] {
  const { table, columns, before, after, closedSets } = check;
  const inputs = columns.map((_, index) => `epic_${index}`);
  const groups = `unnest(${['$1::integer[]', ...inputs.map((_, index) => `$${index + 2}::text[]`)].join(', ')})
    as epic_group (${['epic_number', ...inputs].join(', ')})`;
  /** A row as policies see it, of the columns that they read. */
  const row = (override: Record<string, string> = {}) => {
    const cells = columns.map(
      (column, index) =>
        `(${override[column] ?? inputs[index]})::${table.types[column]} as ${escapeIdentifier(column)}`,
    );
    return `(select ${cells.join(', ')}) as ${escapeIdentifier(table.relation)}`;
  };
  const test = (condition: string | null) => `coalesce(${condition}, false)`;
  const sides = `
    array_agg(epic_number) filter (where epic_after and not epic_before) as gained,
    array_agg(epic_number) filter (where epic_before and not epic_after) as lost`;

  const asIs = (['rows', 'written'] as const)
    .filter((kind) => before[kind] !== after[kind])
    .map((kind) => ({
      text: `
        select '${kind}' as word, ${sides}
        from ${groups}
        cross join lateral (
          select ${test(before[kind])} as epic_before, ${test(after[kind])} as epic_after
          from ${row()}) epic_result`,
      values: [],
      about: () => ({ kind }),
    }));
  if (before.written === after.written) return asIs;

  // of rows that can be changed before and after: what else changes is in the rows
  const reached = before.rows === null ? 'true' : `${test(before.rows)} and ${test(after.rows)}`;
  const words = closedSets.map(({ column, values }) => ({
    text: `
      select epic_word as word, ${sides}
      from ${groups}
      cross join unnest($${columns.length + 2}::text[]) as epic_word
      cross join lateral (select ${reached} as epic_reached from ${row()}) epic_now
      cross join lateral (
        select ${test(before.written)} as epic_before, ${test(after.written)} as epic_after
        from ${row({ [column]: 'epic_word' })}) epic_result
      where epic_reached
      group by epic_word`,
    values: [values],
    about: (value: string) => ({ kind: 'value' as const, column, value }),
  }));
  return [...asIs, ...words];
}

/** Asks for one person, or for a connection without a session; role and claims end with the savepoint. */
async function askAs(
  client: Client,
  role: Role,
  person: Person | null,
  tasks: readonly Task[],
): Promise<void> {
  const claims = person === null ? NO_CLAIMS : claimsOf(person, role);
  const become = `rollback to savepoint epic_person; ${claims}; set local role ${escapeIdentifier(role.name)}`;
  await client.query(become);
  for (const task of tasks.filter(({ failure }) => failure === null)) {
    try {
      for (const probe of task.probes) {
        const values = [...task.groups.parameters, ...probe.values];
        const { rows } = await client.query<Answer>({
          name: nameOf(probe),
          text: probe.text,
          values,
        });
        task.answers.push(...rows.map((answer) => ({ ...answer, probe, person })));
      }
    } catch (error) {
      task.failure = failureOf(error);
      await client.query(become);
    }
  }
}

// PostgreSQL plans a named statement once for many people
function nameOf({ text }: Probe): string {
  return `epic_effect_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function claimsOf({ id, department }: Person, role: Role): string {
  const [name, word] = [role.name, department].map(escapeLiteral);
  return `select identity.set_claims(${name}, ${id}, null, ${word}, false, true)`;
}

const NO_CLAIMS = `
  select set_config('jwt.claims.' || name, '', true)
  from unnest(array['employee_id', 'session_id', 'department', 'read_only', 'second_factor', 'service_account', 'proof']) name`;

function failureOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
  return { code: error.code, message: error.message };
}

function measured(task: Task, members: readonly Person[]): Measured {
  const { check, groups, answers, failure } = task;
  const isDepartment = check.role.department !== null;
  const inSession = answers.filter(({ person }) => (person !== null) === isDepartment);
  const outside = answers.filter(({ person }) => person === null);
  return {
    people: isDepartment ? members.length : 1,
    parts: partsOf(inSession, groups),
    withoutSession: isDepartment ? partsOf(outside, groups) : null,
    first: groups.first,
    madeUp: groups.madeUp,
    failure,
  };
}

/** What changes for anyone, in the order in which it was asked. */
function partsOf(answers: Task['answers'], { list }: Groups): Part[] {
  const parts = Map.groupBy(answers, ({ probe, word }) => `${nameOf(probe)} ${word}`);
  return [...parts.values()]
    .map((own) => ({
      about: own[0]?.probe.about(own[0].word) ?? { kind: 'rows' as const },
      gained: sideOf(
        own.map(({ person, gained }) => ({ person, numbers: gained ?? [] })),
        list,
      ),
      lost: sideOf(
        own.map(({ person, lost }) => ({ person, numbers: lost ?? [] })),
        list,
      ),
    }))
    .filter(({ gained, lost }) => gained.rows > 0 || lost.rows > 0);
}

function sideOf(
  answers: readonly { person: Person | null; numbers: number[] }[],
  list: readonly Group[],
): Side {
  const concerned = answers.filter(({ numbers }) => numbers.length > 0);
  const sum = (numbers: readonly number[]) =>
    numbers.reduce((total, number) => total + (list[number - 1]?.rows ?? 0), 0);
  return {
    rows: sum([...new Set(concerned.flatMap(({ numbers }) => numbers))]),
    people: concerned.map(({ person, numbers }) => ({
      id: person?.id ?? null,
      fullName: person?.fullName ?? null,
      rows: sum(numbers),
    })),
    example: keysOf(concerned[0]?.numbers ?? [], list),
  };
}

/** The least keys that are known of these groups. */
function keysOf(numbers: readonly number[], list: readonly Group[]): string[] {
  const keys = numbers.flatMap((number) => {
    const { low = null, high = null } = list[number - 1] ?? {};
    return [low, high].filter((key) => key !== null);
  });
  const isNumber = keys.every((key) => /^-?\d+$/.test(key));
  const order = isNumber ? (one: string, other: string) => Number(one) - Number(other) : undefined;
  return [...new Set(keys)].sort(order).slice(0, EXAMPLES);
}
