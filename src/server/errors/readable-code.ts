import { randomInt } from 'node:crypto';

// Without I, O, 0, 1 and 8, which are taken for one another.
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ2345679';

/** Random characters that a person can read out and type: 4.95 bits each. */
export function readableCode(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
