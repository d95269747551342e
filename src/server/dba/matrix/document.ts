import { type Block, code, type GridRow, heading, paragraph } from '../../document/block.ts';
import {
  formatColumns,
  groupByText,
  isExposed,
  isOwnerAccess,
  isSharedByDepartments,
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
  if (records.length === 0) return [];
  return [
    heading(2, 'Records of the API'),
    paragraph('The tables and views of schema `crm`, which the API exposes as far as is granted.'),
    ...records.flatMap((record) => recordBlocks(matrix, record)),
  ];
}

function internalTables(matrix: Matrix): Block[] {
  const records = matrix.records.filter((record) => !isExposed(record));
  if (records.length === 0) return [];
  const schemas = schemasOf(records).map(code).join(', ');
  return [
    heading(2, 'Internal tables'),
    paragraph(
      `Not exposed: the API reaches the tables of ${schemas} only through functions and views of \`crm\`, and under the ` +
        'policies below.',
    ),
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
  const row = ({ name }: { name: string }): GridRow => ({
    name: code(name),
    groups: verbs.map((verb) =>
      shown.map(
        (role) =>
          reached.find((one) => one.record === name && one.verb === verb && one.role === role)
            ?.rows ?? '–',
      ),
    ),
  });
  const bodies = [
    { title: 'Records of the API', rows: records.filter(isExposed).map(row) },
    {
      title: 'Internal tables',
      rows: records.filter((record) => !isExposed(record)).map(row),
    },
  ];
  return [
    heading(2, 'Overview'),
    paragraph(
      'Each word says which rows: `all`, none (–), or the last word of the policy’s name, such as `own` for ' +
        '`sales_update_own`; `any` means any of them, on a condition. What it means in full, and for which columns, is ' +
        `below.${shown.length > 1 ? ' Where the departments differ, it stands out, and a department that is not named there has none.' : ''}`,
    ),
    {
      kind: 'grid',
      head: 'record',
      groups: verbs,
      columns: shown.map(shortName),
      bodies: bodies.filter(({ rows }) => rows.length > 0),
    },
  ];
}

type RecordName = Matrix['records'][number];

/** A record in detail: who, which rows, which columns, by which grant and by which policies, which are quoted. */
export function recordBlocks(matrix: Matrix, { name, sentence }: RecordName): Block[] {
  const access = matrix.access.filter(
    (one) => one.record === name && !isSharedByDepartments(one, matrix),
  );
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
  const known = new Map<string, Policy>();
  for (const one of access) for (const policy of one.policies) known.set(policy.name, policy);
  if (known.size === 0) return [];
  return [{ kind: 'list', items: [...known.values()].map(policyItem) }];
}

function policyItem({ name, mode, sentence, using, check }: Policy): string[] {
  const first = `${code(name)}${mode === 'restrictive' ? ' (restrictive)' : ''}: ${sentence ?? 'no comment.'}`;
  if (using !== null && using === check) return [first, `using and with check ${code(using)}`];
  const lines = [first];
  if (using !== null) lines.push(`using ${code(using)}`);
  if (check !== null) lines.push(`with check ${code(check)}`);
  return lines;
}
