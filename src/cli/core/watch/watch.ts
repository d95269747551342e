import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, ConnectionListener } from '../api/api.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output/columns.ts';
import { formatCell, plainCell, timeOfDay } from '../output/format.ts';
import { mark } from '../output/marks.ts';
import type { Output } from '../output/output.ts';

/** Notes on stderr that the connection was lost, and that it is back. */
export const connectionNotes = ({ note }: Pick<Output, 'note'>): ConnectionListener => ({
  onLost: () => note('The connection is lost. Trying again…'),
  onBack: () => note('The connection is back. Nothing was missed.'),
});

const backoff = { minMs: 250, maxMs: 10_000 };

const isUnavailable = (error: unknown) =>
  error instanceof CliError && error.problem.code === 'UNAVAILABLE';

/** The result of a request, retried for as long as the server is unavailable. */
export async function retryWhileUnavailable<Result>(
  request: () => Promise<Result>,
): Promise<Result> {
  for (let wait = backoff.minMs; ; wait = Math.min(wait * 2, backoff.maxMs)) {
    try {
      return await request();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(wait);
    }
  }
}

const longest = 40;

/** The columns of a record whose values are not what they were. */
function changedColumns<Row>(
  columns: readonly Column<Row>[],
  before: Row,
  after: Row,
): Column<Row>[] {
  const valueIn = ({ kind, value }: Column<Row>, row: Row) =>
    JSON.stringify(plainCell(kind, value(row)));
  return columns.filter((column) => valueIn(column, before) !== valueIn(column, after));
}

/** What has changed between two states of a record: `Status planned → confirmed, Notes`. */
export function differences<Row>(columns: readonly Column<Row>[], before: Row, after: Row): string {
  const changed = changedColumns(columns, before, after);
  // The id of a colleague says nothing beside the name, nor does the version beside what is in it.
  const named = changed.filter(
    ({ key }) => key !== 'version' && !changed.some((other) => `${other.key}Id` === key),
  );
  const parts = named.map(({ kind, label, value }) => {
    const [old, now] = [before, after].map((row) => formatCell(kind, value(row)));
    const isShort = old !== undefined && now !== undefined && old.length + now.length <= longest;
    return isShort ? `${label} ${old} ${mark('becomes')} ${now}` : label;
  });
  return parts.join(', ');
}

/** A change of a record, as a subscription reports it. */
export interface RecordChange<Row> {
  id: number;
  isDeleted: boolean;
  isNew: boolean;
  /** As it is now; null when it is gone. */
  row: Row | null;
}

/** How the records of a list are watched. */
export interface WatchSpec<Row, Filters> {
  /** What one is called in a sentence: `Event`. */
  noun: string;
  idOf(row: Row): number;
  summaryOf(row: Row): string;
  /** The position to subscribe from: read before the list. */
  position(api: Api): Promise<string>;
  changes(api: Api, after: string, output: Output): AsyncIterable<RecordChange<Row>>;
  /** The record as it was before its latest change, of one that is not known yet. */
  previous(api: Api, row: Row): Promise<Row>;
  /** What a change is to the one who watches, where it is more than a value: “Gala” is now yours. */
  meaning(before: Row, after: Row): string | undefined;
  /** The record as it is now, if it passes the filters. */
  matching(api: Api, filters: Filters, id: number): Promise<Row | null | undefined>;
}

/** A row of the list, with its change. */
interface WatchedRow<Row> {
  change: 'listed' | 'created' | 'changed' | 'left' | 'deleted';
  id: number;
  /** Null of a record that was deleted before it was seen. */
  row: Row | null;
}

function watchedColumns<Row>(columns: readonly Column<Row>[]): Column<WatchedRow<Row>>[] {
  const change: Column<WatchedRow<Row>> = {
    key: 'change',
    label: 'Change',
    kind: 'text',
    priority: 0,
    value: (watched) => watched.change,
  };
  const others = columns.map((column) => ({
    ...column,
    value: ({ row, id }: WatchedRow<Row>) =>
      row === null ? (column.key === 'id' ? id : null) : column.value(row),
  }));
  return [change, ...others];
}

/** What a change does to the list, of which `known` was shown; undefined where it does not concern it. */
async function effectOf<Row, Filters>(
  { isDeleted, isNew, id, row: delivered }: RecordChange<Row>,
  known: Row | undefined,
  look: {
    api: Api;
    filters: Filters;
    isFiltered: boolean;
    matching: WatchSpec<Row, Filters>['matching'];
  },
): Promise<WatchedRow<Row> | undefined> {
  const { api, filters, isFiltered, matching } = look;
  const row = isDeleted ? null : await retryWhileUnavailable(() => matching(api, filters, id));
  if (row) return { change: isNew && !known ? 'created' : 'changed', id, row };
  if (isDeleted) {
    return known || !isFiltered ? { change: 'deleted', id, row: known ?? null } : undefined;
  }
  return known && { change: 'left', id, row: delivered ?? known };
}

const verbs: Record<WatchedRow<never>['change'], string> = {
  listed: 'is there',
  created: 'is new',
  changed: 'changed',
  left: 'left this list',
  deleted: 'was deleted',
};

/** Reports changes of the records of a list, of which `listed` was shown, until Ctrl-C. */
export async function watchList<Row, Filters extends object>(
  watch: WatchSpec<Row, Filters>,
  about: {
    api: Api;
    output: Output;
    filters: Filters;
    /** All columns, and those to show. */
    columns: readonly Column<Row>[];
    shown: readonly Column<Row>[];
    after: string;
    listed: readonly Row[];
  },
): Promise<void> {
  const { api, output, filters, columns, shown, after, listed } = about;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const { noun, idOf, summaryOf, matching, previous, meaning } = watch;
  const known = new Map(listed.map((row) => [idOf(row), row]));
  const feed = output.feed(watchedColumns(shown));
  const tell = (watched: WatchedRow<Row>, text: string) =>
    feed(watched, { when: timeOfDay(new Date()), text });

  if (output.format !== 'people') {
    for (const row of listed) tell({ change: 'listed', id: idOf(row), row }, '');
  }
  output.note('Watching. Ctrl-C ends.');

  for await (const event of watch.changes(api, after, output)) {
    const shownBefore = known.get(event.id);
    const watched = await effectOf(event, shownBefore, { api, filters, isFiltered, matching });
    if (!watched) continue;
    const { change, id, row } = watched;
    const before =
      shownBefore ??
      (row && change !== 'left'
        ? await retryWhileUnavailable(() => previous(api, row))
        : undefined);
    const summary = row ? summaryOf(row) : undefined;
    const isNews = change !== 'created' && before && row;
    const difference = isNews ? differences(columns, before, row) : '';
    // two changes at once are read together: the second time there is nothing to report
    if (change === 'changed' && shownBefore && difference === '') continue;
    if (row && change !== 'left' && change !== 'deleted') known.set(id, row);
    else known.delete(id);
    const name = summary ? `${noun} ${id} (${summary})` : `${noun} ${id}`;
    const plain = `${name} ${verbs[change]}${difference ? `: ${difference}` : ''}.`;
    tell(watched, (before && row && meaning(before, row)) ?? plain);
  }
}
