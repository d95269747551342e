import { type Flag, flagName, isArgument } from '../../core/args/flag.ts';
import type { Command } from '../../core/command/command.ts';
import type { CommandEntry, NounEntry } from '../../core/command/entry.ts';
import { globalFlags, outputFlagsOf } from '../../core/command/shared-flags.ts';
import { topics } from '../help/topics.ts';

/** What could be typed next, as a whole word, and what it means. */
export interface Candidate {
  value: string;
  about: string;
}

/** The names of files: those the shell knows best. */
export const files = Symbol('files');

/** The latest records of a kind (`client`), their ids as candidates; none where they cannot be had. */
export type Ids = (noun: string, server: string | undefined) => Promise<readonly Candidate[]>;

/** The command tree of `epic`. */
export interface Catalog {
  nouns: readonly NounEntry[];
  commands: readonly CommandEntry[];
}

/** Where a command line has got to: which command it names, and what it is given. */
interface Place {
  catalog: Catalog;
  noun: NounEntry | undefined;
  /** The whole name of the command; undefined before it is named. */
  command: Command | undefined;
  /** The arguments of the command so far. */
  given: readonly string[];
  /** The flags so far, by their long names. */
  flags: ReadonlyMap<string, string | true>;
  /** The flag whose value is next. */
  pending: Flag | undefined;
  /** Whether whatever follows is an argument. */
  isAfterDashes: boolean;
  /** Whether something is in it that epic does not know. */
  isLost: boolean;
  /** Whether it asks for help: `epic help …`. */
  isHelp: boolean;
}

