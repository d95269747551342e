import { wrapped } from '../output/text.ts';
import type { Item, Page } from './page.ts';
import type { Topic } from './topics.ts';

const widestTerm = 22;

function drawItems(items: readonly Item[], termCells: number, cells: number): string[] {
  return items.flatMap(({ term, about }) => {
    const margin = ' '.repeat(termCells + 4);
    const [first = '', ...rest] = wrapped(about, cells - margin.length, '').split('\n');
    const begin = `  ${term}`;
    const lines = rest.map((line) => `${margin}${line}`);
    // A long name has its line to itself.
    return term.length > termCells
      ? [begin, `${margin}${first}`, ...lines]
      : [`${begin.padEnd(margin.length)}${first}`.trimEnd(), ...lines];
  });
}

/** A page for a terminal that is so many cells wide. */
export function drawPage(page: Page, cells: number): string {
  const terms = page.groups.flatMap(({ items }) => items.map(({ term }) => term.length));
  const termCells = Math.min(Math.max(0, ...terms), widestTerm);
  const lines = [`Usage: epic ${page.usage}`, '', ...wrapped(page.about, cells, '').split('\n')];
  for (const { heading, items } of page.groups) {
    lines.push('', `${heading}:`, ...drawItems(items, termCells, cells));
  }
  if (page.examples.length > 0) lines.push('', 'Examples:');
  for (const [line, what] of page.examples) {
    lines.push(`  epic ${line}`);
    if (what) lines.push(`      ${what}`);
  }
  if (page.notes.length > 0) lines.push('');
  for (const note of page.notes) lines.push(...wrapped(note, cells, '').split('\n'));
  return `${lines.join('\n')}\n`;
}

/** A topic, the same way. */
export function drawTopic({ summary, parts }: Topic, cells: number): string {
  const drawn = parts.map((part) => {
    if (typeof part === 'string') return wrapped(part, cells, '');
    if ('lines' in part) return part.lines.map((line) => `  ${line}`).join('\n');
    const widest = Math.max(...part.items.map(({ term }) => term.length));
    return drawItems(part.items, Math.min(widest, widestTerm), cells).join('\n');
  });
  return `${[`${summary}.`, ...drawn].join('\n\n')}\n`;
}
