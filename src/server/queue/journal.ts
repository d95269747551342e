import { type Delivery, DeliveryError } from './delivery.ts';

/** An entry of the business journal, as the database adds it to the queue: ids, and nothing that a person typed. */
export type JournalEntry = {
  /** A UUID, the same at every attempt, by which a repeated delivery is recognised. */
  event: string;
  /** `employee.created`, `employee.changed`, `employee.deleted` or `contract.signed`. */
  kind: string;
  id: number;
  /** The employee; null for a change made in the database itself. */
  actor: number | null;
  /** The row of audit.change. */
  change: number;
  /** ISO 8601. */
  at: string;
};

/** Delivers the journal through `send`, which resolves once the entry has arrived and throws a DeliveryError otherwise. */
export function createJournalDelivery(
  send: (entry: JournalEntry, signal: AbortSignal) => Promise<void>,
): Delivery {
  return async ({ payload, signal }) => {
    if (!isEntry(payload))
      throw new DeliveryError('The payload is not a journal entry.', { isPermanent: true });
    await send(payload, signal);
    return { message: 'journal', details: payload };
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
