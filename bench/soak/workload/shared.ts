import type { SoakClient } from '../client.ts';
import type { Company, Person } from '../company.ts';
import type { Random } from '../random.ts';

/** The state that all users share. */
export type SharedState = {
  company: Company;
  /** A number that is given once. */
  next(): number;
  /** Events without a support contact; `supportId` once an assignment was tried. */
  unassigned: { id: number; supportId: number | null }[];
  /** The acknowledged events of each support employee. */
  assigned: Map<number, number[]>;
};

export type Action = () => Promise<void>;

/** The actions of a user, by weight. */
export type Workload = readonly (readonly [weight: number, action: Action])[];

/** A simulated user. */
export type VirtualUser = { client: SoakClient; shared: SharedState; random: Random };

export function createSharedState(company: Company): SharedState {
  let last = 0;
  return {
    company,
    next: () => ++last,
    unassigned: [],
    assigned: new Map(company.events),
  };
}

/** Picks an action by weight. */
export function pickAction(workload: Workload, random: Random): Action {
  let remaining = random.between(
    1,
    workload.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, action] of workload) {
    remaining -= weight;
    if (remaining <= 0) return action;
  }
  throw new Error('The workload is empty.');
}

/** The records of other employees. */
export function ofOthers(
  records: ReadonlyMap<number, readonly number[]>,
  person: Person,
): readonly number[] {
  return [...records].flatMap(([holder, ids]) => (holder === person.id ? [] : ids));
}
