import type { Command as CommanderCommand } from 'commander';
import { usageError } from '../../core/errors.ts';
import { didYouMean } from '../../core/text/suggest.ts';
import { drawTopic } from './draw.ts';
import { topics } from './topics.ts';

/** `epic help …`: a topic, or what `--help` says about a command. */
export async function help(
  words: readonly string[],
  program: CommanderCommand,
  stdout: NodeJS.WritableStream,
  cells: number,
): Promise<void> {
  const [word = ''] = words;
  const topic = topics.find(({ name }) => name === word);
  if (topic) {
    stdout.write(drawTopic(topic, cells));
    return;
  }
  const names = program.commands.flatMap((each) => [each.name(), ...each.aliases()]);
  if (word !== '' && !word.startsWith('-') && !names.includes(word)) {
    const known = [...names, ...topics.map(({ name }) => name)];
    throw usageError(
      `There is no help on “${word}”.`,
      didYouMean(word, known) ?? 'See what there is: epic help',
    );
  }
  await program.parseAsync([...words, '--help'], { from: 'user' });
}
