import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Mutant } from './mutation.ts';

/** Which file of tests will notice a mutant first, as far as can be guessed. */
export interface Guesser {
  /** All files, the likeliest first. */
  order(mutant: Mutant): string[];
  /** The file did notice this one. */
  learn(mutant: Mutant, file: string): void;
}

/** Guesses from what the files are called and speak of, from what they noticed before, and from how long they take. */
export async function createGuesser(milliseconds: ReadonlyMap<string, number>): Promise<Guesser> {
  const files = [...milliseconds.keys()];
  const words = new Map<string, Map<string, number>>();
  for (const file of files) words.set(file, countWords(await readFile(file, 'utf8')));
  const kills = new Map<string, number>();
  const killsOf = (what: string, file: string) => kills.get(`${what} ${file}`) ?? 0;

  const score = (mutant: Mutant, file: string) => {
    const name = bareNameOf(mutant);
    const spokenOf = words.get(file)?.get(name) ?? 0;
    const isItsOwn = basename(file, '.sql').endsWith(name);
    const benefit =
      (isItsOwn ? 6 : 0) +
      Math.min(spokenOf, 10) / 3 +
      Math.min(killsOf(`${mutant.kind} ${mutant.object}`, file), 5) * 3 +
      Math.min(killsOf(mutant.object, file), 5) +
      Math.min(killsOf(mutant.kind, file), 20) / 4;
    return benefit / (50 + (milliseconds.get(file) ?? 0));
  };

  return {
    order: (mutant) => {
      const scores = new Map(files.map((file) => [file, score(mutant, file)]));
      return files.toSorted((one, other) => (scores.get(other) ?? 0) - (scores.get(one) ?? 0));
    },
    learn: (mutant, file) => {
      for (const what of [`${mutant.kind} ${mutant.object}`, mutant.object, mutant.kind]) {
        kills.set(`${what} ${file}`, killsOf(what, file) + 1);
      }
    },
  };
}

// crm.client, crm.erase_client(integer,boolean)
function bareNameOf({ object }: Mutant): string {
  return object.replace(/\(.*$/, '').replace(/^.*\./, '');
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
