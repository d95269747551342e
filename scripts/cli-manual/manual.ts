import { catalog, commands, nouns } from '../../src/cli/catalog.ts';
import {
  commandPage,
  nounPage,
  type Page,
  rootPage,
  verbPage,
} from '../../src/cli/extras/help/page.ts';
import { type Topic, topics } from '../../src/cli/extras/help/topics.ts';

/** All that `epic` says about itself. */
export interface Manual {
  root: Page;
  /** The commands that belong to no noun. */
  commands: readonly Page[];
  nouns: readonly { name: string; page: Page; verbs: readonly Page[] }[];
  topics: readonly Topic[];
}

/** Reads it from the definitions of the commands. */
export async function readManual(): Promise<Manual> {
  const explained: Manual['nouns'][number][] = [];
  for (const entry of nouns) {
    const verbs = (await entry.load()).commands;
    explained.push({
      name: entry.name,
      page: nounPage(entry, verbs),
      verbs: verbs.map((verb) => verbPage(entry, verb)),
    });
  }
  const alone: Page[] = [];
  for (const entry of commands) alone.push(commandPage(entry, await entry.load()));
  return { root: rootPage(catalog, topics), commands: alone, nouns: explained, topics };
}
