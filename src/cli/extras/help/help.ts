import type { Section } from '../../core/command/entry.ts';
import type { Item, Part } from '../../core/command/help-text.ts';
import type { Resolved } from '../../core/command/resolve.ts';
import { usageError } from '../../core/errors.ts';
import { wrapped } from '../../core/output/text.ts';
import { didYouMean } from '../../core/text/words.ts';
import { commandPage, nounPage, type Page, rootPage } from './page.ts';
import { type Topic, topics } from './topics.ts';

const widestTerm = 22;

function drawItems(items: readonly Item[], termWidth: number, width: number): string[] {
  return items.flatMap(({ term, about }) => {
    const margin = ' '.repeat(termWidth + 4);
    const [first = '', ...rest] = wrapped(about, width - margin.length, '').split('\n');
    const lines = rest.map((line) => `${margin}${line}`);
    // a long term has a line of its own
    return term.length > termWidth
      ? [wrapped(term, width, '  '), `${margin}${first}`, ...lines]
      : [`${`  ${term}`.padEnd(margin.length)}${first}`.trimEnd(), ...lines];
  });
}

function drawParts(parts: readonly Part[], width: number): string[] {
  return parts.map((part) => {
    if (typeof part === 'string') return wrapped(part, width, '');
    if ('lines' in part) return part.lines.map((line) => `  ${line}`).join('\n');
    const widest = Math.max(...part.items.map(({ term }) => term.length));
    return drawItems(part.items, Math.min(widest, widestTerm), width).join('\n');
  });
}

/** An example, in lines that a shell reads as one: it breaks before flags. */
function drawCommand(example: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of `epic ${example}`.split(/ (?=--)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 5 <= width) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else lines.push(last === undefined ? part : `  ${part}`);
  }
  return lines.map((line, index) => `  ${line}${index < lines.length - 1 ? ' \\' : ''}`);
}

/** A page for a terminal of this width. */
export function drawPage(page: Page, width: number): string {
  const terms = page.groups.flatMap(({ items }) => items.map(({ term }) => term.length));
  const termWidth = Math.min(Math.max(0, ...terms), widestTerm);
  const lines = [`Usage: epic ${page.usage}`, '', ...wrapped(page.about, width, '').split('\n')];
  for (const { heading, items } of page.groups) {
    lines.push('', `${heading}:`, ...drawItems(items, termWidth, width));
  }
  if (page.examples.length > 0) lines.push('', 'Examples:');
  for (const [line, what] of page.examples) {
    lines.push(...drawCommand(line, width));
    if (what) lines.push(wrapped(what, width, '      '));
  }
  for (const note of drawParts(page.notes, width)) lines.push('', note);
  return `${lines.join('\n')}\n`;
}

/** A topic, the same way. */
export function drawTopic({ summary, parts }: Topic, width: number): string {
  return `${[`${summary}.`, ...drawParts(parts, width)].join('\n\n')}\n`;
}

/** The help that a command line asks for: on a topic, a command, a noun, or all of it. */
export async function helpOn(
  { line, noun, command, args }: Resolved,
  sections: readonly Section[],
  width: number,
): Promise<string> {
  if (command) return drawPage(commandPage(command, noun), width);
  if (noun) return drawPage(nounPage(noun, (await noun.load()).commands), width);
  const [word] = args;
  if (line.words[0] === 'help' && word !== undefined) {
    const topic = topics.find(({ name }) => name === word);
    if (topic) return drawTopic(topic, width);
    const entries = sections.flatMap((each): readonly { name: string }[] =>
      'nouns' in each ? each.nouns : each.commands,
    );
    const known = [...entries, ...topics].map(({ name }) => name);
    throw usageError(
      `There is no help on “${word}”.`,
      didYouMean(word, known) ?? 'See the commands and topics: epic help',
    );
  }
  return drawPage(rootPage(sections, topics), width);
}
