import { readFileSync } from 'node:fs';
import { codeOf, OperatorError } from '../errors/errors.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by the parser of a variable. Never quotes a value that may contain a password. */
export class InvalidValue extends Error {
  readonly hint: string;

  constructor(problem: string, hint: string) {
    super(problem);
    this.hint = hint;
  }
}

/** Reads variables, and collects their problems. */
export type Reader = {
  /** The parsed value of a variable, or `fallback` when it is not set or empty. */
  read<Value, Fallback>(
    name: string,
    fallback: Fallback,
    parse: (text: string) => Value,
  ): Value | Fallback;
  /** Whether a variable, or its file, says something. */
  isSet(name: string): boolean;
  addProblem(name: string, problem: string, hint: string): void;
};

/** The variables that hold a password, or all it takes to write to Sentry. */
const secret = /^(?:DATABASE(?:_[A-Z]+)?_URL|EPIC_SMTP_URL|SENTRY_DSN)$/;

/** Names the file that holds a secret variable: DATABASE_URL_FILE. */
const secretFile = /^(.+)_FILE$/;

/** Builds a configuration. Throws one OperatorError that names every wrong variable. */
export function readConfig<Config>(given: Environment, build: (reader: Reader) => Config): Config {
  const problems: string[] = [];
  const addProblem: Reader['addProblem'] = (name, problem, hint) => {
    problems.push(`${name} ${problem}\n  ${hint}`);
  };
  const environment = withSecrets(given, addProblem);
  const config = build({
    addProblem,
    isSet: (name) => Boolean(environment[name] || given[`${name}_FILE`]),
    read(name, fallback, parse) {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      try {
        return parse(text);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        addProblem(name, error.message, error.hint);
        return fallback;
      }
    },
  });
  if (problems.length > 0) {
    throw new OperatorError(
      problems.length === 1
        ? `The configuration is invalid: ${problems[0]}`
        : `The configuration is invalid, for ${problems.length} reasons.\n\n${problems.join('\n\n')}`,
    );
  }
  return config;
}

/** The environment with the content of the files that hold secret variables, such as the one that DATABASE_URL_FILE names. */
function withSecrets(environment: Environment, addProblem: Reader['addProblem']): Environment {
  const read: Record<string, string> = {};
  for (const [name, file] of Object.entries(environment)) {
    const [, variable = ''] = secretFile.exec(name) ?? [];
    if (!file || !secret.test(variable)) continue;
    if (environment[variable]) {
      addProblem(name, `is set, and so is ${variable}.`, 'Leave one of them out.');
      continue;
    }
    try {
      read[variable] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      addProblem(
        name,
        `is "${file}", which cannot be read (${codeOf(error) ?? error}).`,
        `Name a file with the value of ${variable} that this user can read.`,
      );
      continue;
    }
    if (read[variable] === '') {
      addProblem(name, `is "${file}", which is empty.`, `Write the value of ${variable} to it.`);
    }
  }
  return { ...environment, ...read };
}
