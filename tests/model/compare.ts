import { isDeepStrictEqual } from 'node:util';
import { expectedRows, type Row, toModelRow } from './rows.ts';
import { type RecordName, recordNames, type State } from './state.ts';
import type { Snapshot } from './store.ts';

// Compares the database after a step with the expected state. Every difference is a sentence.

/** The rows that differ from the model's. */
export function differences(state: State, { rows }: Snapshot): string[] {
  return recordNames.flatMap((record) =>
    differencesIn(record, expectedRows(state, record), rows[record]),
  );
}

function differencesIn(record: RecordName, expected: Row[], actual: readonly Row[]): string[] {
  const found = new Map(actual.map((row) => [row.id, toModelRow(record, row)]));
  const wrong = expected.flatMap((row) => {
    const there = found.get(row.id);
    found.delete(row.id);
    if (there === undefined) return [`${record} ${row.id} is missing`];
    return Object.entries(row)
      .filter(([column, value]) => there[column] !== value)
      .map(([column, value]) => {
        const [is, not] = [JSON.stringify(there[column]), JSON.stringify(value)];
        return `${record} ${row.id} has ${column} = ${is}, not ${not}`;
      });
  });
  return [...wrong, ...[...found.keys()].map((id) => `${record} ${id} should not be there`)];
}

/** Takes over from the database what is not modelled: who is notified of what, and when a new client was met. */
export function adoptNewRows(state: State, before: Snapshot, after: Snapshot): void {
  for (const { id, first_contact } of after.rows.client) {
    const client = state.client.get(id);
    if (client?.first_contact === null) client.first_contact = String(first_contact);
  }
  const known = new Set(before.rows.notification.map(({ id }) => id));
  for (const { id, recipient_id, event_id, contract_id } of after.rows.notification) {
    if (known.has(id)) continue;
    state.notification.set(id, {
      id,
      recipient_id: Number(recipient_id),
      event_id: event_id as number | null,
      contract_id: contract_id as number | null,
      is_read: false,
    });
  }
}

/** Columns outside the model that changed where they should not, or did not where they should. */
export function unexpectedChanges(
  [state, before]: [State, Snapshot],
  [next, after]: [State, Snapshot],
  wasRefused: boolean,
): string[] {
  return recordNames.flatMap((record) => {
    const changed = changedIds(record, state, next);
    const kept = Object.keys(expectedRows(next, record)[0] ?? {});
    const old = new Map(before.rows[record].map((row) => [row.id, row]));
    return after.rows[record].flatMap((row) => {
      const was = old.get(row.id);
      if (was === undefined) return [];
      const isChanged = changed.has(row.id);
      return Object.keys(row)
        .filter((column) => !kept.includes(column))
        .flatMap((column) => {
          const hasChanged = !isDeepStrictEqual(row[column], was[column]);
          const name = `${column} of ${record} ${row.id}`;
          const isTime = column === 'last_update' || column === 'updated_at';
          const shouldChange = isTime || column === 'version';
          if (shouldChange && isChanged && !hasChanged) return [`${name} has not changed`];
          // Every change increments the version, and sets when it was.
          if ((column === 'version' || column === 'updated_at') && isChanged) return [];
          // An update with the present values may or may not set last_update.
          if (column === 'last_update' && !wasRefused) return [];
          // Other columns are set once, by a change of their record, but for one.
          const isAllowed = isChanged && (was[column] === null || isReopened(column, row));
          return hasChanged && !isAllowed ? [`${name} has changed`] : [];
        });
    });
  });
}

/** A note that was done is open again. */
function isReopened(column: string, row: Row): boolean {
  return column === 'done_at' && row[column] === null;
}

/** What is missing in the history of a step, or should not be there. */
export function historyErrors(
  state: State,
  next: State,
  { history }: Snapshot,
  by: number | null,
  wasRefused: boolean,
): string[] {
  if (wasRefused) return history.length === 0 ? [] : ['history holds a refused change'];
  const recorded = new Set(
    history
      .filter(({ employee_id }) => employee_id === by)
      .map(({ record, row_id }) => `${record} ${row_id}`),
  );
  return recordNames
    .filter((record) => record !== 'notification')
    .flatMap((record) => [...changedIds(record, state, next)].map((id) => `${record} ${id}`))
    .filter((name) => !recorded.has(name))
    .map((name) => `history has no change of ${name}`);
}

/** The records that were changed, created or deleted. */
function changedIds(record: RecordName, state: State, next: State): Set<number> {
  const [old, now] = [state, next].map(
    (state) => new Map(expectedRows(state, record).map((row) => [row.id, JSON.stringify(row)])),
  );
  const ids = [...(old?.keys() ?? []), ...(now?.keys() ?? [])];
  return new Set(ids.filter((id) => old?.get(id) !== now?.get(id)));
}
