import type { Column } from './columns.ts';
import { formatCell, fullTime } from './format.ts';
import type { Paint } from './paint.ts';
import { blanks, printable, printableLines, width, wrapped } from './text.ts';

const gutter = 2;

/** One record as `label  value` lines of at most `maxWidth` columns; a long text goes on below itself, and keeps its line breaks. */
export function drawRecord<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  paint: Paint,
  maxWidth: number,
): string {
  const margin = Math.max(...columns.map(({ label }) => width(label))) + gutter;
  const lines = columns.map(({ kind, label, value }) => {
    const cell = value(row);
    let text = formatCell(kind, cell);
    if (kind === 'instant' && cell) text = fullTime(String(cell));
    if (kind === 'text' && cell) {
      text = wrapped(printableLines(String(cell)), maxWidth, ' '.repeat(margin)).slice(margin);
    }
    const name = printable(label) + blanks(label, margin);
    return `${paint.heading(name)}${paint.cell(kind, text)}\n`;
  });
  return lines.join('');
}
export type LabelledText = readonly [label: string, text: string];

/** `  Label   text` lines between blank ones, at most `maxWidth` wide; what is longer goes on below itself. */
export function drawLabelled(
  lines: readonly LabelledText[],
  paint: Paint,
  maxWidth: number,
): string {
  const margin = Math.max(...lines.map(([label]) => width(label))) + 4;
  const drawn = lines.map(([label, text]) => {
    const body = wrapped(printable(text), maxWidth, ' '.repeat(margin));
    const name = `  ${printable(label)}`;
    return `${paint.heading(name)}${blanks(name, margin)}${body.trimStart()}\n`;
  });
  return `\n${drawn.join('')}\n`;
}
