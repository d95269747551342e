import { showTime, withoutShowing } from '../locale/zone.ts';
import { type Column, figures } from './columns.ts';
import { formatCell } from './format.ts';
import type { Paint } from './paint.ts';
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
    rows.map((row) => formatCell(column.kind, column.value(row))),
  );
  const natural = cells.reduce((most, cell) => Math.max(most, width(cell)), width(column.label));
  const least =
    column.kind === 'text'
      ? Math.min(natural, Math.max(column.least ?? leastText, width(column.label)))
      : natural;
  return { column, natural, least, cells, times };
}

const leastTotal = (laid: readonly Laid<never>[]) =>
  laid.reduce((sum, { least }) => sum + least + gutter, -gutter);

/** Drops the least important columns until the rest can fit; priority 0 always stays. */
function dropToFit<Row>(laid: Laid<Row>[], maxWidth: number): Laid<Row>[] {
  const kept = [...laid];
  while (leastTotal(kept) > maxWidth) {
    const lowest = kept.reduce((low, next) =>
      (next.column.priority ?? 0) >= (low.column.priority ?? 0) ? next : low,
    );
    if (!lowest.column.priority) break;
    kept.splice(kept.indexOf(lowest), 1);
  }
  return kept;
}

/** Gives each text column what it asks for, or an even share of what is left. */
function shareWidth(laid: readonly Laid<never>[], maxWidth: number): number[] {
  const widths = laid.map(({ least }) => least);
  let spare = maxWidth - leastTotal(laid);
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

/**
 * The rows as a table at most `maxWidth` wide: text shortens with `…`, unimportant columns leave,
 * ids and amounts are always whole.
 */
export async function drawTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  maxWidth: number,
  paint: Paint,
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const laid = dropToFit(
    columns.map((column) => layOut(column, rows)),
    maxWidth,
  );
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
  return `${[head, ...body].map(draw).join('\n')}\n`;
}
