import { type Company, commercialOf, type RecordName } from './company.ts';
import type { Values } from './model.ts';
import type { Operation } from './operations.ts';

/** Whose business an operation is: that of the employee whose record it is about, or null for management's. */
export function ownerOf(operation: Operation, company: Company): number | null {
  switch (operation.verb) {
    case 'create': {
      if (isForManagement(operation.values)) return null;
      const { client_id, contract_id } = operation.values;
      const client = company.client.get(Number(client_id));
      return client?.commercial_contact_id ?? commercialOf(company, Number(contract_id));
    }
    case 'update':
      if (operation.id === 'all' || isForManagement(operation.values)) return null;
      return contactOf(operation.record, operation.id, company);
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

function contactOf(record: RecordName, id: number, company: Company): number | null {
  switch (record) {
    case 'client':
      return company.client.get(id)?.commercial_contact_id ?? null;
    case 'contract':
      return commercialOf(company, id);
    case 'event':
      return company.event.get(id)?.support_contact_id ?? null;
    case 'notification':
      return company.notification.get(id)?.recipient_id ?? null;
    default:
      return null;
  }
}
