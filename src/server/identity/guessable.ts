import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Of longer passwords the beginning is checked: the time grows faster than the length. */
const maxCheckedLength = 64;

/** The first guesses of an attacker. */
const companyWords = ['epic', 'events', 'epicevents', 'crm'];

/** Of the scores of zxcvbn, 0 to 4. */
const minScore = 3;

/**
 * Why a password can be guessed, as the end of a sentence; null when it cannot. Weak are the 50 000 most common ones and
 * variants of them, keys in a row, dates, repetitions, and words about the company or the person. Takes some
 * milliseconds, and 250 ms the first time, when the list is loaded.
 */
export async function weaknessOf(
  password: string,
  personalTexts: readonly string[],
): Promise<string | null> {
  checker ??= createChecker();
  const zxcvbn = await checker;
  const words = personalTexts.flatMap((text) => [
    text,
    lettersOf(text),
    ...text.split(/[^\p{L}\p{N}]+/u),
  ]);
  const known = [...words.filter((word) => word.length >= 3), ...companyWords];
  const plain = lettersOf(password);
  // the letters alone mean little in a password of mostly other characters
  const isWordy = plain.length >= 0.75 * password.length;
  for (const written of isWordy ? [password, plain] : [password]) {
    const { score, feedback } = zxcvbn.check(written.slice(0, maxCheckedLength), known);
    if (score < minScore) {
      return reasons[feedback.warning ?? ''] ?? 'it is short for what it is made of';
    }
  }
  return null;
}

/** Without accents, capitals, spaces and punctuation, which attackers vary. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

let checker: Promise<ZxcvbnFactory> | undefined;

/** Loaded when needed: the list takes 25 to 50 MB, and new passwords are rare. */
async function createChecker(): Promise<ZxcvbnFactory> {
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

/** By the names of zxcvbn's warnings. */
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
