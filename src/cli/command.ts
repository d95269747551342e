import type { Api } from './api/api.ts';
import type { Askable } from './deeds.ts';
import type { Draft } from './draft.ts';
import { CliError, usageError } from './errors.ts';
import { Invalid, id, idOf, line, type Parser, type Reference, searched } from './flags.ts';
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
  /** What Enter answers where it is asked for, after these answers. Nothing: it is skipped. */
  suggest?: (answers: Readonly<Record<string, unknown>>) => string | undefined;
  /** False where a form leaves it out. */
  asked?: false;
  /** The heading of the help that it belongs under. */
  group?: string;
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

/** The flag, with what Enter answers where it is asked for. */
export const suggesting = <F extends Flag>(flag: F, suggest: NonNullable<Flag['suggest']>): F => ({
  ...flag,
  suggest,
});

/** The flag, which no form asks for. */
export const unasked = <F extends Flag>(flag: F): F => ({ ...flag, asked: false });

/** A flag without a value. */
export const toggle = (spec: string, help: string) =>
  ({ spec, help, parse: () => true, given: 'switch' }) as const;

/** A flag or argument that may be repeated, or left out. */
export const several = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'several' }) as const;

/** The same flags, under a heading of the help. */
export const under = <F extends Flags>(group: string, flags: F): F =>
  Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, { ...flag, group }])) as F;

/** What commands work with; made once a command line is understood. */
export interface Services {
  api: Api;
  store: SessionStore;
  output: Output;
  prompts: Prompts;
  /** Opens stdin, which takes a while. */
  stdin(): NodeJS.ReadStream;
  /** What was typed and answered so far. */
  draft: Draft;
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
  /** True where, once something has to be asked, all that may be said is asked. */
  form?: boolean;
  /** Before the first question: throws where the answers would be for nothing. */
  beforeAsking?(services: Services, known: Partial<Values<F>>): Promise<void>;
  run(invocation: Invocation<Row, F>): Promise<void>;
}

/** What was typed for a flag: nothing, a text, several texts, or `true` for a switch. */
export type Typed = string | readonly string[] | boolean | undefined;

/** A definition ready to be put on a command line, under whatever name. */
export type Command = Omit<
  Definition<never, Flags>,
  'columns' | 'run' | 'form' | 'beforeAsking'
