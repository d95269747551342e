import { RecordKind } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import { type Flag, type Flags, questionOf, type Values } from '../args/flag.ts';
import { cancelled } from '../errors.ts';
import type { Cell, Column } from '../output/columns.ts';
import { forPeople } from '../output/format.ts';
import type { OutlineLine } from '../output/outline.ts';
import type { Services } from './command.ts';
import { assertMayBegin } from './permission.ts';
import { withHint } from './refusal.ts';
import { fieldsWrittenBy, permissionQuery, type WriteSpec } from './write-spec.ts';

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
  deed: WriteSpec<F, object>,
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
export async function confirmForm<Row, F extends Flags>(
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

/** Throws where the database would refuse what the form leads to, as far as it can be told from what is known. */
export async function assertMayCreate<F extends Flags>(
  api: Api,
  {
    noun,
    name,
    flags,
    deed,
  }: { noun: RecordKind; name: string; flags: F; deed: WriteSpec<F, object> },
  known: Readonly<Record<string, unknown>>,
): Promise<void> {
  const needed = Object.keys(flags).filter(
    (key) => key !== 'id' && flags[key]?.given === 'required',
  );
  const said = {
    id: typeof known.id === 'number' ? known.id : undefined,
    flags: new Map(needed.map((key) => [key, known[key]])),
    fields: [],
  };
  const asked = permissionQuery(noun, flags, deed);
  // What it belongs to: of a record that there is not, the database says so when the form is sent.
  const of = Object.values(RecordKind).find((each) => each === asked.reference) ?? noun;
  const id = 'id' in flags ? known.id : known[of];
  try {
    const about = { noun: 'id' in flags ? noun : of, id: typeof id === 'number' ? id : undefined };
    await assertMayBegin(api, about, asked.question(said));
  } catch (error) {
    throw withHint(error, { noun, name, id: undefined });
  }
}
