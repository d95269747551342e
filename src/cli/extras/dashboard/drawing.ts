import { type ChartColumn, drawChart } from '../../core/output/bars.ts';
import type { Paint } from '../../core/output/paint.ts';
import { blanks, printable, shorten, width } from '../../core/output/text.ts';
import type { Suggestion } from './next.ts';
import type { DaySection } from './sections.ts';

/** Beyond this, what is at the end of a line is too far from its beginning. */
const widest = 120;

/** How many rows each section may show, so that all of it fits; every one shows at least one. */
function shares(sections: readonly DaySection[], spare: number): number[] {
  const given = sections.map(() => 1);
  for (let left = spare - sections.length; left > 0; ) {
    const hungry = sections.flatMap(({ rows }, nth) => ((given[nth] ?? 0) < rows ? [nth] : []));
    if (hungry.length === 0) break;
    for (const nth of hungry.slice(0, left)) given[nth] = (given[nth] ?? 0) + 1;
    left -= hungry.length;
  }
  return given;
}

const first = (column: ChartColumn, rows: number): ChartColumn =>
  'bars' in column
    ? { ...column, bars: column.bars.slice(0, rows) }
    : { ...column, texts: column.texts.slice(0, rows) };

function titleLine({ title, count, rest }: DaySection, rows: number, paint: Paint, cells: number) {
  const named = `${title} (${count})`;
  if (count <= rows) return paint.heading(named);
  const more = `${count - rows} more: ${rest}`;
  const space = cells - width(named) - width(more);
  return space < 2
    ? paint.heading(named)
    : paint.heading(named) + ' '.repeat(space) + paint.quiet(more);
}

function drawSection(section: DaySection, rows: number, paint: Paint, cells: number): string {
  const shown = section.columns.map((column) => first(column, rows));
  const body = drawChart(shown, paint, cells - 2).replace(/^(?=.)/gm, '  ');
  return `${titleLine(section, rows, paint, cells)}\n${body}`;
}

function drawNext(next: readonly Suggestion[], paint: Paint, cells: number): string {
  const margin = Math.max(...next.map(([line]) => width(line))) + 2;
  const lines = next.map(([line, what]) => {
    const room = cells - margin - 2;
    const beside = room > 10 ? paint.quiet(shorten(printable(what), room)) : '';
    return `  ${line}${blanks(line, margin)}${beside}`.trimEnd();
  });
  return `${[paint.heading('What to type next'), ...lines].join('\n')}\n`;
}

/** A day on one screen of so many cells and lines: its sections, and what to type next. */
export function drawDay(
  day: { heading: string; sections: readonly DaySection[]; next: readonly Suggestion[] },
  paint: Paint,
  screen: number,
  lines: number,
): string {
  const cells = Math.min(screen, widest);
  const { heading, sections, next } = day;
  // The heading, a blank line and a title for each part, and the line where the person types.
  const taken = 1 + 2 * sections.length + 2 + next.length + 1;
  const rows = shares(sections, lines - taken);
  const drawn = sections.map((each, nth) => drawSection(each, rows[nth] ?? 1, paint, cells));
  const parts = drawn.length > 0 ? drawn : ['Nothing is waiting for you.\n'];
  return [`${shorten(printable(heading), cells)}\n`, ...parts, drawNext(next, paint, cells)].join(
    '\n',
  );
}
