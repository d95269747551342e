import type { Column } from '../../core/output/columns.ts';
import type { ClientFieldsFragment } from '../../operations/index.ts';

export type Client = ClientFieldsFragment;

/** What is known of a client. */
export const columns: readonly Column<Client>[] = [
  { key: 'id', label: 'ID', kind: 'id', priority: 0, value: (c) => c.id },
  { key: 'fullName', label: 'Name', kind: 'text', priority: 0, value: (c) => c.fullName },
  { key: 'companyName', label: 'Company', kind: 'text', priority: 1, value: (c) => c.companyName },
  { key: 'email', label: 'E-mail', kind: 'text', priority: 2, value: (c) => c.email },
  { key: 'phone', label: 'Phone', kind: 'phone', priority: 4, value: (c) => c.phone },
  {
    key: 'commercial',
    label: 'Sales contact',
    kind: 'text',
    priority: 3,
    value: (c) => c.commercialName,
  },
  {
    key: 'commercialId',
    column: 'commercial_contact_id',
    label: 'Sales contact ID',
    kind: 'id',
    value: (c) => c.commercialId,
  },
  { key: 'firstContact', label: 'First contact', kind: 'date', value: (c) => c.firstContact },
  {
    key: 'lastUpdate',
    label: 'Last update',
    kind: 'instant',
    priority: 5,
    value: (c) => c.lastUpdate,
  },
  { key: 'erasedAt', label: 'Erased', kind: 'instant', value: (c) => c.erasedAt },
  { key: 'version', label: 'Version', kind: 'number', value: (c) => c.version },
];

/** One in a sentence. */
export const summaryOf = ({ fullName, companyName }: Pick<Client, 'fullName' | 'companyName'>) =>
  companyName ? `${fullName}, ${companyName}` : fullName;
