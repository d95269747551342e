import type { Department } from '../../operations/index.ts';
import type { Cell, Kind } from '../output/columns.ts';
import { localDay, offset } from '../output/format.ts';
import { didYouMean } from '../text/words.ts';

/** Parses a typed text, or throws an `Invalid` that says how to write it. */
export type Parser<Value> = ((typed: string) => Value) & {
  /** The accepted words, of a closed set. */
  choices?: readonly string[];
  /** Words that completion offers. */
  offers?: readonly string[];
  /** Of an id: the records among which a text may stand for it. */
  refersTo?: Reference;
};

/** The kinds of record that search covers. */
export const searched = ['client', 'contract', 'event', 'employee'] as const;

/** The records among which a text is searched. */
export interface Reference {
  kind: (typeof searched)[number];
  /** Only active employees of this department. */
  department?: Department;
  /** Only contracts in this state; `unpaid` ones are signed. */
  state?: 'draft' | 'signed' | 'unpaid';
}

/** A typed text is not a valid value. The message completes “--flag: …”. */
export class Invalid extends Error {
  /** What to type instead. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const shown = (typed: string) => `“${typed.length > 40 ? `${typed.slice(0, 40)}…` : typed}”`;

/** The id of a record: a whole number from 1. */
export const id: Parser<number> = (typed) => {
  const value = /^[1-9]\d{0,9}$/.test(typed) ? Number(typed) : Number.NaN;
  if (value <= 2_147_483_647) return value;
  throw new Invalid(`${shown(typed)} is not an id. Write a whole number, like 12.`);
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
    throw new Invalid(`${shown(typed)} is not a whole number from ${least} to ${most}.`);
  };
}

