import { evenSpaces } from './text.ts';

/** A day of the calendar. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

/** What a typed date is, or what is wrong with it. */
export type ReadDay =
  | Day
  | { problem: 'none' | 'short year' }
  /** `03/04/2026`, where nothing says what comes first. */
  | { problem: 'ambiguous'; readings: readonly [Day, Day] };

/** A time of the day. */
export interface Hour {
  hour: number;
  minute: number;
}

/** How days and times are written and read. */
export interface DateForm {
  write(day: Day): string;
  writeTime(day: Day, hour: Hour): string;
  /** Understands what `write` gives, and every other form in figures that can only mean one day. */
  read(typed: string): ReadDay;
  /** The day and the time in what `writeTime` gives; undefined for everything else. */
  readTime(typed: string): { day: Day; hour: Hour } | undefined;
}

type Order = 'day first' | 'month first' | undefined;

const two = (value: number) => String(value).padStart(2, '0');
const dayOf = (year: string, month: string, day: string): Day => ({
  year: Number(year),
  month: Number(month),
  day: Number(day),
});

/** A day in three figures. With the year first, months come before days in every language. */
function readFigures(typed: string, order: Order): ReadDay {
  const text = typed.trim();
  const [yearFirst, ...ymd] = /^(\d{4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,2})\.?$/.exec(text) ?? [];
  if (yearFirst) return dayOf(ymd[0] ?? '', ymd[2] ?? '', ymd[3] ?? '');
  const [match, one = '', , other = '', year = ''] =
    /^(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d\d)\.?$/.exec(text) ?? [];
  if (!match) return { problem: 'none' };
  if (year.length === 2) return { problem: 'short year' };
  const [dayFirst, monthFirst] = [dayOf(year, other, one), dayOf(year, one, other)];
  if (order === 'day first') return dayFirst;
  if (order === 'month first') return monthFirst;
  if (one === other || Number(one) > 12) return dayFirst;
  if (Number(other) > 12) return monthFirst;
  return { problem: 'ambiguous', readings: [dayFirst, monthFirst] };
}

/** Days and times without a locale: `2026-12-01 18:30`. */
export const neutralDates: DateForm = {
  write: ({ year, month, day }) => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`,
  writeTime: (day, { hour, minute }) => `${neutralDates.write(day)} ${two(hour)}:${two(minute)}`,
  read: (typed) => readFigures(evenSpaces(typed, ' '), undefined),
  readTime: () => undefined,
};

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** What is read where a language writes this part. */
function patternOf({ type, value }: Intl.DateTimeFormatPart): string {
  if (type === 'literal') {
    const sign = evenSpaces(value, ' ').trim();
    return sign === '' ? ' +' : ` *${escaped(sign)} *`;
  }
  if (type === 'year') return '(?<year>\\d{4})';
  if (type === 'dayPeriod') return '(?<period>\\D+?)';
  return `(?<${type}>\\d{1,2})`;
}

const reads = (parts: readonly Intl.DateTimeFormatPart[]) =>
  new RegExp(`^ *${parts.map(patternOf).join('')} *$`, 'i');

/** Days and times as in a language: `fr-FR`. The calendar and the digits are those of every other form. */
export function dateForm(language: string): DateForm {
  const tag = `${language}-u-ca-gregory-nu-latn`;
  const date = { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: 'UTC' } as const;
  const days = new Intl.DateTimeFormat(tag, date);
  const times = new Intl.DateTimeFormat(tag, { ...date, hour: '2-digit', minute: '2-digit' });
  const at = ({ year, month, day }: Day, { hour, minute }: Hour = { hour: 0, minute: 0 }) =>
    new Date(
      `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}Z`,
    );
  const written = (text: string) => evenSpaces(text, ' ');

  const [morning, evening] = [6, 18].map((hour) =>
    times.formatToParts(new Date(Date.UTC(2026, 11, 31, hour))),
  );
  const periodOf = (parts: Intl.DateTimeFormatPart[] | undefined) =>
    parts?.find(({ type }) => type === 'dayPeriod')?.value;
  const plain = (period: string | undefined) =>
    evenSpaces(period ?? '', ' ')
      .replace(/[. ]/g, '')
      .toLowerCase();
  const parts = days.formatToParts(at({ year: 2026, month: 12, day: 31 }));
  const fields = parts.map(({ type }) => type).filter((type) => /^(day|month|year)$/.test(type));
  const order: Order =
    fields[0] === 'day' ? 'day first' : fields[0] === 'month' ? 'month first' : undefined;
  const dayPattern = reads(parts);
  const timePattern = reads(evening ?? []);

  return {
    write: (day) => written(days.format(at(day))),
    writeTime: (day, hour) => written(times.format(at(day, hour))),
    read(typed) {
      const text = evenSpaces(typed, ' ');
      const { year = '', month = '', day = '' } = dayPattern.exec(text)?.groups ?? {};
      return year ? dayOf(year, month, day) : readFigures(text, order);
    },
    readTime(typed) {
      const found = timePattern.exec(evenSpaces(typed, ' '))?.groups;
      if (!found) return undefined;
      const { year = '', month = '', day = '', hour = '', minute = '', period } = found;
      let hours = Number(hour);
      if (period !== undefined) {
        const isEvening = plain(period) === plain(periodOf(evening));
        if (hours > 12 || (!isEvening && plain(period) !== plain(periodOf(morning)))) {
          return undefined;
        }
        hours = (hours % 12) + (isEvening ? 12 : 0);
      }
      return { day: dayOf(year, month, day), hour: { hour: hours, minute: Number(minute) } };
    },
  };
}
