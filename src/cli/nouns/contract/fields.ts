import type { Column } from '../../core/output/columns.ts';
import { money as euros } from '../../core/output/format.ts';
import type { ContractFieldsFragment } from '../../operations/index.ts';

export type Contract = ContractFieldsFragment;

const clientOf = ({ clientName, clientId }: Contract) => clientName ?? `client ${clientId}`;

/** What is known of a contract. */
export const columns: readonly Column<Contract>[] = [
  { key: 'id', label: 'ID', kind: 'id', priority: 0, value: (c) => c.id },
  { key: 'client', label: 'Client', kind: 'text', priority: 0, value: clientOf },
  { key: 'clientId', label: 'Client ID', kind: 'id', value: (c) => c.clientId },
  { key: 'status', label: 'Status', kind: 'status', priority: 1, value: (c) => c.status },
  { key: 'totalAmount', label: 'Total', kind: 'money', priority: 3, value: (c) => c.totalAmount },
  {
    key: 'amountToBePaid',
    label: 'To be paid',
    kind: 'money',
    priority: 2,
    value: (c) => c.amountToBePaid,
  },
  {
    key: 'commercial',
    label: 'Sales contact',
    kind: 'text',
    priority: 4,
    value: (c) => c.commercialName,
  },
  { key: 'commercialId', label: 'Sales contact ID', kind: 'id', value: (c) => c.commercialId },
  {
    key: 'createdAt',
    column: 'creation_date',
    label: 'Created',
    kind: 'instant',
    priority: 6,
    value: (c) => c.createdAt,
  },
  { key: 'signedAt', label: 'Signed', kind: 'instant', priority: 5, value: (c) => c.signedAt },
  { key: 'version', label: 'Version', kind: 'number', value: (c) => c.version },
];

/** One in a sentence. */
export const summaryOf = (contract: Contract) =>
  `${clientOf(contract)}, ${euros(contract.totalAmount)}`;
