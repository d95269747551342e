import { RecordKind } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import { type Flag, type Flags, questionOf } from '../args/flag.ts';
import { cancelled } from '../errors.ts';
import { withHint } from '../hints.ts';
import type { Cell, Column, Field } from '../output/columns.ts';
import { formatCell } from '../output/format.ts';
import type { LabelledText } from '../output/record.ts';
import type { Services } from './command.ts';
import { assertMayBegin, permissionQuery, type WriteSpec, writtenFlags } from './permission.ts';

/** A flag of a form: its key is that of the field that it writes. */
export interface FormField<Row> {
  key: string;
  flag: Flag;
  /** The column that shows the field. */
  column: Column<Row> | undefined;
  label: string;
}

/** The flags that write something, in their order. */
export const formFields = <Row>(flags: Flags, columns: readonly Column<Row>[]): FormField<Row>[] =>
  writtenFlags(flags).map(([key, flag]) => {
    const column = columns.find((each) => each.key === key);
    return { key, flag, column, label: column?.label ?? questionOf(flag) };
  });

/** A value of a field as the record will show it. */
export const shownIn = <Row>({ column }: FormField<Row>, value: unknown): string =>
  formatCell(column?.kind ?? 'text', value as Cell);

/** Shows a record as it will be sent, and asks; a no ends the command. */
export async function confirmForm<Row>(
  { output, prompts }: Services,
  fields: readonly FormField<Row>[],
  { values, question }: { values: Readonly<Record<string, unknown>>; question: string },
): Promise<void> {
  const lines = fields.flatMap((field): LabelledText[] => {
    const value = values[field.key];
    return value === undefined ? [] : [[field.label, shownIn(field, value)]];
  });
  output.labelled(lines);
  if (!(await prompts.confirm(question, 'yes'))) throw cancelled('Nothing was sent.');
}

/**
 * Throws FORBIDDEN where the database would refuse the command, as far as the known values tell. True where it depends
 * on those that are not known.
 */
export async function assertMayRun(
  api: Api,
  about: {
    noun: RecordKind;
    fields: readonly Field[];
    name: string;
    flags: Flags;
    write: WriteSpec;
  },
  known: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const { noun, fields, name, flags, write } = about;
  const needed = writtenFlags(flags).filter(([, { given }]) => given === 'required');
  const query = permissionQuery(noun, flags, write);
  const { reference, takesId } = query;
  // The record that it belongs to: if there is none, the database says so when the form is sent.
  const parent = takesId
    ? noun
    : Object.values(RecordKind).find((each) => each === reference?.name);
  const parentId = known[takesId ? 'id' : (reference?.key ?? '')];
  const id = typeof known.id === 'number' ? known.id : undefined;
  const question = query.question({
    id,
    flags: new Map(needed.map(([key]) => [key, known[key]])),
    fields: [],
  });
  try {
    const parentKnown = parent && typeof parentId === 'number' ? parentId : undefined;
    const asked = { noun: parent ?? noun, id: parentKnown, fields };
    return await assertMayBegin(api, asked, question);
  } catch (error) {
    throw withHint(error, { noun, name, id });
  }
}
