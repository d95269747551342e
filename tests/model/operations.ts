import { mutationFor } from './mutations.ts';
import { responsibleEmployee } from './responsible.ts';
import type { RecordName, State } from './state.ts';
import type { Value } from './truth-table.ts';

// A generated step points at records by index, so that it stays valid when shrinking removes steps before it. Resolving
// it replaces them by ids.

/** Points at a record, which may have been deleted since. */
export interface Reference {
  to: RecordName;
  /** The records of the initial state, those created since, or an id that does not exist. */
  among: 'initial' | 'created' | 'nothing';
  nth: number;
}

/** One record, or all: an update or delete without a condition. */
export type Target<Id> = Id | 'all';

export type Operation<Id = number> =
  | { verb: 'read'; record: RecordName }
  | { verb: 'read history'; record: RecordName; id: Id }
  | { verb: 'create'; record: RecordName; values: Record<string, Value | Id> }
  | { verb: 'update'; record: RecordName; id: Target<Id>; values: Record<string, Value | Id> }
  | { verb: 'delete'; record: RecordName; id: Target<Id> }
  | { verb: 'erase'; id: Id; confirm: boolean }
  | { verb: 'merge'; id: Id; merged: Id }
  | { verb: 'deactivate'; id: Id; handOverTo: Id | null }
  | { verb: 'rewrite history'; with: 'update' | 'delete'; id: Id }
  | { verb: 'overwrite password'; id: Id }
  | { verb: 'log in'; readOnly: boolean }
  | { verb: 'log in through a program' }
  | { verb: 'log out' }
  | { verb: 'change password' }
  | { verb: 'enable second factor' }
  | { verb: 'confirm second factor' }
  | { verb: 'disable second factor' };

export type DriverName = 'SQL' | 'GraphQL';

/** An employee; the one who looks after the record; or null for no session. */
export type ActorReference = Reference | 'responsible' | null;

export interface GeneratedStep {
  by: ActorReference;
  /** Whether to use their first session instead of their latest. */
  firstSession: boolean;
  via: DriverName;
  operation: Operation<Reference>;
}

/** A generated step with its references resolved. */
export interface Step {
  by: number | null;
  firstSession: boolean;
  via: DriverName;
  operation: Operation;
}

/** How many records of each kind the initial state has; their ids count from 1. */
export type InitialSizes = Readonly<Record<RecordName, number>>;

/** The ids created since, in order, deleted ones included. */
export type Created = Readonly<Record<RecordName, readonly number[]>>;

// Emma, a manager.
const defaultManager = 6;

export function resolveStep(
  generated: GeneratedStep,
  state: State,
  sizes: InitialSizes,
  created: Created,
): Step {
  const idOf = ({ to, among, nth }: Reference): number => {
    const ids = created[to];
    if (among === 'nothing') return 999;
    const latestFirst = ids.toReversed();
    return (among === 'created' && latestFirst[nth % ids.length]) || (nth % sizes[to]) + 1;
  };
  // Only references have been replaced.
  const operation = Object.fromEntries(
    Object.entries(generated.operation).map(([key, part]) => [key, resolve(part, idOf)]),
  ) as Operation;
  const { by, firstSession, via } = generated;
  return {
    by:
      by === 'responsible'
        ? (responsibleEmployee(operation, state) ?? defaultManager)
        : by && idOf(by),
    firstSession,
    via: isOffered(operation) ? via : 'SQL',
    operation,
  };
}

/** Whether the API has one mutation for it. It has none for all records at once. */
function isOffered(operation: Operation): boolean {
  if ('id' in operation && operation.id === 'all') return false;
  return operation.verb !== 'update' || mutationFor(operation) !== null;
}

function resolve(part: unknown, idOf: (reference: Reference) => number): unknown {
  if (isReference(part)) return idOf(part);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, isReference(value) ? idOf(value) : value]),
  );
}

function isReference(part: unknown): part is Reference {
  return typeof part === 'object' && part !== null && 'among' in part;
}

export function initialSizes(state: State): InitialSizes {
  return {
    employee: state.employee.size,
    client: state.client.size,
    contract: state.contract.size,
    payment: state.payment.size,
    event: state.event.size,
    note: state.note.size,
    notification: state.notification.size,
  };
}
