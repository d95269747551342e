import type { Company, RecordName } from './company.ts';
import type { Value } from './model.ts';
import { ownerOf } from './owner.ts';
import { callFor } from './verbs.ts';

// What people ask for. An intention is what is generated: it points at records by their place in the company, so
// that it still makes sense when what came before it is taken away. An operation names them by id.

/** Points at a record, which may be gone by the time it is asked for. */
export interface Reference {
  to: RecordName;
  /** Those of the opening company, those created since, or an id that never was. */
  among: 'company' | 'created' | 'nothing';
  nth: number;
}

/** One record, or whichever the caller can reach: an update or delete without a condition. */
export type Target<Id> = Id | 'all';

export type Operation<Id = number> =
  | { verb: 'read'; record: RecordName }
  | { verb: 'read history'; record: RecordName; id: Id }
  | { verb: 'create'; record: RecordName; values: Record<string, Value | Id> }
  | { verb: 'update'; record: RecordName; id: Target<Id>; values: Record<string, Value | Id> }
  | { verb: 'delete'; record: RecordName; id: Target<Id> }
  | { verb: 'erase'; id: Id; confirm: boolean }
  | { verb: 'deactivate'; id: Id; handOverTo: Id | null }
  | { verb: 'rewrite history'; with: 'update' | 'delete'; id: Id }
  | { verb: 'overwrite password'; id: Id }
  | { verb: 'log in' }
  | { verb: 'log out' }
  | { verb: 'change password' };

export type DoorName = 'SQL' | 'GraphQL';

/** Somebody; whoever's record it is about; or, as null, somebody without a session. */
export type Person = Reference | 'whose it is' | null;

export interface Intention {
  by: Person;
  /** Whether they use their first session, not their latest. */
  firstSession: boolean;
  through: DoorName;
  operation: Operation<Reference>;
}

/** An intention in the company as it stands. */
export interface Step {
  by: number | null;
  firstSession: boolean;
  through: DoorName;
  operation: Operation;
}

/** How many records of each kind the opening company has; their ids count from 1. */
export type OpeningSizes = Readonly<Record<RecordName, number>>;

/** The ids created since, in order, whether or not they are still there. */
export type Created = Readonly<Record<RecordName, readonly number[]>>;

// What is nobody's is management's.
const emma = 6;

export function stepOf(
  intention: Intention,
  company: Company,
  sizes: OpeningSizes,
  created: Created,
): Step {
  const idOf = ({ to, among, nth }: Reference): number => {
    const ids = created[to];
    if (among === 'nothing') return 999;
    const latestFirst = ids.toReversed();
    return (among === 'created' && latestFirst[nth % ids.length]) || (nth % sizes[to]) + 1;
  };
  // What was a reference is an id now, and nothing else has changed.
  const operation = Object.fromEntries(
    Object.entries(intention.operation).map(([key, part]) => [key, resolved(part, idOf)]),
  ) as Operation;
  const { by, firstSession, through } = intention;
  return {
    by: by === 'whose it is' ? (ownerOf(operation, company) ?? emma) : by && idOf(by),
    firstSession,
    through: isOffered(operation) ? through : 'SQL',
    operation,
  };
}

/** Whether the API has one mutation for it: it has no word for all records at once, and some columns have their verb. */
function isOffered(operation: Operation): boolean {
  if ('id' in operation && operation.id === 'all') return false;
  return operation.verb !== 'update' || callFor(operation) !== null;
}

function resolved(part: unknown, idOf: (reference: Reference) => number): unknown {
  if (isReference(part)) return idOf(part);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, isReference(value) ? idOf(value) : value]),
  );
}

function isReference(part: unknown): part is Reference {
  return typeof part === 'object' && part !== null && 'among' in part;
}

export function sizesOf(company: Company): OpeningSizes {
  return {
    employee: company.employee.size,
    client: company.client.size,
    contract: company.contract.size,
    payment: company.payment.size,
    event: company.event.size,
    notification: company.notification.size,
  };
}
