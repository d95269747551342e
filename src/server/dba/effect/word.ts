/**
 * What a change does to access: GAINED when it opens anything, though it may close something too; UNKNOWN when it could not
 * be measured.
 */
export type Word = 'GAINED' | 'UNKNOWN' | 'LOST' | 'NONE';

/** The most serious first. */
export const WORDS: readonly Word[] = ['GAINED', 'UNKNOWN', 'LOST', 'NONE'];

/** The word for several changes. */
export function worst(words: readonly Word[]): Word {
  return WORDS.find((word) => words.includes(word)) ?? 'NONE';
}
