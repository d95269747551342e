import { pipeline, Readable } from 'node:stream';
import { CliError } from '../../core/errors.ts';
import { canonical } from '../../core/output/columns.ts';
import { didYouMean } from '../../core/text/words.ts';
import { decoded, type Encoding } from './encoding.ts';
import type { ImportField } from './fields.ts';

/** A record of a CSV file. */
export interface Row {
  /** The line on which it begins; the header is on line 1. */
  line: number;
  cells: readonly string[];
}

const maxHeaderLength = 65_536;
/** More than the server accepts; a missing closing quote would make the rest of the file one record. */
const maxRecordLength = 2_000_000;

/** The delimiter of the header: the most frequent of comma, semicolon and tab. */
function delimiterOf(start: string): string {
  const header = start.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)[0] ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

const lineBreaks = /\r\n|\n|\r/g;
const breaksIn = (cell: string) => cell.match(lineBreaks)?.length ?? 0;

function malformed(error: unknown, name: string): unknown {
  if (!(error instanceof Error && 'code' in error && 'lines' in error)) return error;
  return new CliError(
    {
      code: 'INVALID',
      message: `${name} is not valid CSV: a quotation mark is missing or misplaced by line ${error.lines}.`,
      hint: 'Put a value that has quotation marks between quotation marks, and double them: "12"" disc".',
    },
    { cause: error },
  );
}

/**
 * The records of a CSV file as a stream, the header first, without blank lines: with or without a byte order mark,
 * delimited by commas, semicolons or tabs, with the line breaks of any system. `onRead` gets the number of bytes read
 * so far. Throws INVALID for malformed CSV, and closes the source in the end.
 */
export async function* readRows(
  source: Readable,
  name: string,
  {
    encoding,
    onRead = () => {},
  }: { encoding?: Encoding | undefined; onRead?: (bytes: number) => void } = {},
): AsyncGenerator<Row, void, undefined> {
  const { parse } = await import('csv-parse');
  const texts = decoded(source, { name, encoding, onRead });
  let start = '';
  while (start.length < maxHeaderLength && !/[\r\n]/.test(start)) {
    const { done, value } = await texts.next();
    if (done) break;
    start += value;
  }

  async function* everything() {
    if (start !== '') yield start;
    yield* texts;
  }

  const delimiter = delimiterOf(start);
  const parser = parse({
    delimiter,
    relax_column_count: true,
    max_record_size: maxRecordLength,
  });
  // errors are thrown where the records are read
  pipeline(Readable.from(everything(), { objectMode: false }), parser, () => {});
  let line = 1;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      const isBlank = cells.length === 1 && cells[0]?.trim() === '';
      if (!isBlank) yield { line, cells };
      line += 1 + cells.reduce((sum, cell) => sum + breaksIn(cell), 0);
    }
  } catch (error) {
    throw malformed(error, name);
  } finally {
    // do not wait for a writer at the other end of a pipe
    source.destroy();
  }
}

/** The columns of a file, in order. */
export interface Header {
  columns: readonly { name: string; field: ImportField | undefined }[];
  /** The names of columns that are not imported. */
  ignored: readonly string[];
}

function invalidHeader(message: string, hint: string): CliError {
  return new CliError({ code: 'INVALID', message, hint });
}

/**
 * Finds the field of each column of a header. Columns of lists (`shown`) that are no field are ignored; of each group
 * in `needed` one has to be there. Throws INVALID for an unknown or missing column.
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
    const field = fields.find((each) => each.names.some(isCalled) && !each.unless?.some(has));
    const key = field?.names[0] ?? canonical(name);
    if (name !== '' && seen.has(key)) {
      throw invalidHeader(
        `${file} has the column ${field?.names[0] ?? name} twice.`,
        'Remove one.',
      );
    }
    seen.add(key);
    if (field || shown.some(isCalled)) return { name, field };
    if (name === '') throw invalidHeader(`Column ${index + 1} of ${file} has no name.`, choice);
    const known = fields.flatMap((each) => each.names);
    throw invalidHeader(
      `${file} has a column “${name}”, which is unknown.`,
      didYouMean(name, known) ?? choice,
    );
  });

  for (const group of needed) {
    if (group.some((name) => seen.has(name))) continue;
    throw invalidHeader(`${file} has no column ${group.join(' or ')}.`, choice);
  }
  const ignored = columns.filter((column) => !column.field).map((column) => column.name);
  return { columns, ignored };
}
