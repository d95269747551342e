import { OperatorError } from '../errors/errors.ts';

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
  addProblem(name: string, problem: string, hint: string): void;
};

/** Builds a configuration. Throws one OperatorError that names every wrong variable. */
export function readConfig<Config>(
  environment: Environment,
  build: (reader: Reader) => Config,
): Config {
  const problems: string[] = [];
  const addProblem: Reader['addProblem'] = (name, problem, hint) => {
    problems.push(`${name} ${problem}\n  ${hint}`);
  };
  const config = build({
    addProblem,
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
