import type { Client } from 'pg';
import { neutralise, withScratchDatabase } from '../diff/reference.ts';
import { type Place, readPlace } from '../place.ts';
import {
  type Access,
  type Policy,
  type Role,
  readAccess,
  readRoles,
  type Table,
} from './access.ts';
import {
  columnsOf,
  conditionsOf,
  functionsUnder,
  policiesOf,
  VERBS,
  type Verb,
} from './condition.ts';
import { compareFunctions, type FunctionEffect } from './functions.ts';
import { type Check, type Measured, measure, type Part } from './measure.ts';
import { type PolicyChange, policyChanges, readable } from './policies.ts';
import { type Word, worst } from './word.ts';

/** What db/ would open and close in a database, on that database's own rows. */
export interface Effect {
  database: Place;
  word: Word;
  /** Whether anything is taken, whatever the word. */
  hasLost: boolean;
  /** Whether everything could be measured. */
  isComplete: boolean;
  records: RecordEffect[];
  functions: FunctionEffect[];
}

/** What changes for one verb of a record. */
export interface RecordEffect {
  word: Word;
  /** The table or view, with its schema. */
  table: string;
  verb: Verb;
  /** Only db/ has it. */
  isNew: boolean;
  policies: PolicyChange[];
  roles: RoleEffect[];
}

export interface RoleEffect {
  role: string;
  department: string | null;
  word: Word;
  columns: { gained: string[]; lost: string[] };
  /** A grant differs, and no policy opens a row to it. */
  isIdle: boolean;
  /** Null when only columns differ, or the table is new. */
  measured: Measured | null;
  unmeasured: Unmeasured[];
}

/** Why the change could not be measured, or not in full. */
export type Unmeasured =
  | { kind: 'missing function' | 'changed table' | 'no employee'; name: string }
  /** A policy reads its own table, which PostgreSQL refuses as a recursion. */
  | { kind: 'recursion'; name: string }
  | { kind: 'failure'; code: string; message: string };

/** Deploys db/ to a scratch database, and asks the other one what that would open; it is only read. */
export function effectOfFiles(
  { client, url }: { client: Client; url: string },
  signal: AbortSignal,
): Promise<Effect> {
  return withScratchDatabase(client, url, signal, (scratch) => {
    signal.throwIfAborted();
    return effectOf(client, scratch);
  });
}

/** What a database would permit more and less, were it to permit what another on this server does. */
export function effectOf(client: Client, changed: Client): Promise<Effect> {
  return reading(client, () => reading(changed, () => compare(client, changed)));
}

async function reading<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query(
    `begin isolation level repeatable read read only; set local lock_timeout = '10s'`,
  );
  try {
    await neutralise(client);
    return await work();
  } finally {
    await client.query('rollback');
  }
}

interface Pair {
  table: string;
  before: Table | undefined;
  after: Table | undefined;
}

async function compare(client: Client, changed: Client): Promise<Effect> {
  const roles = await readRoles([changed, client]);
  const [before, after] = [await readAccess(client, roles), await readAccess(changed, roles)];
  const names = [...new Set([...before.tables.keys(), ...after.tables.keys()])].sort();
  const pairs = names.map((table) => ({
    table,
    before: before.tables.get(table),
    after: after.tables.get(table),
  }));
  const altered = pairs.flatMap((pair) => readingChanges(pair, roles));

  const drafts = pairs.flatMap((pair) =>
    (Object.keys(VERBS) as Verb[]).flatMap((verb) => {
      const concerned = roles.flatMap((role) =>
        draftOf(pair, verb, role, { before, after, altered }),
      );
      const policies = policyChanges(pair, verb);
      return concerned.length === 0 && policies.length === 0
        ? []
        : [{ ...pair, verb, policies, concerned }];
    }),
  );
  const checks = drafts.flatMap(({ concerned }) => concerned.flatMap(({ check }) => check ?? []));
  const measured = new Map(
    (await measure(client, checks)).map((result, index) => [checks[index], result]),
  );
  const records = drafts
    .map(({ table, verb, policies, concerned, before }): RecordEffect => {
      const effects = concerned
        .map((draft) => roleEffect(draft, measured.get(draft.check ?? undefined) ?? null))
        .filter((one) => one.word !== 'NONE' || isWorthSaying(one));
      const word = worst(effects.map((one) => one.word));
      return { word, table, verb, isNew: before === undefined, policies, roles: effects };
    })
    // another verb's policy may decide here too, without any effect
    .filter(
      ({ policies, word, roles: effects }) =>
        policies.length > 0 || word !== 'NONE' || effects.some(({ isIdle }) => isIdle),
    );
  const functions = compareFunctions(before, after);
  const words = [...records, ...functions].map(({ word }) => word);
  return {
    database: await readPlace(client),
    word: worst(words),
    hasLost: words.includes('LOST') || records.some(takesSomething),
    isComplete:
      functions.every((one) => one.word !== 'UNKNOWN') &&
      records.every((record) => record.roles.every(({ unmeasured }) => unmeasured.length === 0)),
    records: await withReadableExpressions(changed, records),
    functions,
  };
}

/** A role for which grants or policies differ; without a check when rows are not concerned. */
interface Draft {
  role: Role;
  columns: RoleEffect['columns'];
  isIdle: boolean;
  check: Check | null;
  unmeasured: Unmeasured[];
}

