import process from 'node:process';
import { usageError } from '../errors.ts';

/** Whether the clock of people differs from that of the machine: then its zone is named beside the first time shown. */
let toName: string | undefined;
let isShown = false;
let chosen: string | undefined;

/** A canonical name of a zone; undefined for what is none. */
export function knownZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const offsets = () => {
  const year = new Date().getFullYear();
  return [0, 3, 6, 9].map((month) => new Date(year, month, 1).getTimezoneOffset()).join();
};

function setZone(name: string | undefined): void {
  if (process.env.TZ === name) return;
  if (name === undefined) delete process.env.TZ;
  else process.env.TZ = name;
}

/**
 * From now on times are shown and typed in this zone, that of the whole process, which `Date` reads; undefined: in that
 * of the terminal. `terminal` is the TZ that the program was started with.
 */
export function useZone(name: string | undefined, terminal: string | undefined): void {
  setZone(terminal);
  chosen = name;
  toName = undefined;
  isShown = false;
  if (name === undefined || name === terminal) return;
  const there = offsets();
  setZone(name);
  if (offsets() !== there) toName = name;
}

/** The zone that a person has set; a usage error names the variable whose value is none. */
export function zoneOf(set: { value: string; variable?: string }): string {
  const zone = knownZone(set.value);
  if (zone) return zone;
  throw usageError(
    `${set.variable ?? 'epic config: time-zone'}: “${set.value}” is not a time zone.`,
    'Write it like Europe/Paris or UTC.',
  );
}

/** Told of a time that a person reads or is asked for. */
export function showTime(): void {
  isShown = true;
}

/** The result of this, and whether it wrote times, which do not count as shown. */
export function withoutShowing<Result>(work: () => Result): { result: Result; times: boolean } {
  const before = isShown;
  isShown = false;
  const result = work();
  const times = isShown;
  isShown = before;
  return { result, times };
}

/** The name of the zone, the first time after a time was shown where it is not the terminal's. */
export function zoneToName(): string | undefined {
  if (!isShown) return undefined;
  const name = toName;
  toName = undefined;
  return name;
}

/** Whether the zone of people is another than the terminal's. */
export const isForeign = () => toName !== undefined;

/** The zone that was chosen or came with the session; undefined for the terminal's. */
export const chosenZone = (): string | undefined => chosen;

/** The zone that times are shown in, as the API takes it: `Europe/Paris`. */
export function timeZone(): string {
  const name = chosen ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  // What Node says when the machine does not know.
  return name === undefined || name === 'Etc/Unknown' ? 'UTC' : name;
}
