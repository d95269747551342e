import type { Problem } from '../errors.ts';
import { isForeign, zoneToName } from '../locale/zone.ts';
import type { Column } from './columns.ts';
import { createFeed, type FeedEntry } from './feed.ts';
import type { Format } from './format.ts';
import { csvHeader, csvLine, json, plainObject, tsvLine, writeRows } from './machine.ts';
import { isAccessible, mark, setAccessible, wordsOnly } from './marks.ts';
import { createPaint, type Paint } from './paint.ts';
import { problemAsJson, problemAsText } from './problem.ts';
import { createProgress, type Progress } from './progress.ts';
import { drawLabelled, drawRecord, type LabelledText } from './record.ts';
import { drawSheet, type SheetPart } from './sheet.ts';
import { drawTable, howToSeeAll } from './table.ts';
import { printableLines, wrapped } from './text.ts';

export type { SheetPart } from './sheet.ts';

/** The streams and the environment that text goes through. */
export interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

export interface OutputOptions {
  /** The format that a flag asked for; without one, a table on a terminal and TSV in a pipe. */
  format?: Exclude<Format, 'people' | 'tsv'>;
  colour: boolean;
  /** True when `--fields` chose the columns: then all of them are shown, and no others. */
  chosen: boolean;
  /** The program that shows what is longer than the terminal; undefined for none. */
  pager: string | undefined;
}

/** All text of the program goes through here: data to stdout, everything else to stderr. */
export interface Output {
  readonly format: Format;
  /** How many lines of a table the terminal shows at once, beside its head and what follows; undefined elsewhere. */
  readonly screenful: number | undefined;
  /** `foot` is a line below a table. */
  list<Row>(
    columns: readonly Column<Row>[],
    rows: readonly Row[],
    ifEmpty: string,
    foot?: () => Promise<string>,
  ): Promise<void>;
  /** The same, as the rows come; on a terminal a table is drawn when all of them are there. */
  stream<Row>(
    columns: readonly Column<Row>[],
    pages: AsyncIterable<readonly Row[]>,
    ifEmpty: string,
    foot?: () => Promise<string>,
  ): Promise<void>;
  record<Row>(columns: readonly Column<Row>[], row: Row): void;
  /** A record for people, with tables of what belongs to it. */
  sheet<Row>(lines: readonly Column<Row>[], row: Row, parts: readonly SheetPart[]): Promise<void>;
  /** Names the zone of the times that were shown or are asked for, once, where it is not the terminal's. */
  nameZone(): void;
  /** What is drawn for people, in the columns, lines and the colours that the terminal has. */
  drawing(draw: (paint: Paint, maxWidth: number, lines: number) => string): Promise<void>;
  /** A text in a form of its own, such as a page, as it is. */
  verbatim(text: string): void;
  /** One row after the other, as things happen: a sentence each for people, otherwise a line each. */
  feed<Row>(columns: readonly Column<Row>[]): (row: Row, entry: FeedEntry) => void;
  /** What a command changed: a sentence, or the record where a format or fields were asked for. */
  changed<Row>(sentence: string, columns: readonly Column<Row>[], row: Row): void;
  /** The same for several records. */
  changedAll<Row>(
    sentence: string,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
  ): Promise<void>;
  /** How far something has come, on stderr. */
  progress(): Progress;
  /** A sentence for the person, on stderr, and perhaps lines that stay lines: a command to type, or a short list. */
  note(sentence: string, ...lines: readonly string[]): void;
  /** A drawing for the person at the prompt, on stderr. */
  picture(draw: (paint: Paint, maxWidth: number) => Promise<string>): Promise<void>;
  /** A command line that is run for the person, on stderr. */
  echo(commandLine: string): void;
  /** Labels and what belongs to them, for the person at the prompt, on stderr. */
  labelled(lines: readonly LabelledText[]): void;
  problem(problem: Problem): void;
}