/** An amount of money, as a decimal string: `1250`, `1 250.50 €` and `1250,50` are understood. */
export const money: Parser<string> = (typed) => {
  const plain = typed
    .replace(/\s*\u20ac$/, '')
    .replace(/[\u00a0\u202f]/g, ' ')
    .trim();
  const [match, sign = '', whole = '', cents = ''] =
    /^(-?)(\d{1,3}(?: \d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(plain) ?? [];
  if (match === undefined) {
    throw new Invalid(`${shown(typed)} is not an amount. Write it like 1250 or 1250.50.`);
  }
  const digits = whole.replaceAll(' ', '').replace(/^0+(?=\d)/, '');
  if (digits.length > 10) {
    throw new Invalid(`${shown(typed)} is too large: at most 10 digits before the decimal point.`);
  }
  return `${sign}${digits}.${cents.padEnd(2, '0')}`;
};

const dateHelp = 'Write it like 2026-12-01, today or +7d.';
const oneDay = 24 * 60;

const nearDays = new Map([
  ['yesterday', -1],
  ['today', 0],
  ['tomorrow', 1],
]);

function calendarDay(typed: string, now: Date): string {
  const relative = nearDays.get(typed.toLowerCase()) ?? /^([+-]\d{1,4})d$/.exec(typed)?.[1];
  if (relative !== undefined) {
    const [year = 0, month = 0, day = 0] = localDay(now).split('-').map(Number);
    return localDay(new Date(year, month - 1, day + Number(relative)));
  }
  const [match, year, month, day] = /^([1-9]\d{3})-(\d\d)-(\d\d)$/.exec(typed) ?? [];
  const instant = new Date(Number(year), Number(month) - 1, Number(day));
  if (match && localDay(instant) === match) return match;
  throw new Invalid(`${shown(typed)} is not a date. ${dateHelp}`);
}

/** A calendar day as `2026-12-01`; `today`, `+7d` and `-30d` are understood. */
export const date: Parser<string> = (typed) => calendarDay(typed.trim(), new Date());

/** The days of a period, the first and the last, as `2026-01-01..2026-03-31`. */
export const period: Parser<{ first: string; last: string }> = (typed) => {
  const [from, to, ...more] = typed.split('..');
  if (from === undefined || to === undefined || more.length > 0) {
    throw new Invalid(`${shown(typed)} is not a period. Write it like 2026-01-01..2026-03-31.`);
  }
  const [first, last] = [date(from), date(to)];
  if (first <= last) return { first, last };
  throw new Invalid(`${shown(typed)} ends before it begins.`);
};

const withOffset = (day: string, time: string) => {
  const instant = new Date(`${day}T${time}`);
  // an hour that daylight saving skips is read as another one
  const wanted = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const found = instant.getHours() * 60 + instant.getMinutes();
  if (found % oneDay !== wanted) {
    throw new Invalid(`“${day} ${time.slice(0, 5)}” does not exist: the clocks go forward then.`);
  }
  return `${day}T${time}${offset(instant)}`;
};

/** A moment as ISO-8601 with its offset; `2026-12-01 18:30` is in the local time zone. */
export const dateTime: Parser<string> = (typed) => {
  const [match, day = '', hour, minute, second = '00', zone = ''] =
    /^(\S+?)[T ]+([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/.exec(
      typed.trim(),
    ) ?? [];
  if (!match) {
    throw new Invalid(
      `${shown(typed)} is not a date and time. Write it like “2026-12-01 18:30” (local time) or 2026-12-01T18:30Z.`,
    );
  }
  const known = calendarDay(day, new Date());
  const time = `${hour}:${minute}:${second}`;
  return zone ? `${known}T${time}${zone}` : withOffset(known, time);
};

const two = (value: number) => String(value).padStart(2, '0');

/** A value as it is typed for a flag; empty for null. */
export function asTyped(kind: Kind, value: Cell): string {
  if (value === null || value === undefined) return '';
  if (kind !== 'instant') return String(value);
  const instant = new Date(String(value));
  return `${localDay(instant)} ${two(instant.getHours())}:${two(instant.getMinutes())}`;
}

const isDay = (typed: string) => !/:/.test(typed);

/** The beginning of a period: a moment, or the first moment of a local day. */
export const fromMoment: Parser<string> = (typed) =>
  isDay(typed) ? withOffset(date(typed), '00:00:00') : dateTime(typed);

/** The end of a period: a moment, or the first moment after a local day. */
export const toMoment: Parser<string> = (typed) => {
  if (!isDay(typed)) return dateTime(typed);
  const [year = 0, month = 0, day = 0] = date(typed).split('-').map(Number);
  return withOffset(localDay(new Date(year, month - 1, day + 1)), '00:00:00');
};

/** The beginning of a period as its age, `30d`, or as for `fromMoment`. */
export const since: Parser<string> = (typed) =>
  fromMoment(typed.trim().replace(/^(?=\d{1,4}d$)/, '-'));

/** A period like `2026-12-01..2026-12-31`, its ends parsed by these; either may be left out. */
export function between<Value extends string>(
  from: Parser<Value>,
  to: Parser<Value>,
): Parser<{ from?: Value; to?: Value }> {
  return (typed) => {
    const [first = '', last = '', ...more] = typed.split('..').map((end) => end.trim());
    if (!typed.includes('..') || more.length > 0 || first + last === '') {
      throw new Invalid(
        `${shown(typed)} is not a period. Write it like 2026-12-01..2026-12-31, today..+7d or -30d..`,
      );
    }
    const period = { from: first ? from(first) : undefined, to: last ? to(last) : undefined };
    if (period.from && period.to && Date.parse(period.from) > Date.parse(period.to)) {
      throw new Invalid(`${shown(typed)} ends before it begins.`);
    }
    return period;
  };
}

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

/** An e-mail address. */
export const email: Parser<string> = (typed) => {
  const address = line(254)(typed);
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address)) return address;
  throw new Invalid(`${shown(typed)} is not an e-mail address. Write it like ana@example.com.`);
};

/** A telephone number: digits, spaces and `- . ( )`, perhaps after a `+`. */
export const phone: Parser<string> = (typed) => {
  const number = line(100)(typed);
  if (/^\+?[\d(][\d ().-]{3,29}$/.test(number)) return number;
  throw new Invalid(
    `${shown(typed)} is not a telephone number. Write it like “+33 6 12 34 56 78”.`,
  );
};

/** The same parser, with null for an empty text. */
export function orNothing<Value>(parser: Parser<Value>): Parser<Value | null> {
  return (typed) => (typed.trim() === '' ? null : parser(typed));
}

/** The same parser, with words for completion. */
export function offering<Value>(offers: readonly string[], parser: Parser<Value>): Parser<Value> {
  return Object.assign((typed: string) => parser(typed), { offers });
}

/** One of a closed set of words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Parser<Word> {
  const parse = (typed: string) => {
    const word = words.find((each) => each === typed.trim().toLowerCase());
    if (word) return word;
    throw new Invalid(
      `${shown(typed)} is not one of ${words.join(', ')}.`,
      didYouMean(typed.trim(), words),
    );
  };
  return Object.assign(parse, { choices: words });
}
