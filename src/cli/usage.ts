import { flagName, isArgument } from './core/args/flag.ts';
import type { Catalog, Resolved } from './core/command/resolve.ts';
import { flagsOf, globalFlags } from './core/command/shared-flags.ts';
import type { Problem } from './core/errors.ts';
import { didYouMean, shellQuote } from './core/text/words.ts';

/** “epic contract sign”, for a verb without its noun: `epic sign 35`, `epic list clients`. */
async function withNoun(
  [verb = '', ...others]: readonly string[],
  { nouns }: Catalog,
): Promise<string | undefined> {
  const found: string[] = [];
  for (const { name, plural, load } of nouns) {
    const { commands } = await load();
    const named = commands.find((each) => each.name === verb || each.aliases?.includes(verb));
    if (!named) continue;
    const full = `epic ${name} ${named.name}`;
    if (others.includes(name) || others.includes(plural)) return full;
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
    return { message, hint: didYouMean(unknown, names) };
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
