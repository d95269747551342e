import type { Company, Person } from '../company.ts';
import type { Desk } from '../desk.ts';
import type { Random } from '../randomness.ts';

/** What people at work share: who is there, and the events that wait for somebody to run them. */
export type Floor = {
  company: Company;
  /** A number that nobody else gets. */
  next(): number;
  /** Events that nobody runs, and once somebody tried to assign one, to whom. */
  unassigned: { id: number; supportId: number | null }[];
  /** The events of each support employee, as far as it was acknowledged. */
  assigned: Map<number, number[]>;
};

/** Does one thing. */
export type Deed = () => Promise<void>;

/** What somebody does all day: deeds, and how often each. */
export type Day = readonly (readonly [weight: number, deed: Deed])[];

/** Somebody at work. */
export type Worker = { desk: Desk; floor: Floor; random: Random };

export function openFloor(company: Company): Floor {
  let last = 0;
  return {
    company,
    next: () => ++last,
    unassigned: [],
    assigned: new Map(company.events),
  };
}

/** One of the deeds, by their weights. */
export function pickDeed(day: Day, random: Random): Deed {
  let ticket = random.between(
    1,
    day.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, deed] of day) {
    ticket -= weight;
    if (ticket <= 0) return deed;
  }
  throw new Error('A day has no deeds.');
}

/** The records of everybody but this person. */
export function ofOthers(
  records: ReadonlyMap<number, readonly number[]>,
  person: Person,
): readonly number[] {
  return [...records].flatMap(([holder, ids]) => (holder === person.id ? [] : ids));
}
