import { type Flag, type Flags, questionOf, type Services, type Values } from './command.ts';
import { type Deed, fieldsWrittenBy } from './deeds.ts';
import { cancelled } from './errors.ts';
import type { Cell, Column } from './output/columns.ts';
import { forPeople } from './output/format.ts';
import type { OutlineLine } from './output/output.ts';

/** A flag of a form, with the field of the record that it writes. */
export interface Entry<Row> {
  key: string;
  flag: Flag;
  field: string;
  /** The column that shows that field. */
  column: Column<Row> | undefined;
  label: string;
}

/** The flags that write something, in their order. */
export function entriesOf<Row, F extends Flags>(
  flags: F,
  deed: Deed<F, object>,
  columns: readonly Column<Row>[],
): Entry<Row>[] {
  return Object.entries(flags).flatMap(([key, flag]) => {
    const [field] = key === 'id' ? [] : fieldsWrittenBy(key, deed);
    if (field === undefined) return [];
    const column = columns.find((each) => each.key === field);
    return [{ key, flag, field, column, label: column?.label ?? questionOf(flag) }];
  });
}

/** A value of an entry as the record will show it. */
export const shownIn = <Row>({ column }: Entry<Row>, value: unknown): string =>
  forPeople(column?.kind ?? 'text', value as Cell);

/** Shows a record as it will be sent, and asks; a no ends the command. */
export async function lastLook<Row, F extends Flags>(
  { output, prompts }: Services,
  entries: readonly Entry<Row>[],
  { values, question }: { values: Values<F>; question: string },
): Promise<void> {
  const lines = entries.flatMap((entry): OutlineLine[] => {
    const value: unknown = values[entry.key];
    return value === undefined ? [] : [[entry.label, shownIn(entry, value)]];
  });
  output.outline(lines);
  if (!(await prompts.confirm(question, 'yes'))) throw cancelled('Nothing was sent.');
}
