/** The text with a capital at its beginning. */
export const capitalize = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A person and how to reach them, in one line. */
export const contactLine = (
  person: { fullName: string; phone: string | null; email: string | null } | null | undefined,
) => person && [person.fullName, person.phone, person.email].filter(Boolean).join(', ');

/** The key of a field as people write it: `toBePaid` → `to be paid`, `clientEmail` → `client e-mail`. */
export const inWords = (key: string) =>
  key
    .replace(/[A-Z]/g, ' $&')
    .toLowerCase()
    .replace(/\bid\b/, 'ID')
    .replace(/\bemail\b/, 'e-mail');

/** The arguments as one line for a POSIX shell, quoted where needed. */
export function shellQuote(args: readonly string[]): string {
  return args
    .map((arg) =>
      /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}

/** How many single letters apart two words are: wrong, missing, too many, or swapped with the next. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(one.length, other.length);
}

/** `de` and `activate` of `deactivate`; of `--no-support`, `no-` and `support`. */
function withoutPrefix(word: string): { prefix: string; rest: string } {
  const [, prefix = '', rest = ''] = /^-*(no-|un|de|re|dis)?(.*)$/.exec(word) ?? [];
  return { prefix, rest };
}

/** Whether one of two words undoes what the other does: `reactivate` and `deactivate`, `--support` and `--no-support`. */
function areOpposite(one: string, other: string): boolean {
  const [first, second] = [one, other].map(withoutPrefix);
  if (!first || !second || first.prefix === second.prefix) return false;
  const isNegated = [first, second].some(({ prefix }) => prefix === 'no-');
  const areBothPrefixed = first.prefix !== '' && second.prefix !== '';
  return distance(first.rest, second.rest) <= (isNegated || areBothPrefixed ? 2 : 0);
}

/** The word that was probably meant, if there is one. */
function closest(typed: string, words: readonly string[]): string | undefined {
  const meant = typed.toLowerCase().slice(0, 40);
  // the first letter is rarely the wrong one: beside it, no other may be
  const isLikely = (word: string) => {
    const mistakes = Math.max(1, Math.floor(word.length / 3));
    const begins = word.replace(/^-+/, '')[0]?.toLowerCase() === meant.replace(/^-+/, '')[0];
    return (
      distance(meant, word.toLowerCase()) <= (begins ? mistakes : 1) && !areOpposite(meant, word)
    );
  };
  const ranked = words
    .filter(isLikely)
    .sort(
      (one, other) => distance(meant, one.toLowerCase()) - distance(meant, other.toLowerCase()),
    );
  return (
    ranked[0] ??
    words.find(
      (word) => meant.replace(/^-+/, '').length > 2 && word.toLowerCase().startsWith(meant),
    )
  );
}

/** “Did you mean signed?”, or nothing. */
export function didYouMean(typed: string, words: readonly string[]): string | undefined {
  const word = closest(typed, words);
  return word && `Did you mean ${word}?`;
}