> & {
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
export function parsed<Value>(flag: Flag<Value>, typed: string): Value {
  try {
    return flag.parse(typed);
  } catch (error) {
    if (error instanceof Invalid) throw usageError(`${nameOf(flag)}: ${error.message}`, error.hint);
    throw error;
  }
}

function missing(flag: Flag): Error {
  return usageError(
    `${nameOf(flag)} is missing: ${flag.help}.`,
    `Add ${flag.spec}, or run the command on a terminal to be asked.`,
  );
}

export type Asking = Pick<Services, 'api' | 'output' | 'prompts'>;

/** The value of what was typed for a flag: where an id belongs, it may be a text that names a record. */
export async function meant(flag: Flag, typed: string, services: Asking): Promise<unknown> {
  const { refersTo } = flag.parse;
  // What has no letter is meant as an id.
  if (!refersTo || !/\p{L}/u.test(typed)) return parsed(flag, typed);
  const text = parsed({ ...flag, parse: line(200) }, typed);
  const { resolve } = await import('./references.ts');
  return resolve(services, refersTo, text);
}

/** The id of a record of this kind: the one that was typed, or that of the one that a text names. */
export async function idMeant(kind: string, typed: string, services: Asking): Promise<number> {
  const named = searched.find((each) => each === kind);
  const flag = required('<id>', 'which one', named ? idOf(named) : id);
  return Number(await meant(flag, typed, services));
}

/** Asks for a record, suggesting what is found, until it is one; undefined where nothing is answered and may be. */
async function askForRecord(
  flag: Flag,
  { question, refersTo }: { question: string; refersTo: Reference },
  services: Services,
): Promise<unknown> {
  const { suggestions } = await import('./references.ts');
  for (;;) {
    const suggest = (text: string) => suggestions(services.api, refersTo, text);
    const typed = await services.prompts.search(question, suggest);
    if (flag.given === 'optional' && typed.trim() === '') return undefined;
    try {
      const found = await meant(flag, typed, services);
      services.draft.answer(flag, String(found));
      return found;
    } catch (error) {
      if (!(error instanceof CliError) || !/USAGE|NOT_FOUND/.test(error.problem.code)) throw error;
      services.output.problem(error.problem);
    }
  }
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A flag as a question: what its help says, without what is only true on a command line. */
export function questionOf({ help }: Flag): string {
  const words = help.replace(/(, [^,]* by default|; "" for none)$/, '');
  return sentence(words);
}

/** What is wrong with a text as the value of a flag, or true. */
export function checkFor({ parse }: Flag): (typed: string) => true | string {
  return (typed) => {
    try {
      parse(typed);
      return true;
    } catch (error) {
      if (error instanceof Invalid) return sentence(error.message);
      throw error;
    }
  };
}

/** Asks until the answer can be parsed; undefined where nothing was answered and nothing has to be. */
async function askFor(
  flag: Flag,
  services: Services,
  answers: Record<string, unknown>,
): Promise<unknown> {
  const { prompts, draft } = services;
  const isOptional = flag.given === 'optional';
  const { choices, refersTo } = flag.parse;
  const initial = flag.suggest?.(answers);
  const question = `${questionOf(flag)}${isOptional && !initial ? ' (optional)' : ''}`;
  if (refersTo) return askForRecord(flag, { question, refersTo }, services);
  const check = checkFor(flag);
  const isSkipped = (typed: string) => isOptional && typed.trim() === '';
  const text = choices
    ? await prompts.choice(question, choices, initial)
    : await prompts.line(question, {
        ...(initial !== undefined && { initial }),
        check: (typed) => isSkipped(typed) || check(typed),
      });
  if (isSkipped(text)) return undefined;
  const value = flag.parse(text);
  draft.answer(flag, text);
  return value;
}

/** The values of the flags: all that was typed is checked, names are looked up, and what is missing is asked. */
async function readFlags<Row, F extends Flags>(
  { flags, form, beforeAsking }: Definition<Row, F>,
  typed: Record<string, Typed>,
  services: Services,
): Promise<Values<F>> {
  const values: Record<string, unknown> = {};
  const names = new Map<string, { flag: Flag; text: string }>();
  for (const [key, flag] of Object.entries(flags)) {
    const given = typed[key];
    if (flag.given === 'switch') values[key] = given === true;
    else if (Array.isArray(given)) values[key] = given.map((each) => parsed(flag, each));
    else if (typeof given === 'string' && flag.parse.refersTo)
      names.set(key, { flag, text: given });
    else if (typeof given === 'string') values[key] = parsed(flag, given);
    else if (flag.given === 'several') values[key] = [];
    // A value that may be left out, and was: `-`, which is standard output where a file is meant.
    else if (given === true) values[key] = parsed(flag, '-');
  }
  const unsaid = Object.entries(flags).filter(([key]) => !(key in values) && !names.has(key));
  const needed = unsaid.filter(([, { given }]) => given === 'required');
  if (needed[0] && !services.prompts.possible) throw missing(needed[0][1]);
  for (const [key, { flag, text }] of names) values[key] = await meant(flag, text, services);
  if (needed.length > 0) {
    await beforeAsking?.(services, values as Partial<Values<F>>);
    const further = form
      ? unsaid.filter(([, flag]) => flag.given === 'optional' && flag.asked !== false)
      : [];
    for (const [key, flag] of [...needed, ...further]) {
      const value = await askFor(flag, services, values);
      if (value !== undefined) values[key] = value;
    }
  }
  return values as Values<F>;
}

/** Makes a command of a definition. */
export function command<Row, F extends Flags>(definition: Definition<Row, F>): Command {
  const { columns, run, form: _form, beforeAsking: _before, ...shown } = definition;
  return {
    ...shown,
    fieldNames: columns.map(({ key }) => key),
    fields: columns,
    async execute(typed, services) {
      const { fields } = services;
      const picked = fields === undefined ? columns : pickColumns(columns, fields);
      const flags = await readFlags(definition, typed, services);
      await run({ ...services, flags, columns: picked });
    },
  };
}

/** Makes a command of a noun. */
export function verb<Row, F extends Flags>(definition: Title & Definition<Row, F>): Verb {
  const { name, aliases, summary, ...rest } = definition;
  return { name, aliases, summary, ...command(rest) };
}
