import type { CommanderError } from 'commander';
import { catalog } from './catalog.ts';
import type { Problem } from './errors.ts';
import { commandLine } from './words/shell.ts';

/** The command line that explains the command which was typed, as far as it is known. */
function helpOn(argv: readonly string[], unknown: string | undefined): string {
  const end = argv.findIndex((word) => word.startsWith('-') || word === unknown);
  const words = end < 0 ? argv : argv.slice(0, end);
  const isNoun = catalog.some(
    (section) =>
      'nouns' in section &&
      section.nouns.some(({ name, plural }) => [name, plural].includes(words[0] ?? '')),
  );
  return commandLine(['epic', ...words.slice(0, isNoun ? 2 : 1), '--help']);
}

/** Whether commander ended the command line: wrong usage, or help that it printed. */
export function isUsageError(error: unknown): error is CommanderError {
  // Not by its class: to load commander takes a while.
  return error instanceof Error && 'code' in error && /^commander\./.test(String(error.code));
}

/** What commander has to say, in our words; undefined when it only printed help or the version. */
export function usageProblem(error: CommanderError, argv: readonly string[]): Problem | undefined {
  if (error.exitCode === 0) return undefined;
  // Help was printed because no verb was named: that is all there is to say.
  if (error.code === 'commander.help') return { code: 'USAGE', message: '' };
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.?$/, '.')}`;
  const suggestion = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1];
  const unknown = /^unknown command '(.*)'/.exec(first)?.[1];
  const help = `See how it is written: ${helpOn(argv, unknown)}`;
  return { code: 'USAGE', message, hint: suggestion ? `Did you mean ${suggestion}?` : help };
}
