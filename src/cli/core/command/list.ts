import type { Connection } from '../../../client/index.ts';
import type { Api } from '../api/api.ts';
import { everyPage } from '../api/pages.ts';
import { type Flags, optional, toggle, under, type Values } from '../args/flag.ts';
import { Invalid, line, offering, type Parser, wholeNumber } from '../args/parsers.ts';
import { usageError } from '../errors.ts';
import { didYouMean } from '../text/suggest.ts';
import type { Watching } from '../watch/list.ts';
import { type Definition, type Invocation, type Verb, verb } from './command.ts';

/** What a list asks of the API. */
export interface Page<Order> {
  first: number;
  after: string | null;
  orderBy: Order[];
}

/** The orders of the API for a name of its: `ID_ASC`, `ID_DESC`. */
type Order<Name extends string> = `${Name}_ASC` | `${Name}_DESC`;

interface ListDefinition<Row, F extends Flags, Name extends string>
  extends Omit<Definition<Row, F>, 'run'> {
  summary: string;
  /** What `--sort` accepts, and what the API calls it. */
  sort: Record<string, Name>;
  /** The order without `--sort`. */
  sortedBy: Order<NoInfer<Name>>;
  ifEmpty: string;
  /** How it is watched, where it can be. */
  watch?: () => Promise<Watching<Row, Values<F>>>;
  fetch(
    api: Api,
    flags: Values<F>,
    page: Page<Order<NoInfer<Name>>>,
  ): Promise<Connection<Row> | null | undefined>;
}

function sortParser<Name extends string>(sort: Record<string, Name>): Parser<Order<Name>> {
  const canonical = (name: string) => name.replace(/[-_]/g, '').toLowerCase();
  const names = Object.keys(sort);
  const parse = (typed: string): Order<Name> => {
    const [, name = '', direction = 'asc'] = /^([\w-]+)(?::(asc|desc))?$/.exec(typed.trim()) ?? [];
    const known = Object.entries(sort).find(([key]) => canonical(key) === canonical(name));
    if (known && name) return `${known[1]}_${direction === 'desc' ? 'DESC' : 'ASC'}`;
    throw new Invalid(
      `“${typed}” is not an order. Write one of ${names.join(', ')}, with :asc or :desc.`,
      didYouMean(name, names),
    );
  };
  return offering(
    names.flatMap((name) => [name, `${name}:desc`]),
    parse,
  );
}

const largestPage = 1000;

/** The flags of whatever comes in pages. */
export const paging = {
  limit: optional('--limit <n>', 'how many rows, 50 by default', wholeNumber(1, largestPage)),
  after: optional('--after <cursor>', 'continue after this cursor', line(2000)),
};

/** The part of a page that they ask for. */
export const pageOf = ({ limit, after }: Values<typeof paging>) => ({
  first: limit ?? 50,
  after: after ?? null,
});

/** Says how to get the next page, if there is one. */
export function noteNextPage(
  { output, commandLine }: Pick<Invocation<never, Flags>, 'output' | 'commandLine'>,
  { nodes, pageInfo }: Connection<unknown>,
): void {
  if (!pageInfo.hasNextPage || !pageInfo.endCursor) return;
  const next = commandLine.without('--after', '--watch').plus('--after', pageInfo.endCursor);
  const these = nodes.length === 1 ? 'this one' : `these ${nodes.length}`;
  output.note(`There are more than ${these}. The next:`, String(next));
}

const watchFlag = { watch: toggle('--watch', 'then tell what changes, until Ctrl-C') };

/** `list`: the rows that pass the filters, page by page. */
export function list<Row, F extends Flags, Name extends string>(
  definition: ListDefinition<Row, F, Name>,
): Verb {
  const { summary, columns, sort, sortedBy, ifEmpty, examples, notes, watch, fetch } = definition;
  const ordering = {
    ...paging,
    all: toggle('--all', 'every row, however many there are'),
    sort: optional(
      '--sort <field>',
      `order by ${Object.keys(sort).join(', ')}; :desc for descending`,
      sortParser(sort),
    ),
  };
  return verb<Row, F & typeof ordering>({
    name: 'list',
    aliases: ['ls'],
    summary,
    columns,
    examples,
    ...(notes && { notes }),
    flags: {
      ...under('Filters', definition.flags),
      ...under('Rows', { ...ordering, ...(watch && watchFlag) }),
    },
    async run({ api, output, flags, columns: shown, commandLine }) {
      const given = flags as Values<typeof ordering> & { watch?: boolean };
      if (given.all && given.watch) throw usageError('Give --all or --watch, not both.');
      const watching = given.watch ? await watch?.() : undefined;
      const since = (await watching?.position(api)) ?? '';
      const page = { ...pageOf(given), orderBy: [given.sort ?? sortedBy] };
      if (given.all) {
        if (given.limit) throw usageError('Give --all or --limit, not both.');
        const pages = everyPage((part) => fetch(api, flags, { ...page, ...part }), page.after);
        await output.stream(shown, pages, ifEmpty);
        return;
      }
      const connection = await fetch(api, flags, page);
      const rows = connection?.nodes.filter((row) => row !== null) ?? [];
      if (!watching || output.format === 'people') await output.list(shown, rows, ifEmpty);
      if (connection) noteNextPage({ output, commandLine }, connection);
      if (!watching) return;
      const { watchList } = await import('../watch/list.ts');
      const isFiltered = Object.keys(definition.flags).some((key) => flags[key]);
      const about = { flags, isFiltered, columns, shown, after: since, listed: rows };
      await watchList(watching, { api, output, ...about });
    },
  });
}
