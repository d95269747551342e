import { shown as shownForms, typed as typedForms } from '../locale/locale.ts';
import { didYouMean } from '../text/words.ts';
import { Invalid, type Parser, quoted, type Reference } from './parser.ts';

/** The id of a record: a whole number from 1, perhaps as `#12`. */
export const id: Parser<number> = (typed) => {
  const value = /^#?[1-9]\d{0,9}$/.test(typed) ? Number(typed.replace('#', '')) : Number.NaN;
  if (value <= 2_147_483_647) return value;
  throw new Invalid(`${quoted(typed)} is not an id. Write a whole number, like 12.`);
};

/** The id of a record of this kind; a text may stand for it if only one of them contains it. */
export function idOf(
  kind: Reference['kind'],
  department?: Reference['department'],
): Parser<number> {
  return Object.assign((typed: string) => id(typed), { refersTo: { kind, department } });
}

/** The id of a contract that is in this state; of those that a text means, others are left out. */
export const contractThatIs = (state: Reference['state']): Parser<number> =>
  Object.assign((typed: string) => id(typed), { refersTo: { kind: 'contract' as const, state } });

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): Parser<number> {
  return (typed) => {
    const value = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new Invalid(`${quoted(typed)} is not a whole number from ${least} to ${most}.`);
  };
}

const amountExample = () => shownForms().amounts.write('1250.5');

/** An amount of money, as a decimal string, in every form that can only mean one amount. */
export const money: Parser<string> = Object.assign(
  (typed: string) => {
    const read = typedForms().amounts.read(typed);
    if ('amount' in read) return read.amount;
    if (read.problem === 'large') {
      throw new Invalid(
        `${quoted(typed)} is too large: at most 10 digits before the decimal sign.`,
      );
    }
    if (read.problem === 'ambiguous') {
      throw new Invalid(
        `${quoted(typed)} can be read in two ways. Write ${read.readings.join(' or ')}.`,
      );
    }
    throw new Invalid(`${quoted(typed)} is not an amount. Write it like ${amountExample()}.`);
  },
  { like: amountExample },
);

function readable(typed: string, most: number): string {
  if (typed.includes('\0')) throw new Invalid('a NUL character cannot be stored.');
  if (typed.includes('\ufffd')) throw new Invalid('the text is not valid UTF-8.');
  if ([...typed].length > most) {
    throw new Invalid(`the text is too long: ${[...typed].length} characters, at most ${most}.`);
  }
  return typed;
}

/** One line of text, not empty, without control characters. */
export function line(most: number): Parser<string> {
  return (typed) => {
    const text = readable(typed, most).trim();
    if (text === '') throw new Invalid('it cannot be empty.');
    if (/\p{Cc}/u.test(text)) throw new Invalid('it cannot contain control characters.');
    return text;
  };
}

/** Free text, exactly as typed. */
export function text(most: number): Parser<string> {
  return (typed) => readable(typed, most);
}

/** A text of several lines, such as notes. `-` is none: a file is read with the flag that is named. */
export function prose(most: number, fileFlag: string): Parser<string> {
  const parse = (typed: string) => {
    if (typed.trim() !== '-') return readable(typed, most);
    throw new Invalid('“-” is not a text.', `From stdin: ${fileFlag} -`);
  };
  return Object.assign(parse, { isLong: true as const });
}

/** An e-mail address. */
export const email: Parser<string> = (typed) => {
  const address = line(254)(typed);
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address)) return address;
  throw new Invalid(`${quoted(typed)} is not an e-mail address. Write it like ana@example.com.`);
};

/** A telephone number: digits, spaces and `- . ( )`, perhaps after a `+`. */
export const phone: Parser<string> = (typed) => {
  const number = line(100)(typed);
  if (/^\+?[\d(][\d ().-]{3,29}$/.test(number)) return number;
  throw new Invalid(
    `${quoted(typed)} is not a telephone number. Write it like “+33 6 12 34 56 78”.`,
  );
};

/** The same parser, with null for an empty text. */
export function orNothing<Value>(parser: Parser<Value>): Parser<Value | null> {
  return Object.assign((typed: string) => (typed.trim() === '' ? null : parser(typed)), {
    ...(parser.like && { like: parser.like }),
    ...(parser.isLong && { isLong: parser.isLong }),
  });
}

/** The same parser, with words for completion. */
export function offering<Value>(
  offers: NonNullable<Parser<Value>['offers']>,
  parser: Parser<Value>,
): Parser<Value> {
  return Object.assign((typed: string) => parser(typed), { offers });
}

/** One of a closed set of words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Parser<Word> {
  const parse = (typed: string) => {
    const word = words.find((each) => each === typed.trim().toLowerCase());
    if (word) return word;
    throw new Invalid(
      `${quoted(typed)} is not one of ${words.join(', ')}.`,
      didYouMean(typed.trim(), words),
    );
  };
  return Object.assign(parse, { choices: words });
}
