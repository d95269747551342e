import type { Day } from '../locale/dates.ts';
import { shown as shownForms, typed as typedForms } from '../locale/locale.ts';
import { evenSpaces } from '../locale/text.ts';
import type { Cell, Kind } from '../output/columns.ts';
import { formatCell, isRepeated, localDay, offset, timeOfDay } from '../output/format.ts';
import { capitalize } from '../text/words.ts';
import { Invalid, type Parser, quoted } from './parser.ts';

const two = (value: number) => String(value).padStart(2, '0');
const exampleDay = { year: 2026, month: 12, day: 31 };
const dayExample = () => shownForms().dates.write(exampleDay);
const timeExample = () => shownForms().dates.writeTime(exampleDay, { hour: 18, minute: 30 });
const isoOf = ({ year, month, day }: Day) =>
  [String(year).padStart(4, '0'), two(month), two(day)].join('-');

const oneDay = 24 * 60;

const nearDays = new Map([
  ['yesterday', -1],
  ['today', 0],
  ['tomorrow', 1],
]);
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function daysFrom(now: Date, days: number): string {
  return localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
}

/** `today`, `+7d`, `-2w`, `friday`: the day of the calendar; undefined for everything else. */
function relativeDay(typed: string, now: Date): string | undefined {
  const word = typed.toLowerCase();
  const near = nearDays.get(word);
  if (near !== undefined) return daysFrom(now, near);
  const [match, count, unit] = /^([+-]\d{1,4})([dw])$/.exec(word) ?? [];
  if (match) return daysFrom(now, Number(count) * (unit === 'w' ? 7 : 1));
  const weekday = weekdays.indexOf(word);
  if (weekday < 0) return undefined;
  if (weekday === now.getDay()) {
    throw new Invalid(`${quoted(typed)} is today. Write today, +7d or -7d.`);
  }
  return daysFrom(now, (weekday - now.getDay() + 7) % 7);
}

function calendarDay(typed: string, now: Date): string {
  const relative = relativeDay(typed, now);
  if (relative !== undefined) return relative;
  const { dates } = typedForms();
  // as one record shows it: `Tue 2026-12-01`
  const [, weekday, text = typed] = /^([a-z]{3}) +(\d.*)$/i.exec(typed) ?? [];
  const read = dates.read(text);
  const like = `Write it like ${dayExample()}, today or +7d.`;
  if ('problem' in read) {
    if (read.problem === 'ambiguous') {
      const readings = read.readings.map(isoOf);
      throw new Invalid(
        `${quoted(typed)} can be read in two ways. Write ${readings.join(' or ')}.`,
      );
    }
    if (read.problem === 'short year') {
      throw new Invalid(
        `${quoted(typed)} has a year of two digits. Write all four, like ${dayExample()}.`,
      );
    }
    throw new Invalid(`${quoted(typed)} is not a date. ${like}`);
  }
  const { year, month, day } = read;
  const instant = new Date(year, month - 1, day);
  const iso = isoOf(read);
  if (month > 12 && day <= 12) throw new Invalid(`${quoted(typed)} has no month ${month}. ${like}`);
  if (year < 1000 || localDay(instant) !== iso) {
    throw new Invalid(`${quoted(typed)} is not a date. ${like}`);
  }
  const name = weekdays[instant.getDay()] ?? '';
  if (weekday !== undefined && !name.startsWith(weekday.toLowerCase())) {
    throw new Invalid(`${quoted(typed)} is not a date: that day is a ${capitalize(name)}.`);
  }
  return iso;
}

/** A calendar day as `2026-12-01`; `today`, `+7d`, `-30d` and `friday` are understood. */
export const date: Parser<string> = Object.assign(
  (typed: string) => calendarDay(typed.trim(), new Date()),
  { like: dayExample },
);

const periodExample = () =>
  `${shownForms().dates.write({ ...exampleDay, day: 1 })}..${dayExample()}`;

/** The ends of a period; a date may end in a point itself. */
const endsOf = (typed: string) => typed.split(/\.\.(?!\.)/).map((end) => end.trim());

/** The days of a period, the first and the last, as `2026-01-01..2026-03-31`. */
export const period: Parser<{ first: string; last: string }> = (typed) => {
  const [from, to, ...more] = endsOf(typed);
  if (from === undefined || to === undefined || more.length > 0) {
    throw new Invalid(`${quoted(typed)} is not a period. Write it like ${periodExample()}.`);
  }
  const [first, last] = [date(from), date(to)];
  if (first <= last) return { first, last };
  throw new Invalid(`${quoted(typed)} ends before it begins.`);
};

