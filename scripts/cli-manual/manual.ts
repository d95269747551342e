import { catalog, commands, nouns } from '../../src/cli/catalog.ts';
import { commandPage, nounPage, type Page, rootPage } from '../../src/cli/extras/help/page.ts';
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
      verbs: verbs.map((verb) => commandPage(verb, entry)),
    });
  }
  const alone: Page[] = [];
  for (const { name, summary, load } of commands) {
    alone.push(commandPage({ ...(await load()), name, summary }));
  }
  return { root: rootPage(catalog, topics), commands: alone, nouns: explained, topics };
}
