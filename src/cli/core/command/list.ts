import type { Api } from '../api/api.ts';
import { everyPage } from '../api/pages.ts';
import { type Flags, optional, toggle, under, type Values } from '../args/flag.ts';
import { Invalid, type Parser } from '../args/parser.ts';
import { offering } from '../args/parsers.ts';
import { usageError } from '../errors.ts';
import { canonical } from '../output/columns.ts';
import { countBound } from '../output/format.ts';
import { didYouMean } from '../text/words.ts';
import type { WatchSpec } from '../watch/watch.ts';
import { type Definition, type Verb, verb } from './command.ts';
import type { Fields } from './fields.ts';
import { type Counted, paging, showPages } from './paging.ts';

/** What a list asks of the API. */
export interface Page<Order> {
  first: number;
  after: string | null;
  orderBy: Order[];
  counted: boolean;
  /** How far the rows are counted. */
  upTo: number;
}

/** Rows of a search are counted less far: each that does not contain the text is read, too. */
const searchBound = 100;

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
  ): Promise<Counted<Row> | null | undefined>;
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

/** `; start by default`, where it is one of those that can be typed. */
function describeDefault<Order>(sort: Fields<unknown, Order>['sort'], order: Order): string {
  const known = Object.entries(sort).find(([, { asc, desc }]) => asc === order || desc === order);
  return known ? `; ${known[0]}${known[1].desc === order ? ':desc' : ''} by default` : '';
}

const watchFlag = { watch: toggle('--watch', 'then tell what changes, until Ctrl-C') };

/** `list`: the rows that pass the filters, page by page. */
export function list<Row, F extends Flags, Order>(
  { columns, sort }: Pick<Fields<Row, Order>, 'columns' | 'sort'>,
  definition: ListDefinition<Row, F, Order>,
): Verb {
  const { summary, sortedBy, ifEmpty, examples, notes, watch, fetch, foot } = definition;
  const orderOf =
    typeof sortedBy === 'function' ? (sortedBy as (filters: Filters<F>) => Order) : () => sortedBy;
  const byDefault = describeDefault(sort, orderOf({} as Filters<F>));
  const ordering = {
    ...paging,
    all: toggle('--all', 'every row, however many there are'),
    sort: optional(
      '--sort <field>',
      `order by ${Object.keys(sort).join(', ')}; :desc for descending${byDefault}`,
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
    async run(services) {
      const { api, output, flags, columns: shown } = services;
      const given = flags as Values<typeof ordering> & { watch?: boolean };
      const filters = Object.fromEntries(
        Object.keys(definition.flags).map((key) => [key, flags[key] || undefined]),
      ) as Filters<F>;
      if (given.all && given.watch) throw usageError('Give --all or --watch, not both.');
      const watched = given.watch ? await watch?.() : undefined;
      const position = (await watched?.position(api)) ?? '';
      const upTo = 'search' in filters && filters.search ? searchBound : countBound;
      const atFoot = foot && (() => foot(api, filters));
      const page = { orderBy: [given.sort ?? orderOf(filters)], counted: false, upTo };
      if (given.all) {
        if (given.limit || given.page) {
          throw usageError('--all is every row: give it without --limit and --page.');
        }
        const pages = everyPage((part) => fetch(api, filters, { ...page, ...part }), null);
        await output.stream(shown, pages, ifEmpty, atFoot);
        return;
      }
      const listed = await showPages<Row>(services, given, {
        fetch: (part) => fetch(api, filters, { ...page, ...part }),
        async show(rows, number) {
          if (watched && output.format !== 'people') return;
          const none = number > 1 ? `There is no page ${number}.` : ifEmpty;
          await output.list(shown, rows, none, atFoot);
        },
        upTo,
        linesARow: shown.some(({ wraps }) => wraps) ? 2 : 1,
        goesOn: !watched,
      });
      if (!watched) return;
      const { watchList } = await import('../watch/watch.ts');
      await watchList(watched, { api, output, filters, columns, shown, after: position, listed });
    },
  });
}
