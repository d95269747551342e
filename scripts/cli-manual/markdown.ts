import type { Item, Part } from '../../src/cli/core/command/help-text.ts';
import type { Page } from '../../src/cli/extras/help/page.ts';
import type { Topic } from '../../src/cli/extras/help/topics.ts';
import type { Manual } from './manual.ts';

const cell = (text: string) => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
const code = (text: string) => `\`${text.replaceAll('|', String.raw`\|`)}\``;

const table = (heading: string, items: readonly Item[]): string[] => [
  `| ${heading} | |`,
  '|---|---|',
  ...items.map(({ term, about }) => `| ${code(term)} | ${cell(about)} |`),
  '',
];

const block = (lines: readonly string[]): string[] => ['```', ...lines, '```', ''];

const partsInMarkdown = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => {
    if (typeof part === 'string') return [cell(part), ''];
    return 'items' in part ? table('', part.items) : block(part.lines);
  });

const anchor = (name: string) => name.replaceAll(' ', '-');

/** A command. What every command has is said once, elsewhere. */
function section(page: Page): string[] {
  const examples = page.examples.flatMap(([line, what]) => [
    ...(what ? [`# ${what}`] : []),
    `epic ${line}`,
  ]);
  return [
    `### ${page.name}`,
    '',
    page.about,
    '',
    ...block([`epic ${page.usage}`]),
    ...page.groups
      .filter(({ heading }) => heading !== 'Output' && heading !== 'Global')
      .flatMap(({ heading, items }) => table(heading, items)),
    `Fields: ${page.fields.map(code).join(', ')}.`,
    '',
    ...(examples.length > 0 ? block(examples) : []),
    ...partsInMarkdown(page.notes),
  ];
}

function topicSection({ name, summary, parts }: Topic): string[] {
  return [`### epic help ${name}`, '', `${summary}.`, '', ...partsInMarkdown(parts)];
}

/** The reference part of docs/cli.md. */
export function markdownOf({ root, commands, nouns, topics }: Manual): string {
  const shared = [...(commands[0]?.groups ?? [])].filter(
    ({ heading }) => heading === 'Output' || heading === 'Global',
  );
  const withoutNames = (items: readonly Item[]) =>
    items.map(({ term, about }) => ({ term, about: about.replace(/: .*$/, '') }));
  const contents = [
    ...commands.map(({ name }) => name),
    ...nouns.flatMap(({ verbs }) => verbs.map(({ name }) => name)),
    ...topics.map(({ name }) => `epic help ${name}`),
  ].map((name) => `[${name.replace(/^epic /, '')}](#${anchor(name)})`);
  return [
    '## Reference',
    '',
    contents.join(' · '),
    '',
    ...block([`epic ${root.usage}`]),
    ...shared.flatMap(({ heading, items }) => table(heading, withoutNames(items))),
    ...commands.flatMap(section),
    ...nouns.flatMap(({ verbs }) => verbs.flatMap(section)),
    ...topics.flatMap(topicSection),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
