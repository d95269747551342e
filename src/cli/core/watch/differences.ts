import type { Column } from '../output/columns.ts';
import { forMachines, forPeople } from '../output/format.ts';

const longest = 40;

/** The columns of a record whose values are not what they were. */
function changedColumns<Row>(
  columns: readonly Column<Row>[],
  before: Row,
  after: Row,
): Column<Row>[] {
  const valueIn = ({ kind, value }: Column<Row>, row: Row) =>
    JSON.stringify(forMachines(kind, value(row)));
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
    const [old, now] = [before, after].map((row) => forPeople(kind, value(row)));
    const isShort = old !== undefined && now !== undefined && old.length + now.length <= longest;
    return isShort ? `${label} ${old} → ${now}` : label;
  });
  return parts.join(', ');
}
