import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Api } from '../../core/api/api.ts';
import { columnName } from '../../core/api/fields.ts';
import { Invalid } from '../../core/args/parser.ts';
import type { Invocation } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { CliError, notFound, usageError } from '../../core/errors.ts';
import { withoutGuards } from '../../core/output/formulas.ts';
import { capitalize } from '../../core/text/words.ts';
import {
  ImportRun,
  type ImportRunMutation,
  type ImportRunMutationVariables,
  ImportStage,
} from '../../operations/index.ts';
import type { Encoding } from './encoding.ts';
import type { ImportSpec, ImportValues, LineProblem, Match } from './fields.ts';
import { type Header, type Row, readHeader, readRows } from './file.ts';

const maxBatchLines = 500;
/** Characters, as JSON; the server accepts about a million bytes. */
const maxBatchLength = 200_000;

type Outcome = NonNullable<NonNullable<ImportRunMutation['runImport']>['outcome']>;

type ImportOptions = Omit<ImportRunMutationVariables, 'importId'>;

/** An import that is staged on the server. */
interface Staging {
  /** Adds a line. Lines are sent in batches while the next ones are read. */
  add(line: number, values: ImportValues): Promise<void>;
  /** Writes all lines or none; a dry run says what would happen. */
  run(options: ImportOptions): Promise<Outcome>;
}

function createStaging(api: Api): Staging {
  const importId = randomUUID();
  let lines: { line: number; values: ImportValues }[] = [];
  let characters = 0;
  let sending: Promise<unknown> = Promise.resolve();

  async function send(): Promise<void> {
    await sending;
    if (lines.length === 0) return;
    sending = api.send(ImportStage, { importId, lines });
    // thrown where it is awaited
    sending.catch(() => {});
    lines = [];
    characters = 0;
  }

  return {
    async add(line, values) {
      lines.push({ line, values });
      characters += JSON.stringify(values).length;
      if (lines.length >= maxBatchLines || characters >= maxBatchLength) await send();
    },
    async run(options) {
      await send();
      await sending;
      const { runImport } = await api.send(ImportRun, { importId, ...options });
      if (!runImport?.outcome) throw notFound('The server returned no result of the import.');
      return runImport.outcome;
    },
  };
}

type ImportInvocation = Pick<
  Invocation<LineProblem, never>,
  'api' | 'output' | 'stdin' | 'columns'
> & {
  flags: { file: string; dryRun: boolean; encoding: Encoding | undefined };
};

/** The result of an import, for programs. */
type Summary = Omit<Outcome, 'problems'> & { dryRun: boolean };

const { columns: summaryColumns } = defineFields<Summary>()({
  created: { kind: 'number', priority: 0 },
  updated: { kind: 'number', priority: 0 },
  unchanged: { kind: 'number', priority: 0 },
  dryRun: { kind: 'flag', priority: 0 },
});

const many = (count: number, one: string, several = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

/** Opens the file; its size in bytes is undefined for a pipe. */
async function open(
  file: string,
  stdin: () => NodeJS.ReadStream,
): Promise<{ source: Readable; name: string; size: number | undefined }> {
  if (file === '-') return { source: stdin(), name: 'Standard input', size: undefined };
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw usageError(`${file} is a folder.`, 'Name a CSV file.');
    const size = found.isFile() ? found.size : undefined;
    return { source: createReadStream(file), name: file, size };
  } catch (error) {
    throw unreadable(error, file);
  }
}

function unreadable(error: unknown, file: string): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  if (error.code === 'ENOENT') return usageError(`There is no file ${file}.`);
  return usageError(`${file} cannot be read: ${error.code}.`);
}

