import { flagName, isArgument } from './core/args/flag.ts';
import type { Catalog, Resolved } from './core/command/resolve.ts';
import { flagsOf, globalFlags } from './core/command/shared-flags.ts';
import type { Problem } from './core/errors.ts';
import { didYouMean, shellQuote } from './core/text/words.ts';

/** What other programs call a verb, and what it may be here. */
const otherWords: readonly (readonly [theirs: RegExp, ours: readonly string[]])[] = [
  [/^(new|add|create|make|insert)$/, ['create', 'add']],
  [/^(edit|change|modify|set|rename)$/, ['update', 'set']],
  [/^(rm|remove|del|delete)$/, ['delete', 'revoke', 'unset', 'erase']],
  [/^(show|get|open|info)$/, ['view', 'get', 'status', 'list']],
  [/^(all|find|search)$/, ['list']],
];

/** The verb of these that is called so in other programs. */
function verbFor(typed: string, verbs: readonly { name: string }[]): string | undefined {
  const ours = otherWords.find(([theirs]) => theirs.test(typed))?.[1] ?? [];
  return ours.find((word) => verbs.some(({ name }) => name === word));
}

/** “epic contract sign”, for a verb without its noun: `epic sign 35`, `epic list clients`, `epic new client`. */
async function withNoun(
  [verb = '', ...others]: readonly string[],
  { nouns }: Catalog,
): Promise<string | undefined> {
  const found: string[] = [];
  for (const { name, plural, load } of nouns) {
    const { commands } = await load();
    const named = commands.find((each) => each.name === verb || each.aliases?.includes(verb))?.name;
    const isMeant = others.includes(name) || others.includes(plural);
    const ours = named ?? (isMeant ? verbFor(verb, commands) : undefined);
    if (!ours) continue;
    const full = `epic ${name} ${ours}`;
    if (isMeant) return full;
    found.push(full);
  }
  const last = found.pop();
  return found.length > 0 ? `${found.join(', ')} or ${last}` : last;
}

async function unknownCommand(
  { noun, args }: Resolved,
  catalog: Catalog,
): Promise<{ message: string; hint: string | undefined }> {
  const [unknown = ''] = args;
  const message = `Unknown command “${unknown}”.`;
  if (noun) {
    const { commands } = await noun.load();
    const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    // an id or a name, where a verb belongs
    const isRecord = names.includes('view') && /^#?\d+$|[\s\p{Lu}]/u.test(unknown);
    const ours = isRecord
      ? shellQuote(['epic', noun.name, 'view', unknown])
      : verbFor(unknown, commands);
    return { message, hint: ours ? `Did you mean ${ours}?` : didYouMean(unknown, names) };
  }
  const full = await withNoun(args, catalog);
  const { nouns, commands } = catalog;
  const names = [...nouns, ...commands].flatMap((entry) =>
    'plural' in entry ? [entry.name, entry.plural] : [entry.name],
  );
  return { message, hint: full ? `Did you mean ${full}?` : didYouMean(unknown, names) };
}

/** What is wrong with a command line before any value is looked at, if anything is. */
export async function usageProblem(
  resolved: Resolved,
  catalog: Catalog,
): Promise<Problem | undefined> {
  const { line, command, names, args } = resolved;
  const help = `See the usage: ${shellQuote(['epic', ...names, '--help'])}`;
  const problem = (message: string, hint: string = help): Problem => ({
    code: 'USAGE',
    message,
    hint,
  });
  if (!command && args.length > 0) {
    const { message, hint } = await unknownCommand(resolved, catalog);
    return problem(message, hint);
  }
  const [unknown] = line.unknown;
  if (unknown !== undefined) {
    const known = command ? flagsOf(command) : Object.values(globalFlags);
    const flags = known.flatMap((flag) => flagName(flag) ?? []);
    return problem(`Unknown option “${unknown}”.`, didYouMean(unknown, flags));
  }
  if (line.pending?.spec.includes('<')) return problem(`${line.pending.spec} needs a value.`);
  if (!command) return undefined;
  if (line.flags.has('--json') && line.flags.has('--csv')) {
    return problem('--json and --csv exclude each other.', 'Give one of them.');
  }
  const positional = Object.values(command.flags).filter(isArgument);
  if (args.length > positional.length && positional.at(-1)?.given !== 'several') {
    const hint = `Put what has spaces between quotes. ${help}`;
    return problem(`There are too many words: ${args.join(' ')}.`, hint);
  }
  return undefined;
}
