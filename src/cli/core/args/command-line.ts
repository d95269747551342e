import { parseArgs } from 'node:util';
import { shellQuote } from '../text/words.ts';
import { type Flag, flagName } from './flag.ts';

type Option = { type: 'boolean' | 'string'; short?: string };

function optionsFor(flags: readonly Flag[]): Record<string, Option> {
  const named = flags.flatMap(({ spec, given }): [string, Option][] => {
    const [, short, long] = /^(?:-(\w), )?--([\w-]+)/.exec(spec) ?? [];
    const type = given === 'switch' ? 'boolean' : 'string';
    return long ? [[long, { type, ...(short && { short }) }]] : [];
  });
  return Object.fromEntries(named);
}

/** `--ics [file]` takes the next argument only if that is not a flag. */
function withoutGuess(argv: readonly string[], flags: readonly Flag[]): string[] {
  const names = flags.filter(({ spec }) => /^--\S+ \[/.test(spec)).map(flagName);
  return argv.map((arg, index) =>
    names.includes(arg) && /^-./.test(argv[index + 1] ?? '') ? `${arg}=` : arg,
  );
}

/** A command line, tokenized once for everything that asks what was typed. */
export class CommandLine {
  /** The arguments as typed, without the program's name. */
  readonly argv: readonly string[];
  /** What is neither a flag nor the value of one, in order. */
  readonly words: readonly string[];
  /** The flags by their long names, each with its last value; true for one without. */
  readonly flags: ReadonlyMap<string, string | true>;
  /** Unknown flags, and switches that were given a value. */
  readonly unknown: readonly string[];
  /** The last flag, if its value is missing. */
  readonly pending: Flag | undefined;
  /** Whether `--` was typed, after which everything is a word. */
  readonly isTerminated: boolean;

  readonly #known: readonly Flag[];
  /** The indexes in `argv` of the words, and of each flag with its value. */
  readonly #wordIndexes: readonly number[];
  readonly #flagIndexes: readonly { name: string; indexes: readonly number[] }[];

  /** Tokenizes arguments; the known flags say which of them take a value. */
  constructor(argv: readonly string[], known: readonly Flag[]) {
    const { tokens } = parseArgs({
      args: withoutGuess(argv, known),
      options: optionsFor(known),
      strict: false,
      tokens: true,
    });
    const words: { value: string; index: number }[] = [];
    const flags = new Map<string, string | true>();
    const unknown = new Set<string>();
    const flagIndexes: { name: string; indexes: readonly number[] }[] = [];
    let pending: Flag | undefined;
    for (const token of tokens) {
      pending = undefined;
      if (token.kind === 'positional') words.push(token);
      if (token.kind !== 'option') continue;
      const { index, rawName, value, inlineValue } = token;
      const flag = known.find((each) => flagName(each) === `--${token.name}`);
      const name = flag ? `--${token.name}` : rawName;
      if (!flag && /^-\d/.test(rawName)) {
        // a negative number; parseArgs takes it for a group of short flags
        if (words.at(-1)?.index !== index) words.push({ value: argv[index] ?? '', index });
        continue;
      }
      flags.set(name, value ?? true);
      flagIndexes.push({ name, indexes: inlineValue === false ? [index, index + 1] : [index] });
      if (!flag) unknown.add(name);
      else if (flag.given !== 'switch') pending = value === undefined ? flag : undefined;
      else if (value !== undefined) unknown.add(`${name}=${value}`);
    }
    this.argv = argv;
    this.words = words.map(({ value }) => value);
    this.flags = flags;
    this.unknown = [...unknown];
    this.pending = pending;
    this.isTerminated = tokens.some(({ kind }) => kind === 'option-terminator');
    this.#known = known;
    this.#wordIndexes = words.map(({ index }) => index);
    this.#flagIndexes = flagIndexes;
  }

  /** The same line, tokenized with these flags known. */
  knowing(flags: readonly Flag[]): CommandLine {
    return new CommandLine(this.argv, flags);
  }

  /** The line without these flags and their values. */
  without(...names: readonly string[]): CommandLine {
    const flags = this.#flagIndexes.filter(({ name }) => names.includes(name));
    return this.#dropping(flags.flatMap(({ indexes }) => indexes));
  }

  /** The line without its first words, or without all of them. */
  withoutWords(count?: number): CommandLine {
    return this.#dropping(this.#wordIndexes.slice(0, count));
  }

  /** The line with further arguments, before a `--`. */
  plus(...args: readonly string[]): CommandLine {
    const separator = this.isTerminated ? this.argv.indexOf('--') : this.argv.length;
    const { argv } = this;
    return new CommandLine(
      [...argv.slice(0, separator), ...args, ...argv.slice(separator)],
      this.#known,
    );
  }

  /** The line to type in a POSIX shell. */
  toString(): string {
    return shellQuote(['epic', ...this.argv]);
  }

  #dropping(indexes: readonly number[]): CommandLine {
    const kept = this.argv.filter((_, index) => !indexes.includes(index));
    return new CommandLine(kept, this.#known);
  }
}
