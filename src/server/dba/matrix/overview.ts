import { type Block, code, type GridRow, heading, paragraph } from '../../document/block.ts';
import { type Matrix, shortName } from './matrix.ts';
import { everydayVerbs, isExposed } from './words.ts';

/** One row for each record that one of these roles reaches, with a word for each verb and role. */
export function overviewBlocks(matrix: Matrix, shown: readonly string[]): Block[] {
  // What none of them reaches is the business of the database's own functions.
  const reached = matrix.access.filter(({ role }) => shown.includes(role));
  const records = matrix.records.filter(({ name }) => reached.some((one) => one.record === name));
  if (records.length === 0) return [];
  const listed = new Set(records.map(({ name }) => name));
  const verbs = [
    ...new Set([
      ...everydayVerbs,
      ...matrix.access.filter(({ record }) => listed.has(record)).map(({ verb }) => verb),
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