const longName = (flag: Flag) => flagName(flag) ?? flag.spec;
/** What stands for the value of a flag or an argument: `client` of `--client <client>`. */
const valueName = ({ spec }: Flag) => /[<[]([\w-]+)/.exec(spec)?.[1] ?? '';
const isNamed = (flag: Flag, typed: string) => flag.spec.split(/[ ,|]+/).includes(typed);

function flagsOf(command: Command | undefined): Flag[] {
  const own: Flag[] = Object.values(command?.flags ?? {}).filter((flag) => !isArgument(flag));
  return [
    ...own,
    ...Object.values(command ? outputFlagsOf(command) : {}),
    ...Object.values(globalFlags),
  ];
}

/** Follows the words, as the command line does. */
async function placeAfter(words: readonly string[], catalog: Catalog): Promise<Place> {
  let noun: NounEntry | undefined;
  let command: Command | undefined;
  let pending: Flag | undefined;
  let isAfterDashes = false;
  let isLost = false;
  const given: string[] = [];
  const flags = new Map<string, string | true>();

  const follow = async (word: string) => {
    if (command) given.push(word);
    else if (noun) {
      const verbs = (await noun.load()).commands;
      command = verbs.find(({ name, aliases }) => name === word || aliases?.includes(word));
      isLost ||= !command;
    } else {
      noun = catalog.nouns.find(({ name, plural }) => [name, plural].includes(word));
      command = await catalog.commands.find(({ name }) => name === word)?.load();
      isLost ||= !noun && !command;
    }
  };

  const isHelp = words[0] === 'help';
  for (const word of isHelp ? words.slice(1) : words) {
    const [name = '', value] = /^(--[\w-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word];
    const flag = word.startsWith('-') ? flagsOf(command).find((each) => isNamed(each, name)) : null;
    if (pending) {
      flags.set(longName(pending), word);
      pending = undefined;
    } else if (isAfterDashes || !word.startsWith('-')) await follow(word);
    else if (word === '--') isAfterDashes = true;
    else if (flag) {
      flags.set(longName(flag), value ?? true);
      if (flag.given !== 'switch' && value === undefined) pending = flag;
    }
  }
  return { catalog, noun, command, given, flags, pending, isAfterDashes, isLost, isHelp };
}

/** The kind of record whose id a flag or an argument takes, by how it is written: `--client <id>`, `<employee>`. */
function recordOf(flag: Flag, { catalog: { nouns }, noun, given }: Place): string | undefined {
  const named = valueName(flag);
  const isRecord = (word: string) => nouns.some(({ name }) => name === word);
  if (isRecord(named)) return named;
  if (!/^ids?$/.test(named)) return undefined;
  const ofFlag = longName(flag).replace(/^--/, '');
  if (isRecord(ofFlag)) return ofFlag;
  return (
    noun?.name ??
    nouns.find(({ name, plural }) => [name, plural].some((each) => given.includes(each)))?.name
  );
}

const words = (values: readonly string[]): Candidate[] =>
  values.map((value) => ({ value, about: '' }));

/** What can be typed for a flag or an argument, after `typed`. */
async function valuesOf(
  flag: Flag,
  typed: string,
  place: Place,
  ids: Ids,
): Promise<readonly Candidate[] | typeof files> {
  if (/^file/.test(valueName(flag))) return files;
  if (flag.spec.startsWith('--fields ')) return fieldNames(typed, place.command);
  const { choices, offers } = flag.parse;
  if (choices ?? offers) return words(choices ?? offers ?? []);
  const record = recordOf(flag, place);
  if (!record) return [];
  const server = place.flags.get('--server');
  return ids(record, typeof server === 'string' ? server : undefined);
}

/** Names for `--fields`, the last of a list that is being typed; none that is in it already. */
function fieldNames(typed: string, command: Command | undefined): Candidate[] {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1);
  const taken = before.split(',');
  // What is typed comes back as it is, and a shell may read it again.
  if (!/^[\w,-]*$/.test(before)) return [];
  const names = (command?.fields ?? [])
    .map(({ key }) => key)
    .filter((name) => !taken.includes(name));
  return words(names.map((name) => `${before}${name}`));
}

function flagNames({ command, flags }: Place): Candidate[] {
  return flagsOf(command)
    .filter((flag) => flag.given === 'several' || !flags.has(longName(flag)))
    .map((flag) => ({ value: longName(flag), about: flag.help }));
}

async function argument(typed: string, place: Place, ids: Ids) {
  const { noun, command, given } = place;
  if (command) {
    const all = Object.values(command.flags).filter(isArgument);
    const next = all[given.length] ?? all.findLast((flag) => flag.given === 'several');
    return next ? valuesOf(next, typed, place, ids) : [];
  }
  if (noun) {
    const verbs = (await noun.load()).commands;
    const aliases = verbs.map(({ aliases = [] }) => aliases);
    return titled(typed, verbs, aliases);
  }
  const { nouns, commands } = place.catalog;
  const aliases = nouns.map(({ plural }) => [plural]);
  const also = place.isHelp ? topics : [];
  return titled(typed, [...nouns, ...commands, ...also], aliases);
}

/** Names, or the aliases at the same place where what is typed is the beginning of no name. */
function titled(
  typed: string,
  all: readonly { name: string; summary: string }[],
  aliases: readonly (readonly string[])[],
): Candidate[] {
  const named = all.map(({ name, summary }) => ({ value: name, about: summary }));
  if (named.some(({ value }) => value.startsWith(typed))) return named;
  return aliases.flatMap((some, index) =>
    some.map((value) => ({ value, about: all[index]?.summary ?? '' })),
  );
}

/** What could be typed for the last of these words, which may be empty, after the others. */
export async function candidates(
  typed: readonly string[],
  ids: Ids,
  catalog: Catalog,
): Promise<readonly Candidate[] | typeof files> {
  const last = typed.at(-1) ?? '';
  const place = await placeAfter(typed.slice(0, -1), catalog);
  const [, name, value = ''] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? [];
  const assigned = name && flagsOf(place.command).find((flag) => isNamed(flag, name));

  if (place.isLost) return [];
  let found: readonly Candidate[] | typeof files;
  if (place.pending) found = await valuesOf(place.pending, last, place, ids);
  else if (assigned) found = await valuesOf(assigned, value, place, ids);
  else if (last.startsWith('-') && !place.isAfterDashes) found = flagNames(place);
  else found = await argument(last, place, ids);

  if (found === files) return files;
  return found
    .map((each) => (assigned ? { ...each, value: `${name}=${each.value}` } : each))
    .filter((each) => each.value.startsWith(last));
}
