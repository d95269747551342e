import type { Paint } from './paint.ts';
import { printable, width, wrapped } from './text.ts';

const gutter = 3;

/** What happened when, one below the other: the times in a column, the texts wrapped beside them. */
export function drawTimeline(
  moments: readonly { when: string; text: string }[],
  paint: Paint,
  cells: number,
): string {
  const margin = Math.max(...moments.map(({ when }) => width(when))) + gutter;
  const lines = moments.map(({ when, text }) => {
    const beside = wrapped(printable(text), cells, ' '.repeat(margin)).slice(margin);
    return `${paint.quiet(when.padEnd(margin))}${beside}\n`;
  });
  return lines.join('');
}
