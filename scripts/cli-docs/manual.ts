import { catalog } from '../../src/cli/catalog.ts';
import { commandPage, nounPage, type Page, rootPage, verbPage } from '../../src/cli/help/page.ts';
import { type Topic, topics } from '../../src/cli/help/topics.ts';

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
  const commands: Page[] = [];
  const nouns: Manual['nouns'][number][] = [];
  for (const section of catalog) {
    if ('nouns' in section) {
      for (const entry of section.nouns) {
        const verbs = (await entry.load()).commands;
        nouns.push({
          name: entry.name,
          page: nounPage(entry, verbs),
          verbs: verbs.map((verb) => verbPage(entry, verb)),
        });
      }
    } else {
      for (const entry of section.commands) commands.push(commandPage(entry, await entry.load()));
    }
  }
  return { root: rootPage(catalog, topics), commands, nouns, topics };
}
