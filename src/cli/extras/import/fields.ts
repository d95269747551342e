import { columnName } from '../../core/api/column-names.ts';
import { type Flags, flagName } from '../../core/args/flag.ts';
import { email, Invalid, id, type Parser } from '../../core/args/parsers.ts';
import type { Noun } from '../../core/command/command.ts';
import { canonical } from '../../core/output/columns.ts';

/** The values of a line for the API, by column. */
export type ImportValues = Record<string, unknown>;

/** A column that a file may have. */
export interface ImportField {
  /** How a header may call it: as `--csv` does, as the flag does. The first is what messages say. */
  names: readonly [string, ...string[]];
  /** The columns of the API that it gives. */
  columns: readonly string[];
  /** What a cell that is not empty gives the API. Throws an `Invalid` that says how to write it. */
  read(cell: string): ImportValues;
  /** Not this field, where the file has the column of that name too. */
  unless?: string;
}

function field<Value>(
  names: ImportField['names'],
  column: string,
  parse: Parser<Value>,
): ImportField {
  return { names, columns: [column], read: (cell) => ({ [column]: parse(cell) }) };
}

/** The fields of a record that may be named by id or by e-mail address: `clientId`, `clientEmail` and `client`. */
function referenceFields(key: string, idColumn: string, name: string, isShown: boolean) {
  const emailColumn = idColumn.replace(/id$/, 'email');
  const either: ImportField = {
    names: [name],
    columns: [idColumn, emailColumn],
    read(cell) {
      const text = cell.trim();
      if (/^\d+$/.test(text)) return { [idColumn]: id(text) };
      if (text.includes('@')) return { [emailColumn]: email(text) };
      throw new Invalid(`“${text}” is neither an id nor an e-mail address.`);
    },
    // in a list it is what the record is called, beside its id
    ...(isShown && { unless: key }),
  };
  return [
    field([key], idColumn, id),
    field([key.replace(/Id$/, 'Email')], emailColumn, email),
    either,
  ];
}

/** The columns of a file, and which of them each line needs: a choice of names for each. */
export interface ImportFields {
  fields: readonly ImportField[];
  needed: readonly (readonly string[])[];
}

/** What `import` reads is what `create` takes. */
export function importFieldsOf({ fields: shown, create = {} }: Noun): ImportFields {
  const groups = Object.entries<Flags[string]>(create).map(([key, flag]) => {
    const column = columnName(key, shown);
    const name = (flagName(flag) ?? '').slice(2);
    const { parse } = flag;
    const hasEmail = ['client', 'employee'].includes(parse.refersTo?.kind ?? '');
    const fields = hasEmail
      ? referenceFields(
          key,
          column,
          name,
          shown.some((each) => each.key === name),
        )
      : [field(canonical(name) === canonical(key) ? [key] : [key, name], column, parse)];
    return { flag, fields };
  });
  return {
    fields: groups.flatMap(({ fields }) => fields),
    needed: groups
      .filter(({ flag }) => flag.given === 'required')
      .map(({ fields }) => fields.map(({ names }) => names[0])),
  };
}

// what `--csv` puts before a text that a spreadsheet would run
const guarded = /^'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/;

/** A cell as it was before it was written for a spreadsheet. */
export const withoutGuard = (cell: string) => cell.replace(guarded, '');
