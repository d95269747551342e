import { Invalid, type Parser } from '../../core/args/parser.ts';
import { localDay } from '../../core/output/format.ts';

/** `month` counts from 0, as in Date. */
export interface Month {
  year: number;
  month: number;
}

const monthOf = (date: Date): Month => ({ year: date.getFullYear(), month: date.getMonth() });

/** The present month in local time. */
export const thisMonth = (): Month => monthOf(new Date());

/** A month as `2026-12`; `+1` is the next one, `-1` the last. */
export const month: Parser<Month> = (typed) => {
  const text = typed.trim();
  const { year, month: present } = thisMonth();
  const relative = /^[+-]\d{1,3}$/.test(text);
  if (relative) return monthOf(new Date(year, present + Number(text), 1));
  const [match, named, nth] = /^([1-9]\d{3})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (match) return { year: Number(named), month: Number(nth) - 1 };
  throw new Invalid(
    `“${text.slice(0, 40)}” is not a month. Write it like 2026-12, or +1 for the next.`,
  );
};

/** The nth day of a month, counted from 1, or of a neighbour of it. */
export const dayOf = ({ year, month }: Month, nth: number) => new Date(year, month, nth);

/** The days of a month, as `2026-12-01`. */
export function daysOf(of: Month): string[] {
  const count = dayOf({ ...of, month: of.month + 1 }, 0).getDate();
  return Array.from({ length: count }, (_, index) => localDay(dayOf(of, index + 1)));
}

/** The days in weeks from Monday on; undefined for days of other months. */
export function weeksOf(of: Month): (string | undefined)[][] {
  const before = (dayOf(of, 1).getDay() + 6) % 7;
  const days = [...Array.from({ length: before }, () => undefined), ...daysOf(of)];
  const count = Math.ceil(days.length / 7);
  return Array.from({ length: count }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday) => days[week * 7 + weekday]),
  );
}