/** The values of a line for the API, and its problems. */
function readLine(
  { line, cells }: Row,
  { columns }: Header,
  needed: ImportSpec['needed'],
): { values: ImportValues; problems: LineProblem[] } {
  const beyond = cells.slice(columns.length).some((cell) => cell.trim() !== '');
  if (cells.length < columns.length || beyond) {
    const message = `The line has ${many(cells.length, 'value')}, the header ${many(columns.length, 'column')}.`;
    return { values: {}, problems: [{ line, column: null, message }] };
  }
  const values: ImportValues = {};
  const problems: LineProblem[] = [];
  const given = new Set<string>();
  for (const [index, { name, field }] of columns.entries()) {
    const cell = withoutGuards(cells[index] ?? '');
    // an empty cell keeps the value of a known record
    if (!field || cell.trim() === '') continue;
    given.add(field.names[0]);
    try {
      Object.assign(values, field.read(cell));
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      problems.push({ line, column: name, message: capitalize(error.message) });
    }
  }
  for (const group of needed) {
    if (group.some((name) => given.has(name))) continue;
    const column = columns.find(({ field }) => field && group.includes(field.names[0]));
    problems.push({ line, column: column?.name ?? null, message: 'This is missing.' });
  }
  return { values, problems };
}

/** The server's problems, with the names of columns in the file. */
function problemsOf(outcome: Outcome, { columns }: Header): LineProblem[] {
  return outcome.problems.flatMap((problem): LineProblem[] => {
    if (!problem) return [];
    const { line, field: name, message } = problem;
    if (!name) return [{ line, column: null, message }];
    const column = columns.find(({ field }) => field?.columns.includes(columnName(name)));
    return [{ line, column: column?.name ?? name, message }];
  });
}

function summaryOf(outcome: Outcome, { noun, plural }: ImportSpec, file: string, dryRun: boolean) {
  const { created, updated, unchanged } = outcome;
  const total = created + updated + unchanged;
  if (total === 0) return `${file} has no lines: there was nothing to import.`;
  const part = (count: number, what: string) =>
    count > 0 ? [`${count.toLocaleString('en')} ${what}`] : [];
  const parts = [...part(created, 'created'), ...part(updated, 'updated')];
  const list = [...parts, ...part(unchanged, 'unchanged')].join(', ');
  const what = many(total, noun, plural);
  return dryRun
    ? `No problem in ${file}: ${what} could be imported: ${list}.`
    : `${what} imported: ${list}.`;
}

/** Imports a file and reports the result. If any line has a problem, lists all problems and throws INVALID. */
export async function importFile(
  what: ImportSpec,
  { api, output, stdin, columns: shown, flags }: ImportInvocation,
  match: Match,
): Promise<void> {
  const { source, name, size } = await open(flags.file, stdin);
  const matchEmail = match === 'email';
  const needed = matchEmail && what.matchedBy ? [[what.matchedBy]] : what.needed;
  const staging = createStaging(api);
  const problems: LineProblem[] = [];
  const progress = output.progress();
  let header: Header | undefined;
  let lines = 0;
  try {
    const tell = (bytes: number) =>
      progress.at(bytes, size, `${many(lines, 'line')} of ${name} read`);
    const { encoding } = flags;
    for await (const row of readRows(source, name, { encoding, onRead: tell })) {
      if (!header) {
        header = readHeader(row.cells, name, { ...what, needed });
        continue;
      }
      const read = readLine(row, header, needed);
      problems.push(...read.problems);
      if (read.problems.length === 0) await staging.add(row.line, read.values);
      lines += 1;
    }
  } catch (error) {
    throw unreadable(error, name);
  } finally {
    progress.end();
  }
  if (!header)
    throw new CliError({ code: 'INVALID', message: `${name} is empty: it has no header.` });
  if (header.ignored.length > 0) {
    output.note(`Ignored, since they are not imported: ${header.ignored.join(', ')}.`);
  }

  const dryRun = flags.dryRun || problems.length > 0;
  const outcome = await staging.run({
    record: what.noun,
    matchEmail,
    allowDuplicates: match === 'none',
    dryRun,
  });
  problems.push(...problemsOf(outcome, header));
  if (problems.length === 0) {
    const { created, updated, unchanged } = outcome;
    const summary = { created, updated, unchanged, dryRun };
    output.changed(summaryOf(outcome, what, name, dryRun), summaryColumns, summary);
    return;
  }
  problems.sort((one, other) => one.line - other.line);
  const mayBeKnown = !match && outcome.problems.some((problem) => problem.field === 'email');
  const ofKnown = mayBeKnown ? ' --match email updates known clients.' : '';
  await output.list(shown, problems, '');
  throw new CliError({
    code: 'INVALID',
    message: `${many(problems.length, 'problem')} in ${name}. Nothing was imported.`,
    hint: `Correct what is listed, then run it again.${ofKnown}`,
  });
}
