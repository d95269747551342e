import { type Flag, flagName, isArgument } from '../../core/args/flag.ts';
import { type Catalog, type Resolved, resolve } from '../../core/command/resolve.ts';
import { flagsOf, globalFlags, parseArgv } from '../../core/command/shared-flags.ts';
import { allFields } from '../../core/output/columns.ts';
import type { Streams } from '../../core/output/output.ts';
import { printable } from '../../core/output/text.ts';
import { topics } from '../help/topics.ts';
import type { Candidate } from './ids.ts';

/** Tells the shell to complete the names of files. */
const files = Symbol('files');

/** The latest records of a kind, their ids as candidates. */
type Ids = (noun: string, server: string | undefined) => Promise<readonly Candidate[]>;

/** What stands for the value of a flag or an argument: `client` of `--client <client>`. */
const valueName = ({ spec }: Flag) => /[<[]([\w-]+)/.exec(spec)?.[1] ?? '';
const longName = (flag: Flag) => flagName(flag) ?? flag.spec;

const candidatesOf = (values: readonly string[]): Candidate[] =>
  values.map((value) => ({ value, about: '' }));

/** The kind of record whose id a flag or an argument takes: `--client <id>`, `<employee>`. */
function recordOf(flag: Flag, { nouns }: Catalog, { noun, args }: Resolved): string | undefined {
  const named = valueName(flag);
  const isRecord = (word: string) => nouns.some(({ name }) => name === word);
  if (isRecord(named)) return named;
  if (!/^ids?$/.test(named)) return undefined;
  const ofFlag = longName(flag).replace(/^--/, '');
  if (isRecord(ofFlag)) return ofFlag;
  const inArguments = nouns.find(({ name, plural }) =>
    [name, plural].some((each) => args.includes(each)),
  );
  return noun?.name ?? inArguments?.name;
}

/** Names for `--fields`, for the last of a list of them; none that is in it already. */
function fieldNames(typed: string, { command }: Resolved): Candidate[] {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1);
  // a candidate repeats what was typed, which a shell may evaluate
  if (!/^[\w,-]*$/.test(before)) return [];
  const taken = before.split(',');
  const known = (command?.fields ?? []).map(({ key }) => key);
  const names = (before ? known : [...known, allFields]).filter((name) => !taken.includes(name));
  return candidatesOf(names.map((name) => `${before}${name}`));
}

async function valuesOf(
  flag: Flag,
  typed: string,
  resolved: Resolved,
  { ids, catalog }: { ids: Ids; catalog: Catalog },
): Promise<readonly Candidate[] | typeof files> {
  if (/^file/.test(valueName(flag))) return files;
  if (longName(flag) === '--fields') return fieldNames(typed, resolved);
  const { choices, offers } = flag.parse;
  const offered = typeof offers === 'function' ? await offers(resolved.args.at(-1)) : offers;
  const words = choices ?? offered;
  if (words) return candidatesOf(words);
  const record = recordOf(flag, catalog, resolved);
  if (!record) return [];
  const server = resolved.line.flags.get('--server');
  return ids(record, typeof server === 'string' ? server : undefined);
}

/** The names, or the aliases where no name begins with what was typed. */
function named(
  typed: string,
  entries: readonly { name: string; summary: string; aliases?: readonly string[] }[],
): Candidate[] {
  const names = entries.map(({ name, summary }) => ({ value: name, about: summary }));
  if (names.some(({ value }) => value.startsWith(typed))) return names;
  return entries.flatMap(({ summary, aliases = [] }) =>
    aliases.map((value) => ({ value, about: summary })),
  );
}

/** What could be typed for the last of these words, which may be empty, after the others. */
async function candidatesFor(
  words: readonly string[],
  { ids, catalog }: { ids: Ids; catalog: Catalog },
): Promise<readonly Candidate[] | typeof files> {
  const last = words.at(-1) ?? '';
  const before = parseArgv(words.slice(0, -1));
  const resolved = await resolve(before, catalog);
  const { line, noun, command, args } = resolved;
  const flags = command ? flagsOf(command) : Object.values(globalFlags);
  const from = { ids, catalog };
  if (!command && args.length > 0) return [];
  if (line.pending) return valuesOf(line.pending, last, resolved, from);
  if (last.startsWith('-') && !line.isTerminated) {
    const [, name, value = ''] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? [];
    const assigned = flags.find((flag) => name !== undefined && flagName(flag) === name);
    if (!assigned) {
      return flags
        .filter((flag) => flag.given === 'several' || !line.flags.has(longName(flag)))
        .flatMap((flag) => {
          const short = /^-\w/.exec(flag.spec)?.[0];
          const about = flag.help;
          const long = { value: longName(flag), about };
          return short && !last.startsWith('--') ? [long, { value: short, about }] : [long];
        });
    }
    const found = await valuesOf(assigned, value, resolved, from);
    if (found === files) return files;
    return found.map((each) => ({ ...each, value: `${name}=${each.value}` }));
  }
  if (command) {
    const positional = Object.values(command.flags).filter(isArgument);
    const next = positional[args.length] ?? positional.findLast((flag) => flag.given === 'several');
    return next ? valuesOf(next, last, resolved, from) : [];
  }
  if (noun) return named(last, (await noun.load()).commands);
  const nouns = catalog.nouns.map((entry) => ({ ...entry, aliases: [entry.plural] }));
  const also = before.words[0] === 'help' ? topics : [];
  return named(last, [...nouns, ...catalog.commands, ...also]);
}

/**
 * Tells a shell what could be typed for the last of these words: a line for each candidate, its meaning after a tab,
 * or `:files`. Errors are kept from the person at the prompt.
 */
export async function complete(
  words: readonly string[],
  streams: Pick<Streams, 'stdout' | 'stderr' | 'env'>,
  catalog: Catalog,
): Promise<void> {
  const ids: Ids = async (noun, server) => (await import('./ids.ts')).idsOf(noun, server, streams);
  try {
    const found = await candidatesFor(words, { ids, catalog });
    const lines =
      found === files
        ? [':files']
        : found
            .filter(({ value }) => value.startsWith(words.at(-1) ?? ''))
            .map(({ value, about }) => `${printable(value)}\t${printable(about)}`);
    streams.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch {
    // no candidates
  }
}
