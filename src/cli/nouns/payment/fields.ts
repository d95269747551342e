import { defineFields } from '../../core/command/fields.ts';
import type { PaymentFieldsFragment, PaymentOrderBy } from '../../operations/index.ts';

export type Payment = PaymentFieldsFragment;

export const fields = defineFields<Payment, object, object, PaymentOrderBy>()({
  id: { kind: 'id', priority: 4, sort: 'ID' },
  paidOn: { kind: 'date', priority: 0, sort: 'PAID_ON' },
  amount: { kind: 'money', priority: 0 },
  client: {
    kind: 'text',
    borrowed: true,
    priority: 1,
    value: ({ contract }) => contract.clientName,
  },
  clientId: { kind: 'id', borrowed: true, value: ({ contract }) => contract.clientId },
  contractId: { label: 'Contract', kind: 'id', priority: 2, sort: 'CONTRACT_ID' },
  recordedBy: { api: 'recordedByName', kind: 'text', priority: 3 },
  recordedById: { kind: 'id', column: 'recorded_by', sort: 'RECORDED_BY_ID' },
});
