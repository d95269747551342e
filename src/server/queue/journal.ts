import { type Delivery, Undelivered } from './delivery.ts';

/** An entry of the business journal, as the database puts it on the queue: ids, and nothing that a person typed. */
export type JournalEntry = {
  /** The same at every delivery: a repeat can be told. A UUID. */
  event: string;
  /** `employee.created`, `employee.changed`, `employee.deleted` or `contract.signed`. */
  kind: string;
  id: number;
  /** The employee who did it; null when it was done in the database itself. */
  actor: number | null;
  /** The row of history. */
  change: number;
  /** When it was done, as ISO 8601. */
  at: string;
};

/** Delivers the journal with `tell`, which resolves once the entry has arrived and throws Undelivered otherwise. */
export function createJournalDelivery(
  tell: (entry: JournalEntry, signal: AbortSignal) => Promise<void>,
): Delivery {
  return async ({ payload, signal }) => {
    if (!isEntry(payload)) throw new Undelivered('It is no journal entry.', { isFinal: true });
    await tell(payload, signal);
    return { line: 'journal', about: payload };
  };
}

function isEntry(payload: unknown): payload is JournalEntry {
  if (typeof payload !== 'object' || payload === null) return false;
  const { event, kind, id, actor, change, at }: Partial<Record<keyof JournalEntry, unknown>> =
    payload;
  return (
    typeof event === 'string' &&
    typeof kind === 'string' &&
    typeof id === 'number' &&
    (actor === null || typeof actor === 'number') &&
    typeof change === 'number' &&
    typeof at === 'string'
  );
}
