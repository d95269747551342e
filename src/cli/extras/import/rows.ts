import { pipeline, Readable } from 'node:stream';
import { CliError } from '../../core/errors.ts';

/** A record of a CSV file. */
export interface Row {
  /** The line of the file where it begins; the header is on line 1. */
  line: number;
  cells: readonly string[];
}

const longestHeader = 65_536;
/** Characters of a record: more than the server takes. Without a closing quotation mark the rest of a file is one. */
const longestRecord = 2_000_000;

/** The separator of the header: a comma, a semicolon or a tab, whichever there are most of. */
function separatorOf(start: string): string {
  const header = start.replace(/"[^"]*"/g, '').split(/[\r\n]/, 1)[0] ?? '';
  const count = (separator: string) => header.split(separator).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

const lineBreaks = /\r\n|\n|\r/g;
const breaksIn = (cell: string) => cell.match(lineBreaks)?.length ?? 0;

function malformed(error: unknown, name: string): unknown {
  if (!(error instanceof Error && 'code' in error && 'lines' in error)) return error;
  return new CliError(
    {
      code: 'INVALID',
      message: `${name} is no proper CSV: a quotation mark is missing or misplaced by line ${error.lines}.`,
      hint: 'A value with quotation marks is written in quotation marks, and they are doubled in it: "12"" disc".',
    },
    { cause: error },
  );
}

/**
 * The records of a CSV file, the header first, as they come: with or without a byte order mark, separated by commas,
 * semicolons or tabs, its lines ended as on any system. Blank lines are left out. `onRead` hears how many bytes have
 * been read. Throws INVALID for what is no CSV. The source is closed in the end.
 */
export async function* readRows(
  source: Readable,
  name: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Row, void, undefined> {
  const { parse } = await import('csv-parse');
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < longestHeader && !/[\r\n]/.test(start.toString())) {
    const { done, value } = await chunks.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }

  async function* everything() {
    let read = start.length;
    if (read > 0) yield start;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      read += next.value.length;
      onRead(read);
      yield next.value;
    }
  }

  const delimiter = separatorOf(start.toString());
  const parser = parse({
    bom: true,
    delimiter,
    relax_column_count: true,
    max_record_size: longestRecord,
  });
  // What goes wrong is thrown where the records are read.
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
    // Whoever is still writing to it is not waited for.
    source.destroy();
  }
}
