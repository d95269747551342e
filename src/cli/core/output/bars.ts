import { wordsOnly } from './marks.ts';
import type { Paint } from './paint.ts';
import { blanks, printable, shorten, width } from './text.ts';

const gutter = 2;
const leastBar = 6;
const mostBar = 40;
const leastText = 10;

/** A column of a chart: texts, or bars that are drawn to one scale. */
export type ChartColumn = { label: string } & (
  | { texts: readonly string[]; align: 'left' | 'right'; flexible?: true }
  | { bars: readonly number[] }
);

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of at most `maxWidth` columns, in eighths of one; a value above zero is always visible. */
export function bar(value: number, most: number, maxWidth: number): string {
  if (!(value > 0) || !(most > 0)) return '';
  const size = Math.max(1, Math.round((Math.min(value, most) / most) * maxWidth * 8));
  return '█'.repeat(Math.floor(size / 8)) + eighths[size % 8];
}

const isBar = (column: ChartColumn) => 'bars' in column;

const naturalWidth = (column: ChartColumn) =>
  'bars' in column
    ? leastBar
    : Math.max(width(column.label), ...column.texts.map((text) => width(printable(text))));

/** What each column gets: names shorten to make room for bars; where that is not enough, bars go, then the longest texts shorten. */
function widthsFor(columns: readonly ChartColumn[], maxWidth: number): number[] {
  const widths = columns.map(naturalWidth);
  const spare = () =>
    maxWidth - widths.reduce((sum, each) => (each > 0 ? sum + each + gutter : sum), -gutter);
  const shortenNames = () => {
    for (const [index, column] of columns.entries()) {
      if (!('flexible' in column)) continue;
      const natural = naturalWidth(column);
      widths[index] = natural;
      widths[index] = Math.min(natural, Math.max(leastText, natural + Math.min(0, spare())));
    }
  };
  const bars = columns.flatMap((column, index) => (isBar(column) ? [index] : []));
  shortenNames();
  if (spare() < 0) {
    for (const index of bars) widths[index] = 0;
    shortenNames();
  } else {
    const share = Math.floor(spare() / bars.length);
    for (const index of bars) widths[index] = Math.min(mostBar, leastBar + share);
  }
  const texts = columns.flatMap((column, index) =>
    'texts' in column && column.align === 'left' ? [index] : [],
  );
  for (let over = -spare(); over > 0 && texts.length > 0; over -= 1) {
    const longest = texts.reduce((one, other) =>
      (widths[other] ?? 0) > (widths[one] ?? 0) ? other : one,
    );
    widths[longest] = Math.max(leastText, (widths[longest] ?? 0) - 1);
  }
  return widths;
}

function drawCell(column: ChartColumn, row: number, maxWidth: number, most: number): string {
  if ('bars' in column) return bar(column.bars[row] ?? 0, most, maxWidth).padEnd(maxWidth);
  const text = shorten(printable(column.texts[row] ?? ''), maxWidth);
  const padding = blanks(text, maxWidth);
  return column.align === 'right' ? padding + text : text + padding;
}

/** Rows of texts and bars, at most `maxWidth` wide; the length of a bar says as much as its colour. */
export function drawChart(all: readonly ChartColumn[], paint: Paint, maxWidth: number): string {
  const columns = wordsOnly() ? all.filter((column) => !isBar(column)) : all;
  const widths = widthsFor(columns, maxWidth);
  const rows = Math.max(...columns.map((each) => ('bars' in each ? each.bars : each.texts).length));
  const line = (cell: (column: ChartColumn, maxWidth: number) => string) =>
    columns
      .flatMap((column, index) => {
        const given = widths[index] ?? 0;
        return given > 0 ? [cell(column, given)] : [];
      })
      .join(' '.repeat(gutter))
      .trimEnd();

  const head = line((column, given) => {
    const label = shorten(column.label, given);
    const padding = blanks(label, given);
    return 'texts' in column && column.align === 'right' ? padding + label : label + padding;
  });
  // One scale for all of them: what is signed and what is paid are compared at a glance.
  const most = Math.max(...columns.flatMap((column) => ('bars' in column ? column.bars : [])));
  const body = Array.from({ length: rows }, (_, row) =>
    line((column, given) => {
      const text = drawCell(column, row, given, most);
      return isBar(column) ? paint.bar(text) : text;
    }),
  );
  // Columns may speak for themselves.
  const lines = head === '' ? body : [paint.quiet(head), ...body];
  return `${lines.join('\n')}\n`;
}
