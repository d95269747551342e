import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientBase, DatabaseError, type QueryResult } from 'pg';
import { OperatorError } from '../errors/errors.ts';

/** One statement of a SQL file, without its semicolon, and the line on which it begins. */
export interface Statement {
  text: string;
  line: number;
}

const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The absolute path of a file or folder of db/. */
export function databasePath(...names: string[]): string {
  return join(PACKAGE_ROOT, 'db', ...names);
}

/** The .sql files of a folder in the order of their names, as absolute paths. */
export async function sqlFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Runs the statements of a file one by one, in the transaction of the caller.
 * @throws OperatorError naming the file and the line.
 */
export async function runSqlFile(
  client: ClientBase,
  file: string,
  onResult: (result: QueryResult, line: number) => void = () => undefined,
): Promise<void> {
  await runStatements(client, file, splitStatements(await readFile(file, 'utf8')), onResult);
}

/** Like runSqlFile, for statements that were read already. */
export async function runStatements(
  client: ClientBase,
  file: string,
  statements: readonly Statement[],
  onResult: (result: QueryResult, line: number) => void = () => undefined,
): Promise<void> {
  for (const statement of statements) {
    try {
      onResult(await client.query(statement.text), statement.line);
    } catch (error) {
      throw error instanceof DatabaseError ? located(file, statement, error) : error;
    }
  }
}

function located(file: string, { text, line }: Statement, error: DatabaseError): OperatorError {
  const before = Array.from(text).slice(0, Number(error.position ?? 1) - 1);
  const errorLine = line + before.filter((character) => character === '\n').length;
  const name = relative(PACKAGE_ROOT, file);
  const more = [error.detail, error.hint, error.where].filter((part) => part !== undefined);
  return new OperatorError(
    `${name}:${errorLine}: ${error.message} (${error.code})`,
    more.length > 0 ? more.join('\n') : undefined,
    error,
  );
}

const TOKEN = new RegExp(
  [
    '--[^\\n]*',
    '/\\*',
    "[eE]'(?:[^'\\\\]|\\\\[^]|'')*'",
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    '\\$(?<tag>[a-zA-Z_]\\w*)?\\$[^]*?\\$\\k<tag>\\$',
    '[a-zA-Z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*',
    '\\s+',
    '[^]',
  ].join('|'),
  'y',
);

/**
 * Splits SQL text at the semicolons that end a statement: not those in strings, dollar quotes,
 * comments, parentheses, or the `begin atomic … end` body of a function.
 */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let start = -1;
  let parentheses = 0;
  let blocks = 0;
  let previousWord = '';
  let line = 1;
  let counted = 0;

  const finish = (end: number) => {
    if (start >= 0) {
      line += lineBreaks(sql.slice(counted, start));
      counted = start;
      statements.push({ text: sql.slice(start, end), line });
    }
    start = -1;
    parentheses = 0;
    blocks = 0;
  };

  TOKEN.lastIndex = 0;
  for (let at = 0; at < sql.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(sql)?.[0] ?? '';
    if (token === '/*') {
      TOKEN.lastIndex = endOfComment(sql, at);
      continue;
    }
    if (token.startsWith('--') || token.trim() === '') continue;
    if (token === ';' && parentheses === 0 && blocks === 0) {
      finish(at);
      continue;
    }
    if (start < 0) start = at;
    const word = token.toLowerCase();
    if (word === '(') parentheses += 1;
    if (word === ')') parentheses -= 1;
    if (word === 'atomic' && previousWord === 'begin') blocks += 1;
    if (word === 'case' && blocks > 0) blocks += 1;
    if (word === 'end' && blocks > 0) blocks -= 1;
    previousWord = word;
  }
  finish(sql.length);
  return statements;
}

// comments nest in SQL
function endOfComment(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
