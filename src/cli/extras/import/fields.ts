import { columnName } from '../../core/api/fields.ts';
import { type Flags, flagName } from '../../core/args/flag.ts';
import { Invalid, type Parser } from '../../core/args/parser.ts';
import { email, id } from '../../core/args/parsers.ts';
import type { Noun } from '../../core/command/command.ts';
import type { ImportRecord } from '../../operations/index.ts';

/** The values of a line for the API, by column. */
export type ImportValues = Record<string, unknown>;

/** A column that a file can have. */
export interface ImportField {
  /** Its names in a header: that of `--csv`, those of the database and of the flag. Messages use the first. */
  names: readonly [string, ...string[]];
  /** The columns of the API that it sets. */
  columns: readonly string[];
  /** Parses a cell that is not empty. Throws an `Invalid` that says how to write it. */
  read(cell: string): ImportValues;
  /** The column is ignored if the file has one of these too. */
  unless?: ImportField['names'];
}

function field<Value>(
  names: ImportField['names'],
  column: string,
  parse: Parser<Value>,
): ImportField {
  return { names, columns: [column], read: (cell) => ({ [column]: parse(cell) }) };
}

/** A reference, by id or by e-mail address: the fields `clientId`, `clientEmail` and `client`. */
function referenceFields(key: string, idColumn: string, name: string, isShown: boolean) {
  const emailColumn = idColumn.replace(/id$/, 'email');
  const idNames: ImportField['names'] = [key, idColumn];
  const either: ImportField = {
    names: [name],
    columns: [idColumn, emailColumn],
    read(cell) {
      const text = cell.trim();
      if (/^\d+$/.test(text)) return { [idColumn]: id(text) };
      if (text.includes('@')) return { [emailColumn]: email(text) };
      throw new Invalid(`“${text}” is neither an id nor an e-mail address.`);
    },
    // in a list it is the name of the record, beside its id
    ...(isShown && { unless: idNames }),
  };
  return [
    field(idNames, idColumn, id),
    field([key.replace(/Id$/, 'Email'), emailColumn], emailColumn, email),
    either,
  ];
}

/** The columns of a file, and those that each line needs: alternative names for each. */
export interface ImportFields {
  fields: readonly ImportField[];
  needed: readonly (readonly string[])[];
}

/** The fields of an import: those that `create` takes. */
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
      : [field([key, column, name], column, parse)];
    return { flag, fields };
  });
  return {
    fields: groups.flatMap(({ fields }) => fields),
    needed: groups
      .filter(({ flag }) => flag.given === 'required')
      .map(({ fields }) => fields.map(({ names }) => names[0])),
  };
}

/** What is wrong with a line of a file. */
export interface LineProblem {
  line: number;
  /** The column, as the file calls it; null for the line as a whole. */
  column: string | null;
  message: string;
}

/** How known records are treated: updated, or created again; undefined: refused. */
export type Match = 'email' | 'none' | undefined;

/** How a kind of record is imported. */
export interface ImportSpec extends ImportFields {
  noun: ImportRecord;
  plural: string;
  /** The names of the columns of lists, which a file may have too. */
  shown: readonly string[];
  /** The field by which known records can be matched; with it, a line needs no other. */
  matchedBy?: string;
}
