import { usageError } from '../errors.ts';
import { capitalised } from '../text/capitalised.ts';
import { Invalid, type Parser } from './parsers.ts';

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

/** What was typed for a flag: nothing, a text, several texts, or `true` for a switch. */
export type Typed = string | readonly string[] | boolean | undefined;

// How a flag or an argument is written: `--total <amount>`, `-F, --var <name=value>`, `<id>`.

/** Whether it is typed without a name: `<id>`. */
export const isArgument = ({ spec }: { spec: string }) => !spec.startsWith('-');

/** The name of a flag: `--total`; undefined for an argument. */
export const flagName = ({ spec }: { spec: string }) => /--[\w-]+/.exec(spec)?.[0];

/** How messages name a flag: `--total`, or `ID` for an argument. */
export function nameOf({ spec }: Flag): string {
  return flagName({ spec }) ?? spec.replace(/[<>[\].]/g, '').toUpperCase();
}

/** The arguments for a flag with this value. One that begins with a dash has to touch the name. */
export function argumentsFor(flag: Flag, text: string): string[] {
  const name = flagName(flag);
  if (name === undefined) return [text];
  if (flag.given === 'switch') return [name];
  return text.startsWith('-') ? [`${name}=${text}`] : [name, text];
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

/** A flag as a question: what its help says, without what is only true on a command line. */
export function questionOf({ help }: Flag): string {
  const words = help.replace(/(, [^,]* by default|; "" for none)$/, '');
  return capitalised(words);
}

/** What is wrong with a text as the value of a flag, or true. */
export function checkFor({ parse }: Flag): (typed: string) => true | string {
  return (typed) => {
    try {
      parse(typed);
      return true;
    } catch (error) {
      if (error instanceof Invalid) return capitalised(error.message);
      throw error;
    }
  };
}
