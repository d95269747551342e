import type { Api } from './api/api.ts';
import {
  type Definition,
  type Flag,
  type Flags,
  type Invocation,
  optional,
  type Title,
  toggle,
  under,
  type Values,
  type Verb,
  verb,
} from './command.ts';
import { askable, type Deed } from './deeds.ts';
import { CliError, cancelled, notFound, usageError } from './errors.ts';
import { Invalid, line, offering, type Parser, wholeNumber } from './flags.ts';
import { assertMayCreate, entriesOf, lastLook } from './form.ts';
import type { Column } from './output/columns.ts';
import { everyPage } from './pages.ts';
import type { Prompts } from './prompts.ts';
import { explained } from './refusal.ts';
import { commandLine, withoutFlag, withoutSwitch } from './shell.ts';
import { didYouMean } from './suggest.ts';
import type { Watching } from './watch/list.ts';

/** What a list asks of the API. */
export interface Page<Order> {
  first: number;
  after: string | null;
  orderBy: Order[];
}

/** A page of rows as the API gives it. */
export interface Connection<Row> {
  nodes: readonly (Row | null)[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
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
export function tellOfMore(
  { output, typed }: Pick<Invocation<never, Flags>, 'output' | 'typed'>,
  { nodes, pageInfo }: Connection<unknown>,
): void {
  if (!pageInfo.hasNextPage || !pageInfo.endCursor) return;
  const next = ['epic', ...withoutFlag(typed, '--after'), '--after', pageInfo.endCursor];
  output.note(`There are more than these ${nodes.length}. The next:`, commandLine(next));
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
    async run({ api, output, flags, columns: shown, typed }) {
      const given = flags as Values<typeof ordering> & { watch?: boolean };
      const watching = given.watch ? await watch?.() : undefined;
      const since = (await watching?.position(api)) ?? '';
      const page = { ...pageOf(given), orderBy: [given.sort ?? sortedBy] };
      if (given.all) {
        if (given.limit) throw usageError('Give --all or --limit, not both.');
        const pages = everyPage((part) => fetch(api, flags, { ...page, ...part }), page.after);
        await output.stream(shown, pages, ifEmpty);
        return;
      }
      const fetching = fetch(api, flags, page);
      output.prepare();
      const connection = await fetching;
      const rows = connection?.nodes.filter((row) => row !== null) ?? [];
      if (!watching || output.format === 'people') await output.list(shown, rows, ifEmpty);
      if (connection) tellOfMore({ output, typed: withoutSwitch(typed, '--watch') }, connection);
      if (!watching) return;
      const { watchList } = await import('./watch/list.ts');
      const isFiltered = Object.keys(definition.flags).some((key) => flags[key]);
      const about = { flags, isFiltered, columns, shown, after: since, listed: rows };
      await watchList(watching, { api, output, ...about });
    },
  });
}

/** `view`: one record with all its fields. */
export function view<Row>(definition: {
  noun: string;
  id: Flag<number, 'required'>;
  columns: readonly Column<Row>[];
  fetch(api: Api, id: number): Promise<Row | null | undefined>;
}): Verb {
  const { noun, id: requiredId, columns, fetch } = definition;
  return verb({
    name: 'view',
    aliases: ['show'],
    summary: `Show one ${noun} with all its fields`,
    flags: { id: requiredId },
    columns,
    examples: [
      [`${noun} view 12`, ''],
      [`${noun} view 12 --json`, 'as a JSON object'],
    ],
    async run({ api, output, flags, columns: shown }) {
      const row = await fetch(api, flags.id);
      if (!row) throw noSuch(noun, flags.id);
      output.record(shown, row);
    },
  });
}

/** “There is no contract 999.” */
export function noSuch(noun: string, id: number): CliError {
  return notFound(`There is no ${noun} ${id}.`, `See which there are: epic ${noun} list`);
}

/** How a noun asks before something that cannot be undone: “Delete contract 12 (Dupont SA, 12 500.00 €)?” */
export function questionAbout<Row>(
  noun: string,
  fetch: (api: Api, id: number) => Promise<Row | null | undefined>,
  summaryOf: (row: Row) => string,
): (api: Api, verb: string, id: number) => Promise<string> {
  return async (api, verb, id) => {
    const row = await fetch(api, id);
    if (!row) throw noSuch(noun, id);
    return `${verb} ${noun} ${id} (${summaryOf(row)})?`;
  };
}

interface ChangeDefinition<Row, F extends Flags, Written extends object>
  extends Title,
    Omit<Definition<Row, F>, 'run'> {
  noun: string;
  /** What is being done, to complete “You may not …”: `sign contract 12`. */
  attempt(flags: Values<F>): string;
  /** Null where `epic can` does not answer: what is done is to no record. */
  deed: Deed<F, Written> | null;
  /** Does it with what the deed writes, and returns the record as it is now. */
  send(
    api: Api,
    flags: Values<F>,
    written: Written,
    invocation: Invocation<Row, F>,
  ): Promise<Row | null | undefined>;
  /** What changed, in a sentence. */
  done(row: Row, flags: Values<F>): string;
}

/** A command that changes one record and says what changed. One that creates a record is a form on a terminal. */
export function change<Row, F extends Flags, Written extends object>(
  definition: ChangeDefinition<Row, F, Written>,
): Verb {
  const { noun, attempt, deed, send, done, ...shared } = definition;
  const { name, flags: asked, columns: all } = shared;
  const creates = deed?.verb === 'create';
  const made = verb<Row, F>({
    ...shared,
    form: creates,
    async beforeAsking({ api }, known) {
      if (creates) await assertMayCreate(api, { noun, name, flags: asked, deed }, known);
    },
    async run(invocation) {
      const { api, flags, output, columns, draft } = invocation;
      const id: unknown = flags.id;
      try {
        if (creates && draft.kept) {
          const question = `${attempt(flags).replace(/^./, (first) => first.toUpperCase())}?`;
          await lastLook(invocation, entriesOf(asked, deed, all), { values: flags, question });
        }
        const written = deed?.writes(flags) ?? ({} as Written);
        const row = await send(api, flags, written, invocation);
        if (!row)
          throw typeof id === 'number' ? noSuch(noun, id) : notFound(`No ${noun} came back.`);
        output.changed(done(row, flags), columns, row);
      } catch (error) {
        if (error instanceof CliError && error.problem.code === 'UNAVAILABLE') draft.keep();
        const about = deed ? id : undefined;
        throw explained(error, { noun, name, attempt: attempt(flags), id: about });
      }
    },
  });
  return deed ? { ...made, askable: askable(noun, definition.flags, deed) } : made;
}

/** The flag of commands that cannot be undone. */
export const yes = toggle('--yes', 'do it without asking');

/** Off a terminal `--yes` has to say beforehand what nobody can be asked. */
export function assertCanConfirm({ possible }: Pick<Prompts, 'possible'>): void {
  if (possible) return;
  throw usageError(
    '--yes is missing: this cannot be undone, and there is no terminal to ask on.',
    'Add --yes if you are sure.',
  );
}

/** Asks before something that cannot be undone, unless `--yes` has said it. */
export async function confirm(
  { prompts, flags }: Pick<Invocation<never, { yes: typeof yes }>, 'prompts' | 'flags'>,
  question: () => string | Promise<string>,
): Promise<void> {
  if (flags.yes) return;
  assertCanConfirm(prompts);
  if (!(await prompts.confirm(await question()))) throw cancelled('Nothing was changed.');
}
