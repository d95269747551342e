import type { Operation } from './operations.ts';
import { type RecordName, type State, salesContactOf } from './state.ts';
import type { Values } from './truth-table.ts';

/** The employee who looks after the record of an operation; null where only management may do it. */
export function responsibleEmployee(operation: Operation, state: State): number | null {
  switch (operation.verb) {
    case 'create': {
      if (isForManagement(operation.values)) return null;
      const { client_id, contract_id } = operation.values;
      const client = state.client.get(Number(client_id));
      return client?.commercial_contact_id ?? salesContactOf(state, Number(contract_id));
    }
    case 'update':
      if (operation.id === 'all' || isForManagement(operation.values)) return null;
      return contactOf(operation.record, operation.id, state);
    default:
      return null;
  }
}

function isForManagement(values: Values): boolean {
  return (
    values.commercial_contact_id !== undefined ||
    values.support_contact_id !== undefined ||
    values.status === 'cancelled' ||
    Number(values.amount) < 0
  );
}

function contactOf(record: RecordName, id: number, state: State): number | null {
  switch (record) {
    case 'client':
      return state.client.get(id)?.commercial_contact_id ?? null;
    case 'contract':
      return salesContactOf(state, id);
    case 'event':
      return state.event.get(id)?.support_contact_id ?? null;
    case 'note':
      return state.note.get(id)?.author_id ?? null;
    case 'notification':
      return state.notification.get(id)?.recipient_id ?? null;
    default:
      return null;
  }
}
