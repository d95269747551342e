import { localDay } from './format.ts';

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
