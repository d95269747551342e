import { commands, nouns } from '../../src/cli/catalog.ts';
import type { Command } from '../../src/cli/core/command/command.ts';

/** Every command of `epic` by its full name: `contract list`, `login`. */
export async function everyCommand(): Promise<Map<string, Command>> {
  const all = new Map<string, Command>();
  for (const noun of nouns) {
    for (const verb of (await noun.load()).commands) all.set(`${noun.name} ${verb.name}`, verb);
  }
  for (const { name, load } of commands) all.set(name, await load());
  return all;
}
