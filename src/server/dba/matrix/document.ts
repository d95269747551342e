import { type Block, code, type GridRow, heading, paragraph } from '../../document/block.ts';
import {
  expressionsOf,
  formatColumns,
  groupByText,
  headOfPolicy,
  isExposed,
  isOwnerAccess,
  isSharedByAll,
  limitsOf,
  noteMark,
  overviewWord,
  policiesOf,
  rolesOf,
  schemasOf,
  standardVerbs,
  verbsOf,
  withoutRepetition,
} from './format.ts';
import { type Access, type Matrix, type Policy, type Selection, shortName } from './matrix.ts';
import {
  functionBlocks,
  holdingBlocks,
  newObjectBlocks,
  newTableBlocks,
  wayAroundBlocks,
} from './sections.ts';

/** The matrix as a page: an overview, every record in detail, and what there is besides records. */
export function matrixDocument({ matrix, shown }: Selection): Block[] {
  return [
    heading(1, 'Who may do what'),
    paragraph(
      'This page is the output of `epic-server policies matrix`: it is read from the catalogue of a ' +
        'database, not written by hand. The same, in psql: `select * from dba.access_matrix`.',
    ),
    ...(matrix.records.length > 1 ? [{ kind: 'contents' as const }] : []),
    ...overviewBlocks(matrix, shown),
    ...exposedRecords(matrix),
    ...internalTables(matrix),
    ...newTableBlocks(matrix),
    ...functionBlocks(matrix),
    ...wayAroundBlocks(matrix),
    ...holdingBlocks(matrix),
    ...newObjectBlocks(matrix),
  ];
}

function exposedRecords(matrix: Matrix): Block[] {
  const records = matrix.records.filter(isExposed);
  const [first] = records;
  if (first === undefined) return [];
  const of = `The tables and views of schema ${code(first.schema)}`;
  return [
    heading(2, 'Records of the API'),
    paragraph(
      first.schema === 'crm' ? `${of}, which the API exposes as far as is granted.` : `${of}.`,
    ),
    ...records.flatMap((record) => recordBlocks(matrix, record)),
  ];
}

function internalTables(matrix: Matrix): Block[] {
  const records = matrix.records.filter((record) => !isExposed(record));
  if (records.length === 0) return [];
  const schemas = schemasOf(records).map(code).join(', ');
  return [
    heading(2, matrix.records.some(isExposed) ? 'Internal tables' : 'Records'),
    ...(matrix.records.some(({ schema }) => schema === 'crm')
      ? [
          paragraph(
            `Not exposed: the API reaches the tables of ${schemas} only through functions and views of \`crm\`, and under the ` +
              'policies below.',
          ),
        ]
      : []),
    ...records.flatMap((record) => recordBlocks(matrix, record)),
  ];
}

/** One row for each record that one of these roles reaches, with a word for each verb and role. */
export function overviewBlocks(matrix: Matrix, shown: readonly string[]): Block[] {
  // What none of them reaches is the business of the database's own functions.
  const reached = matrix.access.filter(({ role }) => shown.includes(role));
  const records = matrix.records.filter(({ name }) => reached.some((one) => one.record === name));
  if (records.length === 0) return [];
  const recordNames = new Set(records.map(({ name }) => name));
  const verbs = [
    ...new Set([
      ...standardVerbs,
      ...matrix.access.filter(({ record }) => recordNames.has(record)).map(({ verb }) => verb),
    ]),
  ];
  const limits = limitsOf(reached);
  const row = ({ name }: { name: string }): GridRow => ({
    name: code(name),
    groups: verbs.map((verb) =>
      shown.map((role) =>
        overviewWord(
          reached.find((one) => one.record === name && one.verb === verb && one.role === role),
          limits,
        ),
      ),
    ),
  });
  const grids = [
    { head: 'Records of the API', rows: records.filter(isExposed).map(row) },
    {
      head: records.some(isExposed) ? 'Internal tables' : 'Records',
      rows: records.filter((record) => !isExposed(record)).map(row),
    },
  ];
  return [
    heading(2, 'Overview'),
    paragraph(
      'The words say which rows, and come from what the policies ask: `all`, none (–), `own` (a column of the row is the ' +
        'caller), `draft` (its status), `of own contract` (it belongs to one), `if …` (a condition on the session), `before → ' +
        'after` where a change may go from one to the other. A condition for which there is no word is quoted. The policies ' +
        `in full, and the columns, are below.${shown.length > 1 ? ' Where the roles differ, it stands out, and a role that is not named there has none.' : ''}`,
    ),
    ...grids
      .filter(({ rows }) => rows.length > 0)
      .map((grid) => ({
        kind: 'grid' as const,
        ...grid,
        groups: verbs,
        columns: shown.map(shortName),
      })),
    ...limits.map((limit, index) => paragraph(`${noteMark(index)} ${limit}.`)),
  ];
}

type RecordName = Matrix['records'][number];

/** A record in detail: who, which rows, which columns, by which grant and by which policies, which are quoted. */
export function recordBlocks(matrix: Matrix, { name, sentence }: RecordName): Block[] {
  const access = matrix.access.filter((one) => one.record === name && !isSharedByAll(one, matrix));
  // One line for all of whom the same is true.
  const rows = verbsOf(matrix, name).flatMap((verb) =>
    groupByText(
      access.filter((one) => one.verb === verb),
      (one) => JSON.stringify(cellsOf(one)),
    ).flatMap(({ items }) =>
      items.slice(0, 1).map((one) => [verb, rolesOf(items), ...cellsOf(one)]),
    ),
  );
  return [
    heading(3, code(name)),
    ...(sentence ? [paragraph(sentence)] : []),
    {
      kind: 'table',
      head: ['verb', 'who', 'rows', 'columns', 'granted', 'policies'],
      rows: withoutRepetition(rows),
    },
    ...withheld(access),
    ...policies(access),
  ];
}

function cellsOf(access: Access): string[] {
  const { rows, columns, withheld, via, note } = access;
  return [
    note === null ? rows : `${rows} (${note})`,
    columns !== null && withheld !== null
      ? columns.map(code).join(', ')
      : (formatColumns(access) ?? '–'),
    via ?? '–',
    access.policies.map(({ name }) => code(name)).join(', ') || '–',
  ];
}

function withheld(access: readonly Access[]): Block[] {
  const sentences = ['create', 'update'].flatMap((verb) => {
    const granted = access.filter((one) => one.verb === verb && !isOwnerAccess(one));
    const [first, ...others] = granted.map((one) => one.withheld ?? []);
    const left = first?.filter((column) => others.every((columns) => columns.includes(column)));
    if (left === undefined || left.length === 0) return [];
    return `Nobody ${verb === 'create' ? 'enters' : 'changes'} ${left.map(code).join(', ')} by hand.`;
  });
  return sentences.length > 0 ? [paragraph(sentences.join(' '))] : [];
}

function policies(access: readonly Access[]): Block[] {
  const found = policiesOf(access);
  if (found.length === 0) return [];
  return [{ kind: 'list', items: found.map(policyItem) }];
}

function policyItem(policy: Policy): string[] {
  return [
    headOfPolicy(policy, code),
    ...expressionsOf(policy).map(({ clause, expression }) => `${clause} ${code(expression)}`),
  ];
}
