import type { Connection } from '../../../client/index.ts';
import type { Api } from '../api/api.ts';
import { everyPage } from '../api/pages.ts';
import { type Flags, optional, toggle, under, type Values } from '../args/flag.ts';
import { Invalid, type Parser } from '../args/parser.ts';
import { line, offering, wholeNumber } from '../args/parsers.ts';
import { usageError } from '../errors.ts';
import { canonical } from '../output/columns.ts';
import type { Settings } from '../settings/settings.ts';
import { didYouMean } from '../text/words.ts';
import type { WatchSpec } from '../watch/watch.ts';
import { type Definition, type Invocation, type Verb, verb } from './command.ts';
import type { Fields } from './fields.ts';

/** What a list asks of the API. */
export interface Page<Order> {
  first: number;
  after: string | null;
  orderBy: Order[];
}

/** The filters that are set; a switch that is not is undefined. */
export type Filters<F extends Flags> = {
  [Key in keyof F]: Values<F>[Key] extends boolean ? true | undefined : Values<F>[Key];
};

interface ListDefinition<Row, F extends Flags, Order>
  extends Omit<Definition<Row, F>, 'run' | 'columns'> {
  summary: string;
  /** The order without `--sort`; that of a period, where one is given: an index has it. */
  sortedBy: NoInfer<Order> | ((filters: Filters<F>) => NoInfer<Order>);
  ifEmpty: string;
  /** A line at the foot of the table, about all rows that pass the filters. */
  foot?(api: Api, filters: Filters<F>): Promise<string>;
  /** How it is watched, where it can be. */
  watch?: () => Promise<WatchSpec<Row, Filters<F>>>;
  fetch(
    api: Api,
    filters: Filters<F>,
    page: Page<NoInfer<Order>>,
  ): Promise<Connection<Row> | null | undefined>;
}

function sortParser<Order>(sort: Fields<unknown, Order>['sort']): Parser<Order> {
  const names = Object.keys(sort);
  const parse = (typed: string): Order => {
    const [, name = '', direction = 'asc'] = /^([\w-]+)(?::(asc|desc))?$/.exec(typed.trim()) ?? [];
    const known = names.find((key) => canonical(key) === canonical(name));
    const order = known && sort[known];
    if (order) return direction === 'desc' ? order.desc : order.asc;
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
export const pageOf = (
  { limit, after }: Values<typeof paging>,
  settings: Pick<Settings, 'limit'>,
) => ({
  first: limit ?? settings.limit,
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
export function list<Row, F extends Flags, Order>(
  { columns, sort }: Pick<Fields<Row, Order>, 'columns' | 'sort'>,
  definition: ListDefinition<Row, F, Order>,
): Verb {
  const { summary, sortedBy, ifEmpty, examples, notes, watch, fetch, foot } = definition;
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
    async run({ api, output, flags, columns: shown, commandLine, settings }) {
      const given = flags as Values<typeof ordering> & { watch?: boolean };
      const filters = Object.fromEntries(
        Object.keys(definition.flags).map((key) => [key, flags[key] || undefined]),
      ) as Filters<F>;
      if (given.all && given.watch) throw usageError('Give --all or --watch, not both.');
      const watched = given.watch ? await watch?.() : undefined;
      const after = (await watched?.position(api)) ?? '';
      const order =
        typeof sortedBy === 'function'
          ? (sortedBy as (filters: Filters<F>) => Order)(filters)
          : sortedBy;
      const page = { ...pageOf(given, settings), orderBy: [given.sort ?? order] };
      const atFoot = foot && (() => foot(api, filters));
      if (given.all) {
        if (given.limit) throw usageError('Give --all or --limit, not both.');
        const pages = everyPage((part) => fetch(api, filters, { ...page, ...part }), page.after);
        await output.stream(shown, pages, ifEmpty, atFoot);
        return;
      }
      const connection = await fetch(api, filters, page);
      const rows = connection?.nodes.filter((row) => row !== null) ?? [];
      if (!watched || output.format === 'people') await output.list(shown, rows, ifEmpty, atFoot);
      if (connection) noteNextPage({ output, commandLine }, connection);
      if (!watched) return;
      const { watchList } = await import('../watch/watch.ts');
      await watchList(watched, { api, output, filters, columns, shown, after, listed: rows });
    },
  });
}
