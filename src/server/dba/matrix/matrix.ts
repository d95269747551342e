import type { Client } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import { wrapHanging } from '../text.ts';

/** Who may do what, from the catalogue; the output of `policies matrix --format json`. */
export type Matrix = {
  /** The tables and views that a role has access to, in the order of `access`. */
  records: { name: string; schema: string; sentence: string | null }[];
  /** One for each record, verb and role with a grant or a policy; everything else is denied. */
  access: Access[];
  functions: Callable[];
  waysAround: WayAround[];
  holdings: Holding[];
  /** Default privileges. */
  newObjects: NewObject[];
  roles: { name: string; sentence: string | null }[];
  /** The roles that are columns, in order: the departments, or what the logins of another API may become. */
  shown: string[];
};

export type Access = {
  /** Without its schema if that is crm or public. */
  record: string;
  /** read, create, update, delete; also truncate, references, trigger, maintain. */
  verb: string;
  /** `public` is every role. */
  role: string;
  /** `all`, `closed`, or what the policies ask, in words: `own draft`. */
  rows: string;
  /** What restrictive policies ask, which `rows` ends with. */
  limits: string | null;
  /** The columns with and without a grant; null for a verb on whole rows. */
  columns: string[] | null;
  withheld: string[] | null;
  /** `directly`, `by epic_employee`, `by PUBLIC`, `as owner`; null when there is no grant. */
  via: string | null;
  policies: Policy[];
  /** Why it is closed, or why no policy stands in the way. */
  note: string | null;
};

export type Policy = {
  name: string;
  mode: 'permissive' | 'restrictive';
  sentence: string | null;
  using: string | null;
  check: string | null;
};

export type Callable = {
  role: string;
  function: string;
  arguments: string;
  via: string;
  /** `the caller`, or the owner of a security definer function. */
  runsAs: string;
  sentence: string | null;
  note: string | null;
};

export type WayAround = {
  kind: string;
  name: string;
  runsAs: string | null;
  /** Roles. */
  reachedBy: string[];
  /** Records whose writes fire it, as a trigger. */
  firedBy: string[];
  sentence: string | null;
};

export type Holding = {
  role: string;
  kind: string;
  privilege: string;
  object: string;
  via: string;
};

export type NewObject = {
  creator: string;
  kind: string;
  /** Null: in any schema. */
  schema: string | null;
  role: string;
  privilege: string;
};

/** Reads the whole matrix, in the snapshot of the caller. */
export async function readMatrix(client: Client): Promise<Matrix> {
  const access = await rowsOf<Access>(client, accessQuery);
  const matrix = {
    records: await rowsOf<Matrix['records'][number]>(client, recordsQuery),
    access,
    functions: await rowsOf<Callable>(
      client,
      `select role, function, arguments, via, runs_as as "runsAs", sentence, note from dba.function_privilege`,
    ),
    waysAround: await rowsOf<WayAround>(
      client,
      `select kind, name, runs_as as "runsAs", coalesce(reached_by, '{}') as "reachedBy",
           coalesce(fired_by, '{}') as "firedBy", sentence
         from dba.rls_bypass`,
    ),
    holdings: await rowsOf<Holding>(
      client,
      'select role, kind, privilege, object, via from dba.other_privilege',
    ),
    newObjects: await rowsOf<NewObject>(
      client,
      'select creator, kind, schema_name as schema, role, privilege from dba.default_privilege order by 1, 2, 3, 4, 5',
    ),
    roles: await rowsOf<Matrix['roles'][number]>(
      client,
      'select name, sentence from dba.role order by name',
    ),
    shown: (
      await rowsOf<{ role: string }>(client, 'select role from dba.shown_role order by position')
    ).map(({ role }) => role),
  };
  const records = new Set(access.map(({ record }) => record));
  const roles = new Set(access.map(({ role }) => role));
  return {
    ...matrix,
    records: matrix.records.filter(({ name }) => records.has(name)),
    shown: matrix.shown.filter((role) => roles.has(role)),
  };
}

