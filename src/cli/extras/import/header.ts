import { CliError } from '../../core/errors.ts';
import { canonical } from '../../core/output/columns.ts';
import { didYouMean } from '../../core/text/suggest.ts';
import type { ImportField } from './fields.ts';

/** What the columns of a file are, in their order. */
export interface Header {
  columns: readonly { name: string; field: ImportField | undefined }[];
  /** The names of those that are left out, since the database keeps them. */
  ignored: readonly string[];
}

function wrong(message: string, hint: string): CliError {
  return new CliError({ code: 'INVALID', message, hint });
}

/**
 * Finds the field of each column of a header. `shown` are the names of the columns of lists: those that are no field are left out.
 * Each of `needed` is a choice of fields, one of which there must be. Throws INVALID for a column that there is not.
 */
export function readHeader(
  cells: readonly string[],
  file: string,
  about: {
    fields: readonly ImportField[];
    shown: readonly string[];
    needed: readonly (readonly string[])[];
  },
): Header {
  const { fields, shown, needed } = about;
  const names = cells.map((cell) => cell.trim());
  const has = (name: string) => names.some((other) => canonical(other) === canonical(name));
  const choice = `The columns are ${fields.map((each) => each.names[0]).join(', ')}.`;
  const seen = new Set<string>();

  const columns = names.map((name, index) => {
    const isCalled = (other: string) => canonical(other) === canonical(name);
    const field = fields.find(
      (each) => each.names.some(isCalled) && !(each.unless && has(each.unless)),
    );
    const key = field?.names[0] ?? canonical(name);
    if (name !== '' && seen.has(key)) {
      throw wrong(`${file} has the column ${field?.names[0] ?? name} twice.`, 'Remove one.');
    }
    seen.add(key);
    if (field || shown.some(isCalled)) return { name, field };
    if (name === '') throw wrong(`Column ${index + 1} of ${file} has no name.`, choice);
    const known = fields.flatMap((each) => each.names);
    throw wrong(
      `${file} has a column “${name}”, which is unknown.`,
      didYouMean(name, known) ?? choice,
    );
  });

  for (const group of needed) {
    if (group.some((name) => seen.has(name))) continue;
    throw wrong(`${file} has no column ${group.join(' or ')}.`, choice);
  }
  const ignored = columns.filter((column) => !column.field).map((column) => column.name);
  return { columns, ignored };
}
