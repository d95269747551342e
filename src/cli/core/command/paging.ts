import type { Connection } from '../../../client/index.ts';
import { optional, type Values } from '../args/flag.ts';
import { wholeNumber } from '../args/parsers.ts';
import { usageError } from '../errors.ts';
import { boundedCount, count, countBound } from '../output/format.ts';
import { largestLimit, standard } from '../settings/settings.ts';
import type { Services } from './command.ts';

/** A page of a list; and how many rows there are in all, where that was counted. */
export interface Counted<Row> extends Connection<Row> {
  readonly totalCount?: number;
}

/** A part of a list. */
export interface Part {
  first: number;
  after: string | null;
  /** Whether people read how many rows there are in all. */
  counted: boolean;
}

type Fetched<Row> = Counted<Row> | null | undefined;

/** The flags of whatever comes in pages. */
export const paging = {
  limit: optional(
    '-L, --limit <n>',
    'how many rows a page: a screenful by default, 50 off a terminal',
    wholeNumber(1, largestLimit),
  ),
  page: optional('-p, --page <n>', 'which page, the first by default', wholeNumber(1, 10_000)),
};

/** The API has cursors, not offsets: the rows before a page are passed over, a thousand a request. */
const deepestRow = 10_000;

/** The cursor after this many rows; undefined where the list ends before. */
async function cursorAfter(
  rows: number,
  fetch: (part: Part) => Promise<Fetched<unknown>>,
): Promise<string | null | undefined> {
  let after: string | null = null;
  for (let left = rows; left > 0; left -= largestLimit) {
    const first = Math.min(left, largestLimit);
    const page: Fetched<unknown> = await fetch({ first, after, counted: false });
    if (!page?.pageInfo.hasNextPage) return undefined;
    after = page.pageInfo.endCursor ?? null;
  }
  return after;
}

/**
 * Shows the page that `--page` and `--limit` ask for. On a terminal Enter shows the next, any other key ends; elsewhere
 * a note says how to get it. Returns the rows that were fetched last.
 */
export async function showPages<Row>(
  {
    output,
    prompts,
    settings,
    commandLine,
  }: Pick<Services, 'output' | 'prompts' | 'settings' | 'commandLine'>,
  { limit: typed, page: asked = 1 }: Values<typeof paging>,
  list: {
    fetch(part: Part): Promise<Fetched<Row>>;
    show(rows: readonly Row[], page: number): Promise<void>;
    /** How far the rows are counted. */
    upTo?: number;
    /** How many rows a page has elsewhere than on a terminal. */
    limit?: number;
    /** How many lines a row usually has. */
    linesARow?: number;
    /** False where something else follows the page. */
    goesOn?: boolean;
  },
): Promise<readonly Row[]> {
  const fits = output.screenful && Math.floor(output.screenful / (list.linesARow ?? 1));
  const limit = typed ?? settings.limit ?? fits ?? list.limit ?? standard.limit;
  if (asked * limit > deepestRow) {
    throw usageError(
      `--page: pages end at row ${count(deepestRow)}.`,
      'Narrow the list with filters, or read every row with --all.',
    );
  }
  const forPeople = output.format === 'people';
  let after = await cursorAfter((asked - 1) * limit, list.fetch);
  for (let page = asked; ; page += 1) {
    const before = (page - 1) * limit;
    const fetched =
      after === undefined ? null : await list.fetch({ first: limit, after, counted: forPeople });
    const rows = fetched?.nodes.filter((row) => row !== null) ?? [];
    await list.show(rows, page);
    const to = before + rows.length;
    const range = page === 1 ? count(to) : `${count(before + 1)}–${count(to)}`;
    const { hasNextPage = false, endCursor } = fetched?.pageInfo ?? {};
    if (!hasNextPage || !endCursor) {
      if (page > 1 && rows.length > 0 && forPeople) output.note(`${range} of ${count(to)}.`);
      return rows;
    }
    const total = fetched?.totalCount;
    const shown =
      total === undefined
        ? `There are more than ${rows.length === 1 ? 'this one' : `these ${rows.length}`}`
        : `${range} of ${boundedCount(total, 0, list.upTo ?? countBound)}`;
    const next = commandLine.without('--page', '--watch').plus('--page', String(page + 1));
    const mayAsk = forPeople && prompts.possible && list.goesOn !== false;
    if (mayAsk && (page + 1) * limit <= deepestRow) {
      if (!(await prompts.nextPage(shown))) return rows;
      after = endCursor;
    } else {
      output.note(`${shown}. The next:`, String(next));
      return rows;
    }
  }
}
