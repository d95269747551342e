import { readFile } from 'node:fs/promises';
import { codeOf, OperatorError } from '../errors/errors.ts';

/** What a deployment accepts of its database beyond what db/dba/41_suppression.sql does for all. */
export interface Exceptions {
  /** Schemas of others in the same database, which the tools leave out, and why: `{ auth: 'Supabase has its users there.' }`. */
  foreignSchemas: Readonly<Record<string, string>>;
  /** Findings by rule and object, as the tools name them; the rule of policies diff is `drift`. */
  accepted: readonly AcceptedFinding[];
}

export interface AcceptedFinding {
  rule: string;
  object: string;
  reason: string;
}

export const NO_EXCEPTIONS: Exceptions = { foreignSchemas: {}, accepted: [] };

/**
 * Reads the exceptions of a deployment. The file is kept with its configuration, and not in the database, which must not
 * excuse itself.
 * @throws OperatorError that says what is wrong with the file.
 */
export async function readExceptions(file: string | undefined): Promise<Exceptions> {
  if (file === undefined) return NO_EXCEPTIONS;
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw codeOf(cause) === 'ENOENT' ? new OperatorError(`There is no file ${file}.`) : cause;
  });
  const { foreignSchemas = {}, accepted = [], ...others } = parse(text, file);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw malformed(file, `It has a member "${unknown}".`);
  if (!isObject(foreignSchemas) || !Object.values(foreignSchemas).every(isText)) {
    throw malformed(file, 'Its "foreignSchemas" is not an object of reasons by schema.');
  }
  if (!Array.isArray(accepted) || !accepted.every(isAcceptedFinding)) {
    throw malformed(file, 'Each of its "accepted" needs a rule, an object and a reason.');
  }
  return { foreignSchemas: foreignSchemas as Record<string, string>, accepted };
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw malformed(file, `It is not JSON: ${(cause as Error).message}.`);
  }
  throw malformed(file, 'It is not a JSON object.');
}

function isAcceptedFinding(value: unknown): value is AcceptedFinding {
  return isObject(value) && [value.rule, value.object, value.reason].every(isText);
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(file: string, what: string): OperatorError {
  return new OperatorError(
    `The exceptions in ${file} cannot be read. ${what}`,
    'It looks like this: { "accepted": [{ "rule": "drift", "object": "membership admin in epic_owner", "reason": "She deploys." }] }',
  );
}