/** Colours on a terminal, unless NO_COLOR or --no-color says otherwise; CLICOLOR_FORCE: everywhere. */
function coloursOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, wanted: boolean): boolean {
  if (!wanted || env.NO_COLOR) return false;
  if (env.CLICOLOR_FORCE && env.CLICOLOR_FORCE !== '0') return true;
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** `EPIC_FORCE_TTY=<columns>` draws for people even where a stream is not a terminal. */
function terminalWidth(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): number | undefined {
  if (env.EPIC_FORCE_TTY) return Number.parseInt(env.EPIC_FORCE_TTY, 10) || 80;
  return stream.isTTY ? stream.columns || 80 : undefined;
}

/** The command line, the head of a table, what it left out, and how many rows there are. */
const linesBeside = 4;
const leastScreenful = 5;

const zoneNote = (zone: string) => `Times are in ${zone}.`;

const paintFor = (stream: NodeJS.WriteStream, streams: Streams, colour: boolean): Paint =>
  createPaint(coloursOn(stream, streams.env, colour));

/** An output for one command, its format decided by its flags and by where stdout leads. */
export function createOutput(streams: Streams, options: OutputOptions): Output {
  const { stdout, stderr } = streams;
  setAccessible(isAccessible(streams.env));
  const maxWidth = terminalWidth(stdout, streams.env);
  const errCells = terminalWidth(stderr, streams.env) ?? Number.POSITIVE_INFINITY;
  const format: Format = options.format ?? (maxWidth === undefined ? 'tsv' : 'people');
  const paint = paintFor(stdout, streams, options.colour);
  const errPaint = paintFor(stderr, streams, options.colour);

  const note: Output['note'] = (sentence, ...lines) => {
    const said = wrapped(printableLines(sentence), errCells, '');
    const kept = lines.map((line) =>
      // A command stays on one line, to be copied; a text goes on below itself.
      line.startsWith('epic ')
        ? `  ${printableLines(line)}`
        : `  ${wrapped(printableLines(line), errCells, '      ').slice(6)}`,
    );
    stderr.write(`${errPaint.quiet([said, ...kept].join('\n'))}\n`);
  };

  /** Names the zone of the times that were shown, once, where it is not the terminal's; and says something more. */
  const nameZone = (more = '') => {
    const zone = format === 'people' ? zoneToName() : undefined;
    const said = [zone && zoneNote(zone), more].filter(Boolean).join(' ');
    if (said) note(said);
  };

  /** What is longer than the terminal goes through a pager. */
  const present = async (text: string, remark = '') => {
    const isLong = stdout.isTTY && text.split('\n').length > stdout.rows;
    if (isLong && options.pager && !wordsOnly()) {
      const { page } = await import('./pager.ts');
      const zone = zoneToName();
      const whole = zone ? `${text}${paint.quiet(zoneNote(zone))}\n` : text;
      if (await page(whole, options.pager, streams.env)) return nameZone(remark);
      stderr.write(
        `${errPaint.quiet(`There is no pager “${options.pager}” here. To do without: epic config set pager cat`)}\n`,
      );
    }
    stdout.write(text);
    nameZone(remark);
  };

  /** The columns of a list: in JSON and CSV all of them, elsewhere those for a glance, or those that were chosen. */
  const listed = <Row>(columns: readonly Column<Row>[]) => {
    if (format === 'json' || format === 'csv') return columns;
    return options.chosen
      ? columns.map((column) => ({ ...column, priority: 0 }))
      : columns.filter(({ priority }) => priority !== undefined);
  };

  const record = <Row>(columns: readonly Column<Row>[], row: Row) => {
    if (format === 'json') stdout.write(json(plainObject(columns, row)));
    else if (format === 'csv') stdout.write(csvHeader(columns) + csvLine(columns, row));
    else if (format === 'tsv') stdout.write(tsvLine(columns, row));
    else {
      stdout.write(drawRecord(columns, row, paint, maxWidth ?? 80));
      nameZone();
    }
  };

  /** Said once, not on every page. */
  let lastLeftOut = '';

  const list: Output['list'] = async (columns, rows, ifEmpty, foot) => {
    if (format !== 'people') await writeRows(stdout, format, listed(columns), [rows]);
    else if (rows.length === 0) stderr.write(`${ifEmpty}\n`);
    else {
      const { text, leftOut } = await drawTable(listed(columns), rows, maxWidth ?? 80, paint);
      const isNews = leftOut !== '' && leftOut !== lastLeftOut;
      lastLeftOut = leftOut;
      const whole = foot ? `${text}${paint.heading(await foot())}\n` : text;
      await present(whole, isNews ? `${leftOut} ${howToSeeAll}` : '');
    }
  };

  const sentenceLine = (sentence: string) => {
    const zone = format === 'people' ? zoneToName() : undefined;
    const text = printableLines(zone ? sentence.replace(/\.?$/, ` (${zone}).`) : sentence);
    const indent = wordsOnly() ? '' : '  ';
    const lines =
      format === 'people'
        ? wrapped(text, (maxWidth ?? 80) - (indent ? 0 : 6), indent).slice(indent.length)
        : text;
    const done = paint.good(mark('done'));
    stdout.write(`${done} ${lines}\n`);
  };
  const asked = options.format !== undefined || options.chosen;

  return {
    format,
    screenful:
      format === 'people' && stdout.isTTY
        ? Math.max(leastScreenful, stdout.rows - linesBeside)
        : undefined,
    list,
    async stream(columns, pages, ifEmpty, foot) {
      if (format === 'people') {
        const rows = [];
        for await (const page of pages) rows.push(...page);
        await list(columns, rows, ifEmpty, foot);
      } else {
        await writeRows(stdout, format, listed(columns), pages);
      }
    },
    record,
    sheet: async (lines, row, parts) =>
      present(await drawSheet(lines, row, parts, paint, maxWidth ?? 80)),
    drawing: (draw) => {
      const lines = (stdout.rows || 24) - (isForeign() ? 1 : 0);
      return present(draw(paint, maxWidth ?? 80, lines));
    },
    nameZone,
    feed(columns) {
      const shown = format === 'people' ? columns : listed(columns);
      const look = { format, paint, maxWidth: maxWidth ?? 80, chosen: options.chosen };
      const draw = createFeed(shown, look);
      return (row, entry) => {
        stdout.write(draw(row, entry));
        nameZone();
      };
    },
    verbatim(text) {
      stdout.write(text);
    },
    changed(sentence, columns, row) {
      if (asked) record(columns, row);
      else sentenceLine(sentence);
    },
    async changedAll(sentence, columns, rows) {
      if (asked) await list(columns, rows, sentence);
      else sentenceLine(sentence);
    },
    progress: () => createProgress(stderr),
    note,
    async picture(draw) {
      if (wordsOnly()) return;
      stderr.write(await draw(errPaint, errCells));
    },
    echo(commandLine) {
      stderr.write(`${errPaint.quiet(`$ ${printableLines(commandLine)}`)}\n`);
    },
    labelled(lines) {
      stderr.write(drawLabelled(lines, errPaint, errCells));
      nameZone();
    },
    problem(problem) {
      stderr.write(
        format === 'json' ? problemAsJson(problem) : problemAsText(problem, errPaint, errCells),
      );
      nameZone();
    },
  };
}
