import { type ChartColumn, drawChart } from '../../core/output/bars.ts';
import type { Paint } from '../../core/output/paint.ts';
import { drawn, lengths, type Section, total } from './section.ts';

function columnsOf(section: Section): ChartColumn[] {
  return drawn(section).flatMap(({ column, texts }): ChartColumn[] => {
    const isName = column.role === 'name';
    const ofAll = section.rows > 1 && (isName ? 'Total' : total(column));
    const text: ChartColumn = {
      label: column.label,
      texts: ofAll ? [...texts, ofAll] : texts,
      align: ['number', 'money'].includes(column.kind) ? 'right' : 'left',
      ...(isName && { flexible: true }),
    };
    // A bar stands beside its number.
    return column.bar ? [text, { label: '', bars: lengths(column) }] : [text];
  });
}

/** A report on a terminal: its sections one below the other, with bars. */
export function drawReport(
  heading: string,
  sections: readonly Section[],
  paint: Paint,
  cells: number,
): string {
  const parts = sections.map((section) => {
    const body = section.rows
      ? drawChart(columnsOf(section), paint, cells)
      : `${section.ifEmpty}\n`;
    return `\n${paint.heading(section.title)}\n${body}`;
  });
  return `${heading}\n${parts.join('')}`;
}