function draftOf(
  pair: Pair,
  verb: Verb,
  role: Role,
  access: { before: Access; after: Access; altered: { table: string; role: Role }[] },
): Draft[] {
  const [before, after] = [pair.before, pair.after].map((table) => ({
    conditions: conditionsOf(table, role, verb),
    columns: columnsIn(table, role, verb),
    policies: policiesOf(table, role, verb),
  }));
  if (before === undefined || after === undefined) return [];
  const columns = {
    gained: after.columns.filter((column) => !before.columns.includes(column)),
    lost: before.columns.filter((column) => !after.columns.includes(column)),
  };
  const isSame =
    before.conditions.rows === after.conditions.rows &&
    before.conditions.written === after.conditions.written;
  // an owner has its privileges without a grant
  const isOwner = role.name === (pair.after ?? pair.before)?.owner;
  if (isOwner && isSame) return [];
  const isIdle =
    isSame &&
    [...columns.gained, ...columns.lost].length === 0 &&
    String(columnsOf(pair.before, role, verb)) !== String(columnsOf(pair.after, role, verb));
  if (isIdle) return [{ role, columns, isIdle, check: null, unmeasured: [] }];
  if (isSame && columns.gained.length === 0 && columns.lost.length === 0) return [];

  const read = [...before.policies, ...after.policies];
  const missing = [
    ...functionsUnder(
      access.after,
      after.policies.flatMap((one) => one.functions),
    ),
  ]
    .filter((name) => access.after.functions.has(name) && !access.before.functions.has(name))
    .map((name) => ({ kind: 'missing function' as const, name }));
  const tables = new Set(read.flatMap((policy) => policy.tables));
  const differing = access.altered
    .filter((one) => one.role === role && tables.has(one.table))
    .map(({ table }) => ({ kind: 'changed table' as const, name: table }));
  const recursive = after.policies
    .filter((policy) => readsItself(policy, pair.table))
    .map(({ name }) => ({ kind: 'recursion' as const, name }));
  if (isSame || pair.before === undefined)
    return [{ role, columns, isIdle, check: null, unmeasured: [] }];
  return [
    {
      role,
      columns,
      isIdle,
      check:
        missing.length > 0 || recursive.length > 0 || !pair.before.isTable
          ? null
          : {
              table: pair.before,
              role,
              before: before.conditions,
              after: after.conditions,
              columns: [...new Set(read.flatMap((policy) => policy.columns))].sort(),
              closedSets: closedSetsOf(pair, read),
            },
      unmeasured: [...missing, ...recursive, ...differing],
    },
  ];
}

// columns go by the name of the table alone: with its schema it is read in a subquery
function readsItself({ using, check }: Policy, table: string): boolean {
  return [using, check].some((text) => text?.split(/[\s(),]+/).includes(table));
}

/** The columns that a grant opens, unless no policy opens a row to it. */
function columnsIn(table: Table | undefined, role: Role, verb: Verb): string[] {
  const { rows, written } = conditionsOf(table, role, verb);
  return rows === 'false' || written === 'false' ? [] : (columnsOf(table, role, verb) ?? []);
}

function closedSetsOf({ before, after }: Pair, read: readonly Policy[]): Check['closedSets'] {
  const sets = [...(before?.closedSets ?? []), ...(after?.closedSets ?? [])].filter(({ column }) =>
    read.some(({ columns }) => columns.includes(column)),
  );
  const columns = [...new Set(sets.map(({ column }) => column))];
  return columns.map((column) => ({
    column,
    values: [...new Set(sets.flatMap((set) => (set.column === column ? set.values : [])))],
  }));
}

/** The roles that are to read other rows of a table than now: conditions of other tables may ask for them. */
function readingChanges({ table, before, after }: Pair, roles: readonly Role[]) {
  return roles
    .filter(
      (role) => conditionsOf(before, role, 'read').rows !== conditionsOf(after, role, 'read').rows,
    )
    .map((role) => ({ table, role }));
}

function roleEffect(
  { role, columns, isIdle, unmeasured }: Draft,
  measured: Measured | null,
): RoleEffect {
  const { failure = null } = measured ?? {};
  const parts = [...(measured?.parts ?? []), ...(measured?.withoutSession ?? [])];
  const isDeserted = role.department !== null && measured?.people === 0;
  const reasons: Unmeasured[] = [
    ...unmeasured,
    ...(failure === null ? [] : [{ kind: 'failure' as const, ...failure }]),
    ...(isDeserted ? [{ kind: 'no employee' as const, name: role.department ?? '' }] : []),
  ];
  const word = worst([
    columns.gained.length > 0 || parts.some(({ gained }) => gained.rows > 0) ? 'GAINED' : 'NONE',
    reasons.length > 0 ? 'UNKNOWN' : 'NONE',
    columns.lost.length > 0 || parts.some(({ lost }) => lost.rows > 0) ? 'LOST' : 'NONE',
  ]);
  return {
    role: role.name,
    department: role.department,
    word,
    columns,
    isIdle,
    measured,
    unmeasured: reasons,
  };
}

function takesSomething({ roles }: RecordEffect): boolean {
  const takes = ({ lost }: Part) => lost.rows > 0;
  return roles.some(
    ({ columns, measured }) => columns.lost.length > 0 || measured?.parts.some(takes) === true,
  );
}

// that nothing changes is news where a condition did
function isWorthSaying({ measured, isIdle }: RoleEffect): boolean {
  return measured !== null || isIdle;
}

async function withReadableExpressions(
  client: Client,
  records: readonly RecordEffect[],
): Promise<RecordEffect[]> {
  const printed = await readable(
    client,
    records.flatMap(({ policies }) => policies),
  );
  return records.map((record) => ({ ...record, policies: record.policies.map(printed) }));
}
