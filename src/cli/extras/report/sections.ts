import type { ReportQuery } from '../../operations/index.ts';
import { type Section, section } from './section.ts';

const employeeId = { key: 'employeeId', label: 'ID', kind: 'id', role: 'detail' } as const;
const name = { kind: 'text', role: 'name' } as const;
const count = { kind: 'number', role: 'measure' } as const;
const amount = { kind: 'money', role: 'measure' } as const;

const age = (fromDays: number, toDays: number | null) =>
  toDays === null ? `over ${fromDays - 1} days` : `${fromDays} to ${toDays} days`;

/** What the API counted, as the sections of a report. */
export function sectionsOf({
  pipeline,
  months,
  salespeople,
  overdue,
  support,
}: ReportQuery): Section[] {
  return [
    section({
      key: 'pipeline',
      title: 'Pipeline: drafts by age',
      ifEmpty: 'There are no drafts.',
      rows: pipeline,
      columns: [
        { key: 'age', label: 'Age', ...name, value: (band) => age(band.fromDays, band.toDays) },
        { key: 'fromDays', label: 'From', ...count, role: 'detail', value: (b) => b.fromDays },
        { key: 'toDays', label: 'To', ...count, role: 'detail', value: (band) => band.toDays },
        { key: 'contracts', label: 'Drafts', ...count, value: (band) => band.contracts },
        {
          key: 'totalAmount',
          label: 'Amount',
          ...amount,
          bar: true,
          value: (band) => band.totalAmount,
        },
      ],
    }),
    section({
      key: 'months',
      title: 'Signed and paid by month',
      ifEmpty: 'There are no months.',
      rows: months,
      columns: [
        { key: 'month', label: 'Month', ...name, value: ({ month }) => month.slice(0, 7) },
        { key: 'signedContracts', label: 'Contracts', ...count, value: (m) => m.signedContracts },
        {
          key: 'signedAmount',
          label: 'Signed',
          ...amount,
          bar: true,
          value: (m) => m.signedAmount,
        },
        { key: 'paidAmount', label: 'Paid', ...amount, bar: true, value: (m) => m.paidAmount },
      ],
    }),
    section({
      key: 'salespeople',
      title: 'Signed and paid by salesperson',
      ifEmpty: 'There are no salespeople.',
      rows: salespeople,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        { key: 'fullName', label: 'Salesperson', ...name, value: ({ fullName }) => fullName },
        { key: 'signedContracts', label: 'Contracts', ...count, value: (p) => p.signedContracts },
        {
          key: 'signedAmount',
          label: 'Signed',
          ...amount,
          bar: true,
          value: (p) => p.signedAmount,
        },
        { key: 'paidAmount', label: 'Paid', ...amount, bar: true, value: (p) => p.paidAmount },
      ],
    }),
    section({
      key: 'overdue',
      title: 'Overdue: signed over 30 days ago, not paid in full',
      ifEmpty: 'Nothing is overdue.',
      rows: overdue,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        { key: 'fullName', label: 'Salesperson', ...name, value: ({ fullName }) => fullName },
        { key: 'contracts', label: 'Contracts', ...count, value: ({ contracts }) => contracts },
        {
          key: 'amountToBePaid',
          label: 'To be paid',
          ...amount,
          bar: true,
          value: (person) => person.amountToBePaid,
        },
        {
          key: 'oldestSignedAt',
          label: 'Oldest signed',
          kind: 'instant',
          role: 'measure',
          value: (person) => person.oldestSignedAt,
        },
      ],
    }),
    section({
      key: 'support',
      title: 'Events by support person',
      ifEmpty: 'There is nobody in support.',
      rows: support,
      columns: [
        { ...employeeId, value: (person) => person.employeeId },
        {
          key: 'fullName',
          label: 'Support',
          ...name,
          missing: 'nobody yet',
          value: ({ fullName }) => fullName,
        },
        { key: 'events', label: 'In this period', ...count, bar: true, value: (p) => p.events },
        {
          key: 'upcomingEvents',
          label: 'To come',
          ...count,
          bar: true,
          value: (person) => person.upcomingEvents,
        },
        {
          key: 'nextStart',
          label: 'Next event',
          kind: 'instant',
          role: 'measure',
          value: (person) => person.nextStart,
        },
      ],
    }),
  ];
}
