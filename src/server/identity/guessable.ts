import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Longer ones are judged by their beginning: judging takes longer than it is long. */
const longestJudged = 64;

/** What somebody who attacks this company tries first. */
const ofTheCompany = ['epic', 'events', 'epicevents', 'crm'];

/** Whatever somebody needs to try fewer passwords than this for is refused: 3 of the 4 that zxcvbn gives. */
const enough = 3;

/**
 * Why a password can be guessed, as the end of a sentence, or null when it cannot: it is one of the 50 000 most
 * common ones, or nearly, or keys in a row, a date, a repetition, or the company or person in other words.
 * Takes some milliseconds, and the first time, when the list is loaded, a quarter of a second.
 */
export async function whyGuessable(
  password: string,
  aboutThePerson: readonly string[],
): Promise<string | null> {
  judge ??= createJudge();
  const zxcvbn = await judge;
  const words = aboutThePerson.flatMap((text) => [
    text,
    bare(text),
    ...text.split(/[^\p{L}\p{N}]+/u),
  ]);
  const known = [...words.filter((word) => word.length >= 3), ...ofTheCompany];
  const plain = bare(password);
  // What is mostly signs is not known by the letters between them.
  const isWordy = plain.length >= 0.75 * password.length;
  for (const written of isWordy ? [password, plain] : [password]) {
    const { score, feedback } = zxcvbn.check(written.slice(0, longestJudged), known);
    if (score < enough) {
      return reasons[feedback.warning ?? ''] ?? 'it is short for what it is made of';
    }
  }
  return null;
}

/** As if it had been written without accents, capitals, spaces and hyphens, which are tried soon enough. */
function bare(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

let judge: Promise<ZxcvbnFactory> | undefined;

/** The list takes 25 to 50 MB, and most servers see a new password once a week. */
async function createJudge(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}

const common = 'it is one of the most common passwords, or nearly';
const name = 'it is a name';
const repetition = 'it repeats itself';
const keys = 'its characters are beside one another on the keyboard';

/** What zxcvbn's warnings are called, and what they mean. */
const reasons: Readonly<Record<string, string>> = {
  topTen: common,
  topHundred: common,
  common,
  similarToCommon: common,
  wordByItself: 'it is a word',
  namesByThemselves: name,
  commonNames: name,
  userInputs: 'it is made of your name, your e-mail or the name of the company',
  straightRow: keys,
  keyPattern: keys,
  simpleRepeat: repetition,
  extendedRepeat: repetition,
  sequences: 'its characters follow one another in the alphabet, or count',
  recentYears: 'it is a year',
  dates: 'it is a date',
};
