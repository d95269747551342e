import type { Item, Part } from '../../src/cli/core/command/help-text.ts';
import type { Page } from '../../src/cli/extras/help/page.ts';
import type { Topic } from '../../src/cli/extras/help/topics.ts';
import type { Manual } from './manual.ts';

/** A manual page in the macros of man(7), by the name of its file. */
export type ManualPages = ReadonlyMap<string, string>;

/** A text as roff takes it: no character of it is a command, none needs an encoding. */
function escaped(text: string): string {
  const ascii = [...text.replaceAll('\\', String.raw`\e`).replaceAll('-', String.raw`\-`)]
    .map((char) => {
      const point = char.codePointAt(0) ?? 0;
      return point < 0x80 ? char : `\\[u${point.toString(16).toUpperCase().padStart(4, '0')}]`;
    })
    .join('');
  return /^[.']/.test(ascii) ? `\\&${ascii}` : ascii;
}

const quoted = (text: string) => `"${escaped(text).replaceAll('"', String.raw`\(dq`)}"`;

const list = (items: readonly Item[]): string[] =>
  items.flatMap(({ term, about }) => ['.TP', `.B ${quoted(term)}`, escaped(about)]);

const block = (lines: readonly string[]): string[] => [
  '.PP',
  '.RS 4',
  '.nf',
  ...lines.map(escaped),
  '.fi',
  '.RE',
];

const partsInRoff = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => {
    if (typeof part === 'string') return ['.PP', escaped(part)];
    return 'items' in part ? list(part.items) : block(part.lines);
  });

function commandSection(page: Page): string[] {
  const examples = page.examples.flatMap(([line, what]) => [
    ...(what ? [`# ${what}`] : []),
    `epic ${line}`,
  ]);
  return [
    `.SS ${quoted(page.name)}`,
    escaped(page.about),
    ...block([`epic ${page.usage}`]),
    ...page.groups
      .filter(({ heading }) => heading !== 'Output' && heading !== 'Global')
      .flatMap(({ items }) => list(items)),
    '.PP',
    escaped(`Fields: ${page.fields.join(', ')}.`),
    ...partsInRoff(page.notes),
    ...(examples.length > 0 ? ['.PP', 'Examples:', ...block(examples)] : []),
  ];
}

function topicSection({ name, parts }: Topic): string[] {
  const titles: Record<string, string> = { 'exit-codes': 'EXIT STATUS' };
  return [`.SH ${quoted(titles[name] ?? name.toUpperCase())}`, ...partsInRoff(parts)];
}

const title = (name: string) =>
  `.TH ${quoted(name.toUpperCase())} 1 "" "Epic Events CRM" "Epic Events CRM"`;

/** The flags that every command has, from the page of one of them. */
const sharedFlags = ({ groups }: Page): string[] =>
  groups
    .filter(({ heading }) => heading === 'Output' || heading === 'Global')
    .flatMap(({ heading, items }) => [
      `.SH ${quoted(`${heading.toUpperCase()} FLAGS`)}`,
      ...list(items.map(({ term, about }) => ({ term, about: about.replace(/: .*$/, '') }))),
    ]);

/** A paragraph begins by itself below a heading. */
const text = (lines: readonly string[]) =>
  `${lines.filter((line, index) => line !== '.PP' || !/^\.S[HS]/.test(lines[index - 1] ?? '')).join('\n')}\n`;

/** epic(1), and a page for each noun. */
export function manualPagesOf({ root, commands, nouns, topics }: Manual): ManualPages {
  const seeAlso = nouns.map(({ name }) => `.BR epic\\-${name} (1)`);
  const pages = nouns.map(({ name, page, verbs }): [string, string] => [
    `epic-${name}.1`,
    text([
      title(`epic-${name}`),
      '.SH NAME',
      `epic\\-${name} \\- ${escaped(page.about.replace(/\.$/, ''))}`,
      '.SH SYNOPSIS',
      `.B ${quoted(`epic ${page.usage}`)}`,
      '.SH COMMANDS',
      ...verbs.flatMap(commandSection),
      ...verbs.slice(0, 1).flatMap(sharedFlags),
      '.SH "SEE ALSO"',
      '.BR epic (1)',
    ]),
  ]);
  const rootPage = text([
    title('epic'),
    '.SH NAME',
    `epic \\- ${escaped(root.about.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${quoted(`epic ${root.usage}`)}`,
    '.SH NOUNS',
    'Each has a page of its own.',
    ...list(nouns.map(({ name, page }) => ({ term: name, about: page.about }))),
    '.SH COMMANDS',
    ...commands.flatMap(commandSection),
    ...commands.slice(0, 1).flatMap(sharedFlags),
    ...topics.flatMap(topicSection),
    '.SH "SEE ALSO"',
    ...seeAlso.map((line, index) => (index < seeAlso.length - 1 ? `${line},` : line)),
  ]);
  return new Map([['epic.1', rootPage], ...pages]);
}
