import type { Settings } from '../settings/settings.ts';
import type { Cell, Kind } from './columns.ts';
import { printable } from './text.ts';

export type Format = 'people' | 'tsv' | 'json' | 'csv';

const two = (value: number) => String(value).padStart(2, '0');
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** How money, days and moments are written for people. */
export interface Forms {
  /** An amount in euros, a decimal: `12500.5`. */
  money(amount: string): string;
  /** A calendar day: `2026-12-01`. */
  date(day: string): string;
  /** A moment, in local time. */
  time(instant: Date): string;
}

let forms: Partial<Forms> = {};

/** From now on people read these forms; where there is none, `12 500.50 €` and `2026-12-01 18:30`. */
export function setForms(chosen: Partial<Forms>): void {
  forms = chosen;
}

/** Money for people: `12500.5` → `12 500.50 €`. */
export function money(amount: string): string {
  if (forms.money) return forms.money(amount);
  const [, sign = '', whole = '0', cents = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(amount) ?? [];
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ' ')}.${cents.padEnd(2, '0')} €`;
}

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
  return `${two(instant.getHours())}:${two(instant.getMinutes())}`;
}

/** An instant for people, in local time; unless their locale says otherwise, as the flags accept it. */
export function localTime(iso: string): string {
  const instant = new Date(iso);
  if (forms.time) return forms.time(instant);
  return `${localDay(instant)} ${localHour(iso)}`;
}

/** The time of day of an instant, in local time: `18:30`. */
export const timeOfDay = (instant: Date) =>
  `${two(instant.getHours())}:${two(instant.getMinutes())}`;

/** An instant for people who look at one record: `Tue 2026-12-01 18:30 (UTC+01:00)`. */
export function fullTime(iso: string): string {
  const instant = new Date(iso);
  return `${weekdays[instant.getDay()]} ${localTime(iso)} (UTC${offset(instant)})`;
}

/** A cell on a terminal: one harmless line, money and dates as people write them. */
export function formatCell(kind: Kind, cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '–';
  if (kind === 'money') return money(String(cell));
  if (kind === 'instant') return localTime(String(cell));
  if (kind === 'date' && forms.date) return forms.date(String(cell));
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

/** `fr_FR.UTF-8` as `fr-FR`; undefined for what names no language (C, POSIX) and what this Node does not know. */
export function languageOf(name: string | undefined): string | undefined {
  const tag = name?.replace(/[.@].*$/, '').replaceAll('_', '-');
  if (!tag || /^(C|POSIX)$/.test(tag)) return undefined;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0];
  } catch {
    return undefined;
  }
}

// Languages put a narrow space between thousands, which terminals draw as they like.
const evenSpaces = (text: string) => text.replaceAll('\u202f', '\u00a0');

/** The locale's format of money and times. */
export function formsFor({ locale }: Pick<Settings, 'locale'>): Partial<Forms> {
  const chosen = (category: 'LC_MONETARY' | 'LC_TIME') => languageOf(locale(category));
  const forms: Partial<Forms> = {};
  const forMoney = chosen('LC_MONETARY');
  if (forMoney) {
    const euros = new Intl.NumberFormat(forMoney, { style: 'currency', currency: 'EUR' });
    // As a text, the amount is formatted digit by digit; a number would round it.
    forms.money = (amount) => evenSpaces(euros.format(amount as `${number}`));
  }
  const forTime = chosen('LC_TIME');
  if (forTime) {
    const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    const days = new Intl.DateTimeFormat(forTime, { ...day, timeZone: 'UTC' });
    const times = new Intl.DateTimeFormat(forTime, { ...day, hour: '2-digit', minute: '2-digit' });
    forms.date = (date) => evenSpaces(days.format(new Date(`${date}T00:00Z`)));
    forms.time = (instant) => evenSpaces(times.format(instant));
  }
  return forms;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The days of the calendar between two moments. */
function daysBetween(earlier: Date, later: Date): number {
  const midnight = (instant: Date) => Date.parse(`${localDay(instant)}T00:00:00Z`);
  return Math.round((midnight(later) - midnight(earlier)) / day);
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

/** The time zone that this machine's clock shows, as the API takes it: `Europe/Paris`. */
export function timeZone(): string {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // What Node says when the machine does not know.
  return name === undefined || name === 'Etc/Unknown' ? 'UTC' : name;
}

/** How far the API is asked to count where the exact number does not matter: `totalCount(upTo: 1000)`. */
export const countBound = 1000;

/** A bounded count less what is shown already: `12`, `over 1,000`, `over 980`. */
export function boundedCount(count: number, shown = 0): string {
  return count > countBound
    ? `over ${(countBound - shown).toLocaleString('en')}`
    : String(count - shown);
}
