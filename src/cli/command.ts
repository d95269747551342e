import type { Api } from './api/api.ts';
import type { Askable } from './deeds.ts';
import { usageError } from './errors.ts';
import { Invalid, type Parser } from './flags.ts';
import { type Column, type Field, pickColumns } from './output/columns.ts';
import type { Output } from './output/output.ts';
import type { Prompts } from './prompts.ts';
import type { SessionStore } from './session-store.ts';
import { flagName } from './spec.ts';

type Presence = 'required' | 'optional' | 'switch' | 'several';

/** A flag (`--total <amount>`) or an argument (`<id>`): how it is written and what it means. */
export interface Flag<Value = unknown, Given extends Presence = Presence> {
  spec: string;
  help: string;
  given: Given;
  parse: Parser<Value>;
}

export type Flags = Record<string, Flag>;

/** What a command gets for its flags, by the same keys. */
export type Values<F extends Flags> = {
  [Key in keyof F]: F[Key] extends Flag<infer Value, infer Given>
    ? { required: Value; optional: Value | undefined; switch: boolean; several: Value[] }[Given]
    : never;
};

/** A flag or argument that a command cannot do without: asked for on a terminal. */
export const required = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'required' }) as const;

/** A flag that may be left out. */
export const optional = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'optional' }) as const;

/** A flag without a value. */
export const toggle = (spec: string, help: string) =>
  ({ spec, help, parse: () => true, given: 'switch' }) as const;

/** A flag or argument that may be repeated, or left out. */
export const several = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'several' }) as const;

/** What commands work with; made once a command line is understood. */
export interface Services {
  api: Api;
  store: SessionStore;
  output: Output;
  prompts: Prompts;
  /** Opens stdin, which takes a while. */
  stdin(): NodeJS.ReadStream;
  /** The arguments as typed, without the program's name. */
  typed: readonly string[];
  /**
   * Runs another command line, of arguments without the program's name, as if it had been typed, and tells how it
   * ended. False when Ctrl-C ended it.
   */
  perform(args: readonly string[]): Promise<boolean>;
  /** The value of --fields. */
  fields: string | undefined;
}

export interface Invocation<Row, F extends Flags> extends Services {
  flags: Values<F>;
  /** The columns to show. */
  columns: readonly Column<Row>[];
}

/** What a command is called, and what it does, in a few words. */
export interface Title {
  name: string;
  aliases?: readonly string[];
  summary: string;
}

export interface Definition<Row, F extends Flags> {
  flags: F;
  columns: readonly Column<Row>[];
  /** Command lines without the program's name, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** Where it does not have all formats: JSON alone, or none at all. */
  formats?: 'json' | 'none';
  /** What else its help says, in lines. */
  notes?: readonly string[];
  run(invocation: Invocation<Row, F>): Promise<void>;
}

/** What was typed for a flag: nothing, a text, several texts, or `true` for a switch. */
export type Typed = string | readonly string[] | boolean | undefined;

/** A definition ready to be put on a command line, under whatever name. */
export type Command = Omit<Definition<never, Flags>, 'columns' | 'run'> & {
  fieldNames: readonly string[];
  /** What it prints: the same fields in every format. */
  fields: readonly Field[];
  /** For a command that changes a record: what `epic can` asks. */
  askable?: Askable;
  execute(typed: Record<string, Typed>, services: Services): Promise<void>;
};

/** A command of a noun: `list` of `epic contract list`. */
export type Verb = Title & Command;

/** Some commands about the same kind of record. */
export interface Noun {
  fields: readonly Field[];
  commands: readonly Verb[];
}

/** How messages name a flag: `--total`, or `ID` for an argument. */
export function nameOf({ spec }: Flag): string {
  return flagName({ spec }) ?? spec.replace(/[<>[\].]/g, '').toUpperCase();
}

/** The value of what was typed for a flag; a usage error when it cannot be one. */
export function parsed(flag: Flag, typed: string): unknown {
  try {
    return flag.parse(typed);
  } catch (error) {
    if (error instanceof Invalid) throw usageError(`${nameOf(flag)}: ${error.message}`);
    throw error;
  }
}

function missing(flag: Flag): Error {
  return usageError(
    `${nameOf(flag)} is missing: ${flag.help}.`,
    `Add ${flag.spec}, or run the command on a terminal to be asked.`,
  );
}

/** Asks until the answer can be parsed, and gives it as it was typed. */
export async function askFor(flag: Flag, prompts: Prompts): Promise<string> {
  const question = `${flag.help.charAt(0).toUpperCase()}${flag.help.slice(1)}`;
  const { choices } = flag.parse;
  if (choices) return prompts.choice(question, choices);
  const check = (typed: string) => {
    try {
      flag.parse(typed);
      return true;
    } catch (error) {
      if (error instanceof Invalid) return error.message;
      throw error;
    }
  };
  return prompts.line(question, { check });
}

/** The values of the flags: first all that was typed is checked, then what is missing is asked. */
async function readFlags<F extends Flags>(
  flags: F,
  typed: Record<string, Typed>,
  prompts: Prompts,
): Promise<Values<F>> {
  const values: Record<string, unknown> = {};
  for (const [key, flag] of Object.entries(flags)) {
    const given = typed[key];
    if (flag.given === 'switch') values[key] = given === true;
    else if (Array.isArray(given)) values[key] = given.map((each) => parsed(flag, each));
    else if (typeof given === 'string') values[key] = parsed(flag, given);
    else if (flag.given === 'several') values[key] = [];
    // A value that may be left out, and was: `-`, which is standard output where a file is meant.
    else if (given === true) values[key] = parsed(flag, '-');
  }
  for (const [key, flag] of Object.entries(flags)) {
    if (flag.given !== 'required' || key in values) continue;
    if (!prompts.possible) throw missing(flag);
    values[key] = flag.parse(await askFor(flag, prompts));
  }
  return values as Values<F>;
}

/** Makes a command of a definition. */
export function command<Row, F extends Flags>(definition: Definition<Row, F>): Command {
  const { columns, run, ...shown } = definition;
  return {
    ...shown,
    fieldNames: columns.map(({ key }) => key),
    fields: columns,
    async execute(typed, services) {
      const { fields } = services;
      const picked = fields === undefined ? columns : pickColumns(columns, fields);
      const flags = await readFlags(definition.flags, typed, services.prompts);
      await run({ ...services, flags, columns: picked });
    },
  };
}

/** Makes a command of a noun. */
export function verb<Row, F extends Flags>(definition: Title & Definition<Row, F>): Verb {
  const { name, aliases, summary, ...rest } = definition;
  return { name, aliases, summary, ...command(rest) };
}
