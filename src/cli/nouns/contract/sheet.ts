import { columnsBut, contactColumns, section, sheet, textColumn } from '../../core/command/view.ts';
import { type Column, pickColumns } from '../../core/output/columns.ts';
import { ago, money } from '../../core/output/format.ts';
import { contactLine } from '../../core/text/words.ts';
import { ContractSheet, type ContractSheetQuery } from '../../operations/index.ts';
import { fields as eventFields } from '../event/fields.ts';
import { notesSection } from '../note/fields.ts';
import { fields as paymentFields } from '../payment/fields.ts';
import { fields } from './fields.ts';

type Seen = NonNullable<ContractSheetQuery['contract']>;

/** What remains of a signed contract, and since when: `2 500.00 €, overdue, signed 2 months ago`. */
function remaining({ amountToBePaid, status, isOverdue, signedAt }: Seen): string {
  const isOpen = status === 'signed' && !/^[0.]+$/.test(amountToBePaid);
  const since = isOpen && signedAt !== null && `signed ${ago(signedAt, new Date())}`;
  return [money(amountToBePaid), isOverdue && 'overdue', since].filter(Boolean).join(', ');
}

const columns: readonly Column<Seen>[] = [
  ...fields.columns,
  { key: 'overdue', label: 'Overdue', kind: 'flag', value: ({ isOverdue }) => isOverdue },
  { ...textColumn('clientName', ({ client }) => client.fullName), borrowed: true },
  ...contactColumns<Seen>('client', ({ client }) => client).toReversed(),
];

/** What `contract view` shows. */
export const contractSheet = sheet<Seen>({
  fetch: async (api, id, size) => (await api.send(ContractSheet, { id, ...size })).contract,
  columns,
  lines: ({ signedAt }) => [
    ...pickColumns(columns, 'id,client'),
    textColumn('contact', ({ client }) => contactLine(client)),
    ...pickColumns(columns, 'status,total'),
    textColumn('toBePaid', remaining),
    ...pickColumns(columns, `created${signedAt ? ',signed' : ''}`),
    textColumn('salesContact', ({ commercial }) => contactLine(commercial)),
  ],
  sections: [
    section({
      key: 'payments',
      title: 'Payments',
      columns: columnsBut(paymentFields.columns, 'client', 'contractId'),
      of: ({ payments }) => payments,
      all: ({ id }) => `payment list --contract ${id}`,
      ifEmpty: 'No payments.',
    }),
    section({
      key: 'events',
      title: 'Events',
      columns: columnsBut(eventFields.columns, 'client'),
      of: ({ events }) => events,
      all: ({ id }) => `event list --contract ${id}`,
      ifEmpty: 'No events.',
    }),
    notesSection('contract'),
  ],
});
