import { usageError } from '../errors.ts';
import { capitalize } from '../text/words.ts';
import { Invalid, type Parser } from './parser.ts';
import { line } from './parsers.ts';

type Presence = 'required' | 'optional' | 'switch' | 'several';

/** A flag (`-F, --var <name=value>`) or an argument (`<id>`), by its spec. */
export interface Flag<Value = unknown, Given extends Presence = Presence> {
  spec: string;
  help: string;
  given: Given;
  parse: Parser<Value>;
  /** The answer that a question suggests, given the earlier ones; undefined: the question is skipped. */
  suggest?: (answers: Readonly<Record<string, unknown>>) => string | undefined;
  /** False if forms do not ask for it. */
  asked?: false;
  /** False if it is no field of the record. */
  writes?: false;
  /** The key of the flag whose text it reads from a file: `notes` of `--notes-file`. */
  fills?: string;
  /** Its heading in the help. */
  group?: string;
}

const filePath = line(4096);

export type Flags = Record<string, Flag>;

/** The values of flags, by the same keys. */
export type Values<F extends Flags> = {
  [Key in keyof F]: F[Key] extends Flag<infer Value, infer Given>
    ? { required: Value; optional: Value | undefined; switch: boolean; several: Value[] }[Given]
    : never;
};

/** A flag or argument that must have a value; on a terminal it is asked for. */
export const required = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'required' }) as const;

/** A flag that may be left out. */
export const optional = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'optional' }) as const;

/** The flag, with a suggested answer. */
export const suggesting = <F extends Flag>(flag: F, suggest: NonNullable<Flag['suggest']>): F => ({
  ...flag,
  suggest,
});

/** The flag, as no field of the record: `--yes`. */
export const control = <F extends Flag>(flag: F): F => ({ ...flag, writes: false });

/** A flag with the file, or `-` for stdin, that holds the text of another one. */
export const fileFor = (key: string, spec: string, help: string) => ({
  ...control(optional(spec, help, filePath)),
  asked: false as const,
  fills: key,
});

/** A flag without a value. */
export const toggle = (spec: string, help: string) =>
  ({ spec, help, parse: () => true, given: 'switch' }) as const;

/** A flag or argument that may be repeated, or left out. */
export const several = <Value>(spec: string, help: string, parse: Parser<Value>) =>
  ({ spec, help, parse, given: 'several' }) as const;

/** The same flags, under a heading of the help. */
export const under = <F extends Flags>(group: string, flags: F): F =>
  Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, { ...flag, group }])) as F;

/** What was typed for a flag: nothing, a text, several texts, or `true` for a switch. */
export type Typed = string | readonly string[] | boolean | undefined;

/** Whether the spec is of an argument: `<id>`. */
export const isArgument = ({ spec }: { spec: string }) => !spec.startsWith('-');

/** The name of a flag: `--total`; undefined for an argument. */
export const flagName = ({ spec }: { spec: string }) => /--[\w-]+/.exec(spec)?.[0];

/** The name in messages: `--total`, or `<id>` for an argument. */
export const nameOf = ({ spec }: Flag): string => flagName({ spec }) ?? spec;

/** The arguments for a flag with this value. One that begins with a dash needs the `=`. */
export function argumentsFor(flag: Flag, text: string): string[] {
  const name = flagName(flag);
  if (name === undefined) return [text];
  if (flag.given === 'switch') return [name];
  return text.startsWith('-') ? [`${name}=${text}`] : [name, text];
}

/** The value of a typed text. Throws a usage error when it is invalid. */
export function parsed<Value>(flag: Flag<Value>, typed: string): Value {
  try {
    return flag.parse(typed);
  } catch (error) {
    if (error instanceof Invalid) throw usageError(`${nameOf(flag)}: ${error.message}`, error.hint);
    throw error;
  }
}

/** The help of a flag as a question, without what is true on the command line only. */
export function questionOf({ help }: Flag): string {
  const words = help.replace(/(, [^,]* by default|; "" for none)$/, '');
  return capitalize(words);
}

/** How an answer to it is written, in the form of the person's locale: `, like 31/12/2026`. */
export const exampleOf = ({ parse }: Flag): string => (parse.like ? `, like ${parse.like()}` : '');

/** Validates an answer: true, or what is wrong with it. */
export function checkFor({ parse }: Flag): (typed: string) => true | string {
  return (typed) => {
    try {
      parse(typed);
      return true;
    } catch (error) {
      if (error instanceof Invalid) return capitalize(error.message);
      throw error;
    }
  };
}
