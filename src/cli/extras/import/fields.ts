import { Invalid, id, type Parser } from '../../core/args/parsers.ts';

/** The values of a line for the API, by column. */
export type Given = Record<string, unknown>;

/** A column that a file may have. */
export interface ImportField {
  /** How a header may call it: as `--csv` does, as the flag does. The first is what messages say. */
  names: readonly [string, ...string[]];
  /** The columns of the API that it gives. */
  columns: readonly string[];
  /** What a cell that is not empty gives the API. Throws an `Invalid` that says how to write it. */
  read(cell: string): Given;
  /** Not this field, where the file has the column of that name too. */
  unless?: string;
}

/** A column of the API. */
export function field<Value>(
  names: ImportField['names'],
  column: string,
  parse: Parser<Value>,
): ImportField {
  return { names, columns: [column], read: (cell) => ({ [column]: parse(cell) }) };
}

/** A column with either the id or the e-mail address of a record. */
export function reference(
  names: ImportField['names'],
  columns: { id: string; email: string },
  parseEmail: Parser<string>,
): ImportField {
  return {
    names,
    columns: [columns.id, columns.email],
    read(cell) {
      const text = cell.trim();
      if (/^\d+$/.test(text)) return { [columns.id]: id(text) };
      if (text.includes('@')) return { [columns.email]: parseEmail(text) };
      throw new Invalid(`“${text}” is neither an id nor an e-mail address.`);
    },
  };
}

// What `--csv` puts before a text that a spreadsheet would run.
const guarded = /^'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/;

/** A cell as it was before it was written for a spreadsheet. */
export const withoutGuard = (cell: string) => cell.replace(guarded, '');
