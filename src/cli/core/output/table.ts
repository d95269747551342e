import { showTime, withoutShowing } from '../locale/zone.ts';
import { type Column, figures } from './columns.ts';
import { formatCell, nothing } from './format.ts';
import type { Paint } from './paint.ts';
import { drawRecord } from './record.ts';
import { shorten, width, wrapped } from './text.ts';

const gutter = 2;
const leastText = 20;

interface Laid<Row> {
  column: Column<Row>;
  natural: number;
  least: number;
  cells: string[];
  /** Whether some are times. */
  times: boolean;
}

function layOut<Row>(column: Column<Row>, rows: readonly Row[]): Laid<Row> {
  const { result: cells, times } = withoutShowing(() =>
    rows.map((row) => formatCell(column.kind, column.value(row)).slice(0, column.abbreviated)),
  );
  const natural = cells.reduce((most, cell) => Math.max(most, width(cell)), width(column.label));
  const least =
    column.kind === 'text' && !column.whole
      ? Math.min(natural, Math.max(column.least ?? leastText, width(column.label)))
      : natural;
  return { column, natural, least, cells, times };
}

const totalOf = (laid: readonly Laid<never>[], size: 'least' | 'natural') =>
  laid.reduce((sum, each) => sum + each[size] + gutter, -gutter);

const isSame = ({ cells }: Laid<never>) =>
  cells.length > 1 && cells.every((cell) => cell === cells[0]);

const isEmpty = ({ cells }: Laid<never>) => cells[0] === nothing;

/**
 * Drops columns until the rest can fit: those that say the same in every row before a text has to be shortened, then
 * the least important ones. Where a wide one has left room, narrower ones return. Priority 0 always stays.
 */
function dropToFit<Row>(laid: readonly Laid<Row>[], maxWidth: number): Laid<Row>[] {
  const kept = [...laid];
  const drop = (candidates: readonly Laid<Row>[]) => {
    const lowest = candidates
      .filter(({ column }) => column.priority)
      .reduce<Laid<Row> | undefined>(
        (low, next) => ((next.column.priority ?? 0) >= (low?.column.priority ?? 0) ? next : low),
        undefined,
      );
    if (lowest) kept.splice(kept.indexOf(lowest), 1);
    return lowest !== undefined;
  };
  while (totalOf(kept, 'natural') > maxWidth && drop(kept.filter(isSame)));
  while (totalOf(kept, 'least') > maxWidth && drop(kept));
  const byImportance = laid.toSorted((a, b) => (a.column.priority ?? 0) - (b.column.priority ?? 0));
  for (const each of byImportance) {
    const more = laid.filter((other) => other === each || kept.includes(other));
    if (more.length > kept.length && !isSame(each) && totalOf(more, 'natural') <= maxWidth) {
      kept.splice(0, kept.length, ...more);
    }
  }
  return kept;
}

/** Ends the line that says what a table left out. */
export const howToSeeAll = 'All: --fields all';

/** The columns that a table left out for its width, with what is the same in every row, in one line if possible. */
function leftOut<Row>(
  laid: readonly Laid<Row>[],
  kept: readonly Laid<Row>[],
  maxWidth: number,
): string {
  const dropped = laid.filter((each) => !kept.includes(each) && !(isSame(each) && isEmpty(each)));
  if (dropped.length === 0) return '';
  const inLine = (withCells: boolean) => {
    const names = dropped.map((each) =>
      withCells && isSame(each) ? `${each.column.label} (${each.cells[0]})` : each.column.label,
    );
    return `Not shown: ${names.join(', ')}.`;
  };
  const full = inLine(true);
  return width(`${full} ${howToSeeAll}`) <= maxWidth ? full : inLine(false);
}

/** Gives each text column what it asks for, or an even share of what is left. */
function shareWidth(laid: readonly Laid<never>[], maxWidth: number): number[] {
  const widths = laid.map(({ least }) => least);
  let spare = maxWidth - totalOf(laid, 'least');
  while (spare > 0) {
    const hungry = laid.flatMap(({ natural }, index) =>
      (widths[index] ?? 0) < natural ? [index] : [],
    );
    if (hungry.length === 0) break;
    for (const index of hungry) {
      if (spare === 0) break;
      widths[index] = (widths[index] ?? 0) + 1;
      spare -= 1;
    }
  }
  return widths;
}

/** No borders: columns are told apart by the gutter. */
const chars = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: ' '.repeat(gutter),
};
const style = { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true };

/** A table, and what it left out for its width: empty for nothing. */
export interface Drawn {
  text: string;
  leftOut: string;
}

/**
 * The rows as a table at most `maxWidth` wide: text shortens with `…`, unimportant columns leave,
 * ids and amounts are always whole. Where that is still too wide, a record follows the other, each below its labels.
 */
export async function drawTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  maxWidth: number,
  paint: Paint,
): Promise<Drawn> {
  const all = columns.map((column) => layOut(column, rows));
  const laid = dropToFit(all, maxWidth);
  if (totalOf(laid, 'least') > maxWidth) {
    const records = rows.map((row) => drawRecord(columns, row, paint, maxWidth));
    return { text: records.join('\n'), leftOut: '' };
  }
  const { default: Table } = await import('cli-table3');
  if (laid.some(({ times }) => times)) showTime();
  const colWidths = shareWidth(laid, maxWidth);
  const colAligns = laid.map(({ column: { kind } }) => (figures.has(kind) ? 'right' : 'left'));
  // a table for each row: cli-table3 compares every cell with all those above it
  const draw = (row: string[]) => {
    const table = new Table({ chars, style, colWidths, colAligns });
    table.push(row);
    return table.toString().replace(/ +$/gm, '');
  };
  const head = laid.map(({ column: { label } }, index) =>
    paint.heading(shorten(label, colWidths[index] ?? 0)),
  );
  const body = rows.map((_, row) =>
    laid.map(({ column: { kind, wraps }, cells: texts }, index) => {
      const width = colWidths[index] ?? 0;
      const text = texts[row] ?? '';
      const lines = wraps ? wrapped(text, width, '').split('\n') : [text];
      return lines.map((line) => paint.cell(kind, shorten(line, width))).join('\n');
    }),
  );
  return {
    text: `${[head, ...body].map(draw).join('\n')}\n`,
    leftOut: leftOut(all, laid, maxWidth),
  };
}
