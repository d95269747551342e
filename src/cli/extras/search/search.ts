import { optional, several } from '../../core/args/flag.ts';
import { searched } from '../../core/args/parser.ts';
import { line, oneOf, wholeNumber } from '../../core/args/parsers.ts';
import { command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { type Part, paging, showPages } from '../../core/command/paging.ts';
import { missing } from '../../core/prompts/ask.ts';
import { Search, type SearchQuery } from '../../operations/index.ts';

type Finding = NonNullable<SearchQuery['search']>[number];

const { columns } = defineFields<Finding>()({
  kind: { kind: 'text', priority: 0 },
  id: { kind: 'id', priority: 0 },
  title: { kind: 'text', priority: 0 },
  detail: { kind: 'text', priority: 1 },
  closeness: { kind: 'text' },
});

const words = several('<text...>', 'words to search for, or a number', line(200));

/** The API finds no more. */
const mostFindings = 100;

/** `epic search`: records of every kind that contain the words, the best match first. */
export const search = command({
  flags: {
    text: words,
    kind: optional('--kind <kind>', 'only this kind', oneOf(...searched)),
    limit: optional(
      '-L, --limit <n>',
      'how many a page: a screenful by default, 20 off a terminal',
      wholeNumber(1, mostFindings),
    ),
    page: paging.page,
  },
  columns,
  examples: [
    ['search dupont', 'clients, their contracts and events, and colleagues'],
    ['search gala lyon --kind event', 'all words must be in it'],
    ['search 06 12 34 56 78', 'who is calling?'],
  ],
  notes: [
    'Case, accents, hyphens and apostrophes are ignored. If nothing contains the words, similar spellings are shown.',
  ],
  async run(services) {
    const { api, output, prompts, flags, columns: shown } = services;
    const { kind, limit, page } = flags;
    const typed = flags.text.join(' ');
    if (!typed && !prompts.possible) throw missing(words);
    const text = typed || (await prompts.line('Search for'));
    const { search: findings } = await api.send(Search, {
      text,
      kinds: kind && [kind],
      first: mostFindings,
    });
    if (output.format === 'people' && findings.some(({ closeness }) => closeness === 'similar')) {
      output.note(`Nothing contains “${text}”. Similar spellings:`);
    }
    const pages = {
      async fetch({ first, after }: Part) {
        const end = Number(after) + first;
        const pageInfo = { hasNextPage: end < findings.length, endCursor: String(end) };
        const nodes = findings.slice(Number(after), end);
        return { nodes, pageInfo, totalCount: findings.length };
      },
      show: (rows: readonly Finding[], number: number) =>
        output.list(
          shown,
          rows,
          number > 1 ? `There is no page ${number}.` : `Nothing matches “${text}”.`,
        ),
      limit: 20,
      // with so many, there may be more
      upTo: mostFindings - 1,
    };
    await showPages(services, { limit, page }, pages);
  },
});