/** A part of a matrix, the roles that are shown as columns, and what about them a table shows. */
export type Selection = {
  matrix: Matrix;
  shown: readonly string[];
  detail: 'overview' | 'record' | 'role' | 'functions';
};

/** What is wanted of a matrix: all of it, one record, one role, or both. */
export type Wanted = {
  record?: string | undefined;
  role?: string | undefined;
  functions?: boolean | undefined;
};

/** The part about one record, one role, or both. Throws an OperatorError when it is empty. */
export function select(
  matrix: Matrix,
  { record, role, functions = false }: Wanted = {},
): Selection {
  const recordName = record === undefined ? null : findRecord(matrix, record);
  const roleName = role === undefined ? null : findRole(matrix, role);
  if (recordName === null && roleName === null && !functions)
    return { matrix, shown: matrix.shown, detail: 'overview' };

  const isItsRecord = (name: string | null) => recordName === null || name === recordName;
  const isItsRole = (name: string) => roleName === null || name === roleName;
  const access = matrix.access.filter(
    (one) => !functions && isItsRecord(one.record) && isItsRole(one.role),
  );
  const ofRole = <Item extends { role: string }>(items: Item[]) =>
    recordName === null ? items.filter((one) => isItsRole(one.role)) : [];
  const callable = ofRole(matrix.functions);
  const isReached = ({ name, reachedBy }: WayAround) =>
    roleName === null ||
    [roleName, 'PUBLIC'].some((role) => reachedBy.includes(role)) ||
    callable.some((one) => one.function === name);
  return {
    detail: functions ? 'functions' : recordName === null ? 'role' : 'record',
    shown: roleName === null ? matrix.shown : [roleName],
    matrix: {
      records: matrix.records.filter(({ name }) => access.some((one) => one.record === name)),
      access,
      functions: callable,
      waysAround: functions ? matrix.waysAround.filter(isReached) : [],
      holdings: ofRole(matrix.holdings),
      newObjects: ofRole(matrix.newObjects),
      roles: matrix.roles.filter(({ name }) => isItsRole(name)),
      shown: matrix.shown,
    },
  };
}

function findRecord(matrix: Matrix, wanted: string): string {
  const names = matrix.records.map(({ name }) => name);
  const found = names.find((name) => name === wanted || `crm.${name}` === wanted);
  if (found !== undefined) return found;
  throw new OperatorError(`Nobody has access to a record ${wanted}.`, thereAre(names));
}

function findRole(matrix: Matrix, wanted: string): string {
  const names = [...matrix.roles.map(({ name }) => name), 'public'];
  const found = names.find((name) => name === wanted.toLowerCase() || name === `epic_${wanted}`);
  if (found !== undefined) return found;
  throw new OperatorError(
    `Nothing is granted to a role ${wanted}.`,
    thereAre(names.map(shortName)),
  );
}

function thereAre(names: readonly string[]): string {
  return wrapHanging(`There are: ${names.join(', ')}.`, '  ')
    .join('\n')
    .trimStart();
}

/** How people call a role: sales for epic_sales, PUBLIC for public. */
export function shortName(role: string): string {
  return role === 'public' ? 'PUBLIC' : role.replace(/^epic_/, '');
}

async function rowsOf<Row>(client: Client, text: string): Promise<Row[]> {
  return (await client.query<Row & Record<string, unknown>>(text)).rows;
}

const accessQuery = `
  select record, verb, role, rows, limits, columns, withheld, via, note,
    coalesce((
      select json_agg(json_build_object('name', name, 'mode', mode, 'sentence', sentence, 'using', using_text, 'check', check_text))
      from unnest(policies, modes, sentences, using_expressions, check_expressions)
        as policy (name, mode, sentence, using_text, check_text)), '[]') as policies
  from dba.access_matrix`;

const recordsQuery = `
  select name, schema_name as schema, sentence from dba.record
  order by strpos(name, '.') > 0, name collate "C"`;
