import type { Api } from '../api/api.ts';
import type { CommandLine } from '../args/command-line.ts';
import { type Flag, type Flags, nameOf, parsed, type Typed, type Values } from '../args/flag.ts';
import { usageError } from '../errors.ts';
import type { HistoryFormatter } from '../history/formatter.ts';
import { type Column, type Field, pickColumns } from '../output/columns.ts';
import type { Output } from '../output/output.ts';
import { askFor, missing, resolveValue } from '../prompts/ask.ts';
import type { Draft } from '../prompts/draft.ts';
import type { Prompts } from '../prompts/prompts.ts';
import type { SessionStore } from '../session/store.ts';
import type { Settings } from '../settings/settings.ts';
import type { Part } from './help-text.ts';
import type { PermissionQuery } from './permission.ts';

/** What commands work with; made once a command line is understood. */
export interface Services {
  api: Api;
  store: SessionStore;
  output: Output;
  /** What the person has set: `settings.editor`, `settings.limit`, … */
  settings: Settings;
  prompts: Prompts;
  /** Opens stdin, which takes a while. */
  stdin(): NodeJS.ReadStream;
  /** What was typed and answered so far. */
  draft: Draft;
  /** The command line as typed. */
  commandLine: CommandLine;
  /** Runs another command line as if it had been typed; false when Ctrl-C ended it. */
  perform(line: CommandLine): Promise<boolean>;
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
  /** The columns of what it prints instead with one of its flags. */
  otherColumns?: readonly Column<Row>[];
  /** Command lines without the program's name, each with what it does. */
  examples: readonly (readonly [line: string, what: string])[];
  /** Where it does not have all formats: JSON alone, or none at all. */
  formats?: 'json' | 'none';
  /** What else its help says. */
  notes?: readonly Part[];
  /** True where, once something has to be asked, all that may be said is asked. */
  form?: boolean;
  /**
   * Before a question: throws where the answers would be for nothing. True where it depends on which record is meant:
   * then one's own are offered.
   */
  beforeAsking?(services: Services, known: Partial<Values<F>>): Promise<boolean>;
  run(invocation: Invocation<Row, F>): Promise<void>;
}

/** A definition ready to be put on a command line, under whatever name. */
export type Command = Omit<
  Definition<never, Flags>,
  'columns' | 'otherColumns' | 'run' | 'form' | 'beforeAsking'
> & {
  /** Throws where the command is refused whatever its flags are; true where that depends on the record. */
  assertMayBegin?(services: Services): Promise<boolean>;
  /** What it prints: the same fields in every format. */
  fields: readonly Field[];
  /** For a command that changes a record: what `epic can` asks. */
  permissionQuery?: PermissionQuery;
  execute(typed: Record<string, Typed>, services: Services): Promise<void>;
};

/** A command of a noun: `list` of `epic contract list`. */
export type Verb = Title & Command;

/** Some commands about the same kind of record. */
export interface Noun {
  fields: readonly Field[];
  /** The flags of `create`, by the names of the fields. */
  create?: Flags;
  history?: HistoryFormatter;
  commands: readonly Verb[];
}

const longestFile = 1024 * 1024;

/** What a file holds, as the value of the flag that it stands for. */
async function textFor(
  { key, flag, target }: { key: string; flag: Flag; target: Flag | undefined },
  values: Readonly<Record<string, unknown>>,
  { stdin }: Services,
): Promise<unknown> {
  if (!target) throw new Error(`${key} fills no flag.`);
  if (flag.fills !== undefined && values[flag.fills] !== undefined) {
    throw usageError(`Give ${nameOf(target)} or ${nameOf(flag)}, not both.`);
  }
  const { readAll, textOfFile } = await import('../prompts/read-all.ts');
  const path = String(values[key]);
  const name = nameOf(flag);
  const text = await (path === '-'
    ? readAll(stdin(), { flag: name, most: longestFile })
    : textOfFile(name, path, longestFile));
  return parsed({ ...flag, parse: target.parse }, text.replace(/\r\n/g, '\n').replace(/\n$/, ''));
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
  for (const [key, flag] of Object.entries(flags)) {
    if (flag.fills !== undefined && key in values) {
      const text = await textFor({ key, flag, target: flags[flag.fills] }, values, services);
      values[flag.fills] = text;
      delete values[key];
    }
  }
  const unsaid = Object.entries(flags).filter(([key]) => !(key in values) && !names.has(key));
  const needed = unsaid.filter(([, { given }]) => given === 'required');
  if (needed[0] && !services.prompts.possible) throw missing(needed[0][1]);
  for (const [key, { flag, text }] of names) values[key] = await resolveValue(flag, text, services);
  if (needed.length > 0) {
    let isOpen = true;
    let mine = false;
    const further = form
      ? unsaid.filter(([, flag]) => flag.given === 'optional' && flag.asked !== false)
      : [];
    for (const [key, flag] of [...needed, ...further]) {
      if (isOpen) mine = (await beforeAsking?.(services, values as Partial<Values<F>>)) ?? false;
      const value = await askFor(flag, services, { answers: values, mine });
      if (value !== undefined) values[key] = value;
      // which record it is may decide
      isOpen = flag.parse.refersTo !== undefined;
    }
  }
  return values as Values<F>;
}

/** Makes a command of a definition. */
export function command<Row, F extends Flags>(definition: Definition<Row, F>): Command {
  const { columns, otherColumns = [], run, form: _form, beforeAsking, ...shown } = definition;
  return {
    ...shown,
    fields: columns,
    ...(beforeAsking && {
      assertMayBegin: (services: Services) => beforeAsking(services, {}),
    }),
    async execute(typed, services) {
      const { fields } = services;
      const known = [...columns, ...otherColumns];
      const picked = fields === undefined ? columns : pickColumns(known, fields);
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
