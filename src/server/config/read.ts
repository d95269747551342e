import { OperatorError } from '../errors/errors.ts';

/** The variables that a program was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a parser throws when a value cannot be used. It never quotes a value that can hold a password. */
export class Unusable extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

/** Reads variables, and takes down what is wrong with them. */
export type Reader = {
  /** The parsed value of a variable, or `fallback` when it is not set or empty. */
  read<Value, Fallback>(
    name: string,
    fallback: Fallback,
    parse: (text: string) => Value,
  ): Value | Fallback;
  complain(name: string, problem: string, remedy: string): void;
};

/** Builds a configuration. Throws one OperatorError that names every wrong variable. */
export function reading<Config>(
  environment: Environment,
  build: (reader: Reader) => Config,
): Config {
  const problems: string[] = [];
  const complain: Reader['complain'] = (name, problem, remedy) => {
    problems.push(`${name} ${problem}\n  ${remedy}`);
  };
  const config = build({
    complain,
    read(name, fallback, parse) {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      try {
        return parse(text);
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        complain(name, error.message, error.remedy);
        return fallback;
      }
    },
  });
  if (problems.length > 0) {
    throw new OperatorError(
      problems.length === 1
        ? `The configuration cannot be used: ${problems[0]}`
        : `The configuration cannot be used, for ${problems.length} reasons.\n\n${problems.join('\n\n')}`,
    );
  }
  return config;
}
