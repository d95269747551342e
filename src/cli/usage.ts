import type { CommanderError } from 'commander';
import { nouns } from './catalog.ts';
import type { Problem } from './core/errors.ts';
import { capitalised } from './core/text/capitalised.ts';
import { commandLine } from './core/text/shell.ts';

/** The command line that explains the command which was typed, as far as it is known. */
function helpOn(argv: readonly string[], unknown: string | undefined): string {
  const end = argv.findIndex((word) => word.startsWith('-') || word === unknown);
  const words = end < 0 ? argv : argv.slice(0, end);
  const isNoun = nouns.some(({ name, plural }) => [name, plural].includes(words[0] ?? ''));
  return commandLine(['epic', ...words.slice(0, isNoun ? 2 : 1), '--help']);
}

/** Whether commander ended the command line: wrong usage, or help that it printed. */
export function isUsageError(error: unknown): error is CommanderError {
  // Not by its class: to load commander takes a while.
  return error instanceof Error && 'code' in error && /^commander\./.test(String(error.code));
}

/** The nouns that have this verb, for whoever leaves the noun out: `epic sign 35`, `epic list clients`. */
async function withNoun(verb: string, argv: readonly string[]): Promise<string | undefined> {
  const lines: string[] = [];
  for (const { name, plural, load } of nouns) {
    const { commands } = await load();
    const found = commands.find((each) => each.name === verb || each.aliases?.includes(verb));
    if (!found) continue;
    if (argv.includes(name) || argv.includes(plural)) return `epic ${name} ${found.name}`;
    lines.push(`epic ${name} ${found.name}`);
  }
  const last = lines.pop();
  return lines.length > 0 ? `${lines.join(', ')} or ${last}` : last;
}

/** What commander has to say, in our words; undefined when it only printed help or the version. */
export async function usageProblem(
  error: CommanderError,
  argv: readonly string[],
): Promise<Problem | undefined> {
  if (error.exitCode === 0) return undefined;
  // Help was printed because no verb was named: that is all there is to say.
  if (error.code === 'commander.help') return { code: 'USAGE', message: '' };
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const sentence = capitalised(first).replace(/\.?$/, '.');
  const suggestion = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1];
  const unknown = /^unknown command '(.*)'/.exec(first)?.[1];
  const help = `See how it is written: ${helpOn(argv, unknown)}`;
  const tooMany = /^too many arguments for .* but got \d+: (.*?)\.?$/.exec(first)?.[1];
  if (tooMany !== undefined) {
    const message = `There are too many words: ${tooMany.replaceAll(', ', ' ')}.`;
    return { code: 'USAGE', message, hint: `What has spaces goes between quotes. ${help}` };
  }
  const message = sentence.replace(/'([^']*)'/g, '“$1”');
  const isFirst = unknown !== undefined && argv.find((word) => !word.startsWith('-')) === unknown;
  const meant = isFirst ? await withNoun(unknown, argv) : undefined;
  if (meant) return { code: 'USAGE', message, hint: `Did you mean ${meant}?` };
  return { code: 'USAGE', message, hint: suggestion ? `Did you mean ${suggestion}?` : help };
}
