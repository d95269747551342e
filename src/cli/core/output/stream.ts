import { once } from 'node:events';
import type { Column } from './columns.ts';
import { csvHeader, csvLine, json, plainObject, tsvLine } from './machine.ts';

/** How a list is written row by row. */
interface Lines<Row> {
  before: string;
  row(row: Row): string;
  between: string;
  /** `isEmpty`: after no row at all. */
  after(isEmpty: boolean): string;
}

function linesOf<Row>(format: 'tsv' | 'json' | 'csv', columns: readonly Column<Row>[]): Lines<Row> {
  const none = () => '';
  if (format === 'tsv') {
    return { before: '', row: (row) => tsvLine(columns, row), between: '', after: none };
  }
  if (format === 'csv') {
    const row = (row: Row) => csvLine(columns, row);
    return { before: csvHeader(columns), row, between: '', after: none };
  }
  return {
    before: '[',
    row: (row) => `\n${json(plainObject(columns, row)).trimEnd().replace(/^/gm, '  ')}`,
    between: ',',
    after: (isEmpty) => (isEmpty ? ']\n' : '\n]\n'),
  };
}

/** Writes rows as they come, and no faster than they are read: the same text as if they had come at once. */
export async function writeRows<Row>(
  stdout: NodeJS.WriteStream,
  format: 'tsv' | 'json' | 'csv',
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): Promise<void> {
  const lines = linesOf(format, columns);
  let text = lines.before;
  let isEmpty = true;
  for await (const rows of pages) {
    for (const row of rows) {
      text += (isEmpty ? '' : lines.between) + lines.row(row);
      isEmpty = false;
    }
    if (text && !stdout.write(text)) await once(stdout, 'drain');
    text = '';
  }
  stdout.write(text + lines.after(isEmpty));
}