/** The moment of a local day and time, with its offset. Throws where the clocks skip it, or show it twice. */
function withOffset(day: string, time: string): string {
  const instant = new Date(`${day}T${time}`);
  // an hour that daylight saving skips is read as another one
  const wanted = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const found = instant.getHours() * 60 + instant.getMinutes();
  const named = `“${day} ${time.slice(0, 5)}”`;
  if (found % oneDay !== wanted) {
    throw new Invalid(`${named} does not exist: the clocks go forward then.`);
  }
  if (isRepeated(instant)) {
    const ways = [-1, 1].map((side) => offset(new Date(instant.getTime() + side * 10_800_000)));
    const [first, second] = ways.map((zone) => `${day} ${time.slice(0, 5)}${zone}`);
    throw new Invalid(
      `${named} comes twice: the clocks go back then. Write ${first} or ${second}.`,
    );
  }
  return `${day}T${time}${offset(instant)}`;
}

const zoned = /^(.*\d *[:.h] ?\d\d.*?) *(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)$/i;
const hours =
  /^(.+?)(?:[T ]|, ) *(\d{1,2})(?:[:h]([0-5]\d)(?::([0-5]\d))?|h)? *(?:([ap])\.?m\.?)?$/i;

/** The local day, and the time of the day, of a typed moment; undefined for what is none. */
function readMoment(typed: string): { day: string; time: string } | undefined {
  const text = evenSpaces(typed, ' ')
    .trim()
    .replace(/^[a-z]{3} +(?=\d)/i, '');
  const exact = typedForms().dates.readTime(text);
  if (exact) {
    const { hour, minute } = exact.hour;
    if (hour > 23 || minute > 59) return undefined;
    return { day: date(isoOf(exact.day)), time: `${two(hour)}:${two(minute)}:00` };
  }
  const [match, day = '', hour, minute, second = '00', half] = hours.exec(text) ?? [];
  const isPrecise = minute !== undefined || half !== undefined || /h *$/i.test(match ?? '');
  if (!match || !isPrecise) return undefined;
  if (Number(hour) > (half ? 12 : 23)) return undefined;
  const evening = half?.toLowerCase() === 'p' ? 12 : 0;
  const at = half ? (Number(hour) % 12) + evening : Number(hour);
  return { day: date(day), time: `${two(at)}:${minute ?? '00'}:${second}` };
}

/** A moment as ISO-8601 with its offset; without one typed, it is in the local time zone. */
export const dateTime: Parser<string> = Object.assign(
  (typed: string) => {
    const even = evenSpaces(typed, ' ').trim();
    const [, text = even, zone] = zoned.exec(even) ?? [];
    const moment = readMoment(text);
    if (!moment) {
      throw new Invalid(
        `${quoted(typed)} is not a date and time. Write it like “${timeExample()}”, or with an offset: 2026-12-31T18:30Z.`,
      );
    }
    const { day, time } = moment;
    return zone ? `${day}T${time}${zone.toUpperCase()}` : withOffset(day, time);
  },
  { like: timeExample, isMoment: true as const },
);

/** A value as it is typed for a flag; empty for null. */
export function asTyped(kind: Kind, value: Cell): string {
  if (value === null || value === undefined) return '';
  const isWritten = kind === 'instant' || kind === 'date' || kind === 'money';
  return isWritten ? formatCell(kind, value) : String(value);
}

/** Whether it has no time of the day. */
const isDay = (typed: string) =>
  readMoment(zoned.exec(evenSpaces(typed, ' ').trim())?.[1] ?? typed) === undefined;

/** The first moment of a local day, or of the nth after it: there the clocks may go forward at midnight. */
function beginningOf(iso: string, later = 0): string {
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  const first = new Date(year, month - 1, day + later);
  return `${localDay(first)}T${timeOfDay(first)}:00${offset(first)}`;
}

/** The beginning of a period: a moment, or the first moment of a local day. */
export const fromMoment: Parser<string> = Object.assign(
  (typed: string) => (isDay(typed) ? beginningOf(date(typed)) : dateTime(typed)),
  { like: dayExample },
);

/** The end of a period: a moment, or the first moment after a local day. */
export const toMoment: Parser<string> = Object.assign(
  (typed: string) => (isDay(typed) ? beginningOf(date(typed), 1) : dateTime(typed)),
  { like: dayExample },
);

/** The beginning of a period as its age, `30d`, or as for `fromMoment`. */
export const since: Parser<string> = Object.assign(
  (typed: string) => fromMoment(typed.trim().replace(/^(?=\d{1,4}[dw]$)/, '-')),
  { like: () => `30d or ${dayExample()}` },
);

/** A period like `2026-12-01..2026-12-31`, its ends parsed by these; either may be left out. */
export function between<Value extends string>(
  from: Parser<Value>,
  to: Parser<Value>,
): Parser<{ from?: Value; to?: Value }> {
  return (typed) => {
    const [first = '', last = '', ...more] = endsOf(typed);
    if (!typed.includes('..') || more.length > 0 || first + last === '') {
      throw new Invalid(
        `${quoted(typed)} is not a period. Write it like ${periodExample()}, today..+7d or -30d..`,
      );
    }
    const period = { from: first ? from(first) : undefined, to: last ? to(last) : undefined };
    if (period.from && period.to && Date.parse(period.from) > Date.parse(period.to)) {
      throw new Invalid(`${quoted(typed)} ends before it begins.`);
    }
    return period;
  };
}
