import { shown } from '../locale/locale.ts';
import { showTime } from '../locale/zone.ts';
import type { Cell, Kind } from './columns.ts';
import { printable } from './text.ts';

export type Format = 'people' | 'tsv' | 'json' | 'csv';

const two = (value: number) => String(value).padStart(2, '0');
const minute = 60_000;
const hour = 60 * minute;
const oneDay = 24 * hour;

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Money for people: `12500.5` → `12 500.50 €`. */
export const money = (amount: string): string => shown().amounts.write(amount);

/** A number for people: `2,143`. */
export const count = (number: number): string => shown().amounts.count(number);

/** A number in a table of amounts: `2 143`. */
export const figure = (number: number): string => shown().amounts.figure(number);

/** The local offset of an instant from UTC: `+01:00`. */
export function offset(instant: Date): string {
  const minutes = -instant.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The local calendar day of an instant: `2026-12-01`. */
export function localDay(instant: Date): string {
  const year = String(instant.getFullYear()).padStart(4, '0');
  return `${year}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}

/** The hour of an instant, in local time: `18:30`. */
export function localHour(iso: string): string {
  const instant = new Date(iso);
  showTime();
  return `${two(instant.getHours())}:${two(instant.getMinutes())}`;
}

/** A calendar day for people: `2026-12-01`. */
export function day(iso: string): string {
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  return shown().dates.write({ year, month, day });
}

/** Whether the clocks show this hour twice, since they go back. */
export function isRepeated(instant: Date): boolean {
  const far = 3 * hour;
  const [before, after] = [-far, far].map((ms) =>
    new Date(instant.getTime() + ms).getTimezoneOffset(),
  );
  const step = ((after ?? 0) - (before ?? 0)) * minute;
  if (step <= 0) return false;
  return [-step, step].some((ms) => {
    const other = new Date(instant.getTime() + ms);
    return other.getHours() === instant.getHours() && other.getMinutes() === instant.getMinutes();
  });
}

/** An instant for people, in local time, as the flags accept it; with its offset where the clocks show the hour twice. */
export function localTime(iso: string): string {
  const instant = new Date(iso);
  const written = shown().dates.writeTime(
    { year: instant.getFullYear(), month: instant.getMonth() + 1, day: instant.getDate() },
    { hour: instant.getHours(), minute: instant.getMinutes() },
  );
  showTime();
  return isRepeated(instant) ? `${written}${offset(instant)}` : written;
}

/** The time of day of an instant, in local time: `18:30`. */
export const timeOfDay = (instant: Date) =>
  `${two(instant.getHours())}:${two(instant.getMinutes())}`;

/** An instant for people who look at one record: `Tue 2026-12-01 18:30`. */
export const fullTime = (iso: string): string =>
  `${weekdays[new Date(iso).getDay()]} ${localTime(iso)}`;

/** A cell that is empty, on a terminal. */
export const nothing = '–';

/** A cell on a terminal: one harmless line, money and dates as people write them. */
export function formatCell(kind: Kind, cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return nothing;
  if (kind === 'money') return money(String(cell));
  if (kind === 'instant') return localTime(String(cell));
  if (kind === 'date') return day(String(cell));
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'object') return printable(JSON.stringify(cell));
  return printable(String(cell));
}

/** A cell for machines: the value itself; instants in UTC, a missing value is null. */
export function plainCell(kind: Kind, cell: Cell): Exclude<Cell, undefined> {
  if (cell === null || cell === undefined) return null;
  if (kind === 'instant') return inUtc(String(cell));
  return cell;
}

/** `2026-12-01T17:30:00.000000+00:00`, as the API writes it, in milliseconds: `2026-12-01T17:30:00Z`. */
function inUtc(iso: string): string {
  // in UTC already: a Date takes ten times as long
  const text =
    iso.length === 32 && iso.endsWith('+00:00')
      ? `${iso.slice(0, 23)}Z`
      : new Date(iso).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
}

/** The days of the calendar between two moments. */
function daysBetween(earlier: Date, later: Date): number {
  const midnight = (instant: Date) => Date.parse(`${localDay(instant)}T00:00:00Z`);
  return Math.round((midnight(later) - midnight(earlier)) / oneDay);
}

/** How long ago a moment was: `2 hours ago`, `yesterday`, `3 weeks ago`. */
export function ago(iso: string, now: Date): string {
  const then = new Date(iso);
  const passed = now.getTime() - then.getTime();
  const days = daysBetween(then, now);
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (passed < minute) return 'just now';
  if (passed < hour) return relative.format(-Math.floor(passed / minute), 'minute');
  if (days === 0) return relative.format(-Math.floor(passed / hour), 'hour');
  if (days < 14) return relative.format(-days, 'day');
  if (days < 60) return relative.format(-Math.floor(days / 7), 'week');
  if (days < 730) return relative.format(-Math.floor(days / 30.44), 'month');
  return relative.format(-Math.floor(days / 365.25), 'year');
}

/** How far the API is asked to count where the exact number does not matter: `totalCount(upTo: 1000)`. */
export const countBound = 1000;

/** A bounded count less what is shown already: `12`, `over 1,000`, `over 980`. */
export function boundedCount(counted: number, seen = 0, bound: number = countBound): string {
  return counted > bound ? `over ${count(bound - seen)}` : count(counted - seen);
}
