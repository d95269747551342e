import { createReadStream } from 'node:fs';
import { isObject } from '../../../client/is-object.ts';
import { Invalid, type Parser } from '../../core/args/parsers.ts';
import { usageError } from '../../core/errors.ts';
import { readAll } from '../../core/prompts/read-all.ts';
import type { ChosenOperation } from './document.ts';

/** `name=value`, as it is typed for one variable. */
interface Assignment {
  name: string;
  text: string;
}

/** Parses `name=value`. */
export const assignment: Parser<Assignment> = (typed) => {
  const [, name, text = ''] = /^\$?(\w+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined) return { name, text };
  throw new Invalid(`“${typed}” is not a variable. Write it like name=value.`);
};

/** The most that is read of a text, in bytes. */
export const mostText = 1024 * 1024;

/** The text of a file that a flag names. A usage error when it cannot be read. */
export async function textOfFile(flag: string, path: string): Promise<string> {
  try {
    return await readAll(createReadStream(path), { flag, most: mostText });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw usageError(`${flag}: “${path}” cannot be read: ${String(error.code)}.`);
  }
}

/** Whether a text stands for a number, true, false or null where no text is wanted. */
const isLiteral = (text: string) => /^(true|false|null|-?(0|[1-9]\d{0,14}))$/.test(text);

async function typedValue({ text }: Assignment, type: string | undefined): Promise<unknown> {
  if (text.startsWith('@')) return textOfFile('--var', text.slice(1));
  return type !== 'String' && isLiteral(text) ? JSON.parse(text) : text;
}

async function objectOf(given: string): Promise<Record<string, unknown>> {
  const text = given.startsWith('@') ? await textOfFile('--variables', given.slice(1)) : given;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && !Array.isArray(value)) return value;
  } catch {
    // Told below, as one thing that is not an object.
  }
  throw usageError(
    '--variables: that is not a JSON object.',
    `Write it like '{"id": 12}', or @FILE.`,
  );
}

/** The variables of an operation from the flags; what is given one by one comes over `--variables`. */
export async function variablesFor(
  { variables }: ChosenOperation,
  given: { all: string | undefined; typed: readonly Assignment[]; raw: readonly Assignment[] },
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = given.all === undefined ? {} : await objectOf(given.all);
  for (const each of given.typed) {
    values[each.name] = await typedValue(each, variables.get(each.name));
  }
  for (const { name, text } of given.raw) values[name] = text;
  for (const name of Object.keys(values))
    if (!variables.has(name)) throw noVariable(name, variables);
  return values;
}

function noVariable(name: string, variables: ReadonlyMap<string, string>): Error {
  const names = [...variables.keys()].map((each) => `$${each}`).join(', ');
  return usageError(
    `The operation has no variable $${name}.`,
    names ? `It has ${names}.` : 'It has none.',
  );
}
