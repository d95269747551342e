import type { Item, Part } from '../../core/command/help-text.ts';
import { wrapped } from '../../core/output/text.ts';
import type { Page } from './page.ts';
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

function drawParts(parts: readonly Part[], cells: number): string[] {
  return parts.map((part) => {
    if (typeof part === 'string') return wrapped(part, cells, '');
    if ('lines' in part) return part.lines.map((line) => `  ${line}`).join('\n');
    const widest = Math.max(...part.items.map(({ term }) => term.length));
    return drawItems(part.items, Math.min(widest, widestTerm), cells).join('\n');
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
  for (const note of drawParts(page.notes, cells)) lines.push('', note);
  return `${lines.join('\n')}\n`;
}

/** A topic, the same way. */
export function drawTopic({ summary, parts }: Topic, cells: number): string {
  return `${[`${summary}.`, ...drawParts(parts, cells)].join('\n\n')}\n`;
}
