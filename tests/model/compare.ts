import { isDeepStrictEqual } from 'node:util';
import { type Company, type RecordName, recordNames } from './company.ts';
import { expectedRows, inModelTerms, type Row } from './rows.ts';
import type { Snapshot } from './store.ts';

// What the database holds after a step against what the model expects. Every difference is a sentence.

/** Where the rows are not as the model has them. */
export function differences(company: Company, { rows }: Snapshot): string[] {
  return recordNames.flatMap((record) =>
    differencesIn(record, expectedRows(company, record), rows[record]),
  );
}

function differencesIn(record: RecordName, expected: Row[], actual: readonly Row[]): string[] {
  const found = new Map(actual.map((row) => [row.id, inModelTerms(record, row)]));
  const wrong = expected.flatMap((row) => {
    const there = found.get(row.id);
    found.delete(row.id);
    if (there === undefined) return [`${record} ${row.id} is gone`];
    return Object.entries(row)
      .filter(([column, value]) => there[column] !== value)
      .map(([column, value]) => {
        const [is, not] = [JSON.stringify(there[column]), JSON.stringify(value)];
        return `${record} ${row.id} has ${column} = ${is}, not ${not}`;
      });
  });
  return [...wrong, ...[...found.keys()].map((id) => `${record} ${id} should not be there`)];
}

/**
 * Takes over what people were told. The table says who reads a notification, not who gets one: that is told
 * elsewhere.
 */
export function adoptNotifications(company: Company, before: Snapshot, after: Snapshot): void {
  const known = new Set(before.rows.notification.map(({ id }) => id));
  for (const { id, recipient_id, event_id, contract_id } of after.rows.notification) {
    if (known.has(id)) continue;
    company.notification.set(id, {
      id,
      recipient_id: Number(recipient_id),
      event_id: event_id as number | null,
      contract_id: contract_id as number | null,
      is_read: false,
    });
  }
}

/** Columns that the model does not keep, and that moved where they should stand, or stood where they should move. */
export function strayChanges(
  [company, before]: [Company, Snapshot],
  [next, after]: [Company, Snapshot],
  wasRefused: boolean,
): string[] {
  return recordNames.flatMap((record) => {
    const changed = changedIds(record, company, next);
    const kept = Object.keys(expectedRows(next, record)[0] ?? {});
    const old = new Map(before.rows[record].map((row) => [row.id, row]));
    return after.rows[record].flatMap((row) => {
      const was = old.get(row.id);
      if (was === undefined) return [];
      const isChanged = changed.has(row.id);
      return Object.keys(row)
        .filter((column) => !kept.includes(column))
        .flatMap((column) => {
          const hasMoved = !isDeepStrictEqual(row[column], was[column]);
          const name = `${column} of ${record} ${row.id}`;
          const moves = column === 'last_update' || column === 'version';
          if (moves && isChanged && !hasMoved) return [`${name} stands`];
          // Every change makes another version, whatever else moves with it.
          if (column === 'version' && isChanged) return [];
          // To write what is there already may move the time of the last update, or may not.
          if (column === 'last_update' && !wasRefused) return [];
          // Whatever else the database keeps is set once, by a change of its record.
          return hasMoved && !(isChanged && was[column] === null) ? [`${name} has moved`] : [];
        });
    });
  });
}

/** What history does not say of a step, or should not. */
export function historyGaps(
  company: Company,
  next: Company,
  { history }: Snapshot,
  by: number | null,
  wasRefused: boolean,
): string[] {
  if (wasRefused) return history.length === 0 ? [] : ['history holds what was refused'];
  const told = new Set(
    history
      .filter(({ employee_id }) => employee_id === by)
      .map(({ record, row_id }) => `${record} ${row_id}`),
  );
  return recordNames
    .filter((record) => record !== 'notification')
    .flatMap((record) => [...changedIds(record, company, next)].map((id) => `${record} ${id}`))
    .filter((name) => !told.has(name))
    .map((name) => `history does not say that they changed ${name}`);
}

/** The records that are not as they were, were not there or are no more. */
function changedIds(record: RecordName, company: Company, next: Company): Set<number> {
  const [old, now] = [company, next].map(
    (state) => new Map(expectedRows(state, record).map((row) => [row.id, JSON.stringify(row)])),
  );
  const ids = [...(old?.keys() ?? []), ...(now?.keys() ?? [])];
  return new Set(ids.filter((id) => old?.get(id) !== now?.get(id)));
}
