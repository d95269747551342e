import type { Paint } from './paint.ts';
import { blanks, printable, width, wrapped } from './text.ts';

export type OutlineLine = readonly [label: string, text: string];

/** `  Label   text` lines between blank ones, at most `cells` wide; what is longer goes on below itself. */
export function drawOutline(lines: readonly OutlineLine[], paint: Paint, cells: number): string {
  const margin = Math.max(...lines.map(([label]) => width(label))) + 4;
  const drawn = lines.map(([label, text]) => {
    const body = wrapped(printable(text), cells, ' '.repeat(margin));
    const name = `  ${printable(label)}`;
    return `${paint.heading(name)}${blanks(name, margin)}${body.trimStart()}\n`;
  });
  return `\n${drawn.join('')}\n`;
}
