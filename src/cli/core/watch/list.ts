import type { Api } from '../api/api.ts';
import type { Column } from '../output/columns.ts';
import { timeOfDay } from '../output/format.ts';
import type { Output } from '../output/output.ts';
import { onceThere } from './connection.ts';
import { differences } from './differences.ts';

/** Something that happened to a record, as a subscription tells it. */
export interface RecordChange<Row> {
  id: number;
  isDeleted: boolean;
  isNew: boolean;
  /** As it is now; null when it is gone. */
  row: Row | null;
}

/** How the records of a list are watched. */
export interface Watching<Row, Flags> {
  /** What one is called in a sentence: `Event`. */
  noun: string;
  idOf(row: Row): number;
  summaryOf(row: Row): string;
  /** Where everything counts from: asked before the list is read. */
  position(api: Api): Promise<string>;
  changes(api: Api, after: string, output: Output): AsyncIterable<RecordChange<Row>>;
  /** The record as it is now, if it passes the filters. */
  matching(api: Api, flags: Flags, id: number): Promise<Row | null | undefined>;
}

/** A row of what is watched, with what happened to it. */
interface Watched<Row> {
  change: 'listed' | 'created' | 'changed' | 'left' | 'deleted';
  id: number;
  /** Null of a record that was deleted before it was seen. */
  row: Row | null;
}

function watchedColumns<Row>(columns: readonly Column<Row>[]): Column<Watched<Row>>[] {
  const change: Column<Watched<Row>> = {
    key: 'change',
    label: 'Change',
    kind: 'text',
    priority: 0,
    value: (watched) => watched.change,
  };
  const others = columns.map((column) => ({
    ...column,
    value: ({ row, id }: Watched<Row>) =>
      row === null ? (column.key === 'id' ? id : null) : column.value(row),
  }));
  return [change, ...others];
}

/** What to tell of one happening; undefined when it does not concern the list. `known` is what was seen of it. */
async function consequence<Row, Flags>(
  { isDeleted, isNew, id, row: delivered }: RecordChange<Row>,
  known: Row | undefined,
  look: { api: Api; flags: Flags; isFiltered: boolean; matching: Watching<Row, Flags>['matching'] },
): Promise<Watched<Row> | undefined> {
  const { api, flags, isFiltered, matching } = look;
  const row = isDeleted ? null : await onceThere(() => matching(api, flags, id));
  if (row) return { change: isNew && !known ? 'created' : 'changed', id, row };
  if (isDeleted) {
    return known || !isFiltered ? { change: 'deleted', id, row: known ?? null } : undefined;
  }
  return known && { change: 'left', id, row: delivered ?? known };
}

const verbs: Record<Watched<never>['change'], string> = {
  listed: 'is there',
  created: 'is new',
  changed: 'changed',
  left: 'left this list',
  deleted: 'was deleted',
};

/** Follows what happens to the records of a list, of which `listed` was shown, until Ctrl-C. */
export async function watchList<Row, Flags extends object>(
  watching: Watching<Row, Flags>,
  about: {
    api: Api;
    output: Output;
    flags: Flags;
    /** Whether some filter is set. */
    isFiltered: boolean;
    /** All columns, and those to show. */
    columns: readonly Column<Row>[];
    shown: readonly Column<Row>[];
    after: string;
    listed: readonly Row[];
  },
): Promise<void> {
  const { api, output, flags, isFiltered, columns, shown, after, listed } = about;
  const { noun, idOf, summaryOf, matching } = watching;
  const known = new Map(listed.map((row) => [idOf(row), row]));
  const feed = output.feed(watchedColumns(shown));
  const tell = (watched: Watched<Row>, text: string) =>
    feed(watched, { when: timeOfDay(new Date()), text });

  if (output.format !== 'people') {
    for (const row of listed) tell({ change: 'listed', id: idOf(row), row }, '');
  }
  output.note('Watching. Ctrl-C ends.');

  for await (const happening of watching.changes(api, after, output)) {
    const before = known.get(happening.id);
    const watched = await consequence(happening, before, { api, flags, isFiltered, matching });
    if (!watched) continue;
    const { change, id, row } = watched;
    const summary = row ? summaryOf(row) : undefined;
    const difference = (before && row && differences(columns, before, row)) ?? '';
    // Two changes at once are read together: the second time there is nothing to tell.
    if (change === 'changed' && before && difference === '') continue;
    if (row && change !== 'left' && change !== 'deleted') known.set(id, row);
    else known.delete(id);
    const name = summary ? `${noun} ${id} (${summary})` : `${noun} ${id}`;
    tell(watched, `${name} ${verbs[change]}${difference ? `: ${difference}` : ''}.`);
  }
}
