import { defineFields } from '../../core/command/fields.ts';
import type { PaymentFieldsFragment, PaymentOrderBy } from '../../operations/index.ts';

export type Payment = PaymentFieldsFragment;

export const fields = defineFields<Payment, object, object, PaymentOrderBy>()({
  id: { label: 'ID', kind: 'id', priority: 4, sort: 'ID' },
  paidOn: { label: 'Paid on', kind: 'date', priority: 0, sort: 'PAID_ON' },
  amount: { label: 'Amount', kind: 'money', priority: 0 },
  client: {
    label: 'Client',
    kind: 'text',
    borrowed: true,
    priority: 1,
    value: ({ contract }) => contract?.clientName,
  },
  clientId: {
    label: 'Client ID',
    kind: 'id',
    borrowed: true,
    value: ({ contract }) => contract?.clientId,
  },
  contractId: { label: 'Contract', kind: 'id', priority: 2, sort: 'CONTRACT_ID' },
  recordedBy: {
    label: 'Recorded by',
    kind: 'text',
    priority: 3,
    value: (payment) => payment.recordedByName,
  },
  recordedById: { label: 'Recorded by ID', kind: 'id', sort: 'RECORDED_BY_ID' },
});
