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
export function writeAs(chosen: Partial<Forms>): void {
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
export function forPeople(kind: Kind, cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '–';
  if (kind === 'money') return money(String(cell));
  if (kind === 'instant') return localTime(String(cell));
  if (kind === 'date' && forms.date) return forms.date(String(cell));
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'object') return printable(JSON.stringify(cell));
  return printable(String(cell));
}

/** A cell for machines: the value itself; instants in UTC, a missing value is null. */
export function forMachines(kind: Kind, cell: Cell): Exclude<Cell, undefined> {
  if (cell === null || cell === undefined) return null;
  if (kind === 'instant') return new Date(String(cell)).toISOString().replace('.000Z', 'Z');
  return cell;
}
