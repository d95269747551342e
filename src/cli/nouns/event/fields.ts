import type { Column } from '../../core/output/columns.ts';
import { localTime } from '../../core/output/format.ts';
import type { EventFieldsFragment } from '../../operations/index.ts';

export type Event = EventFieldsFragment;

/** What is known of an event. */
export const columns: readonly Column<Event>[] = [
  { key: 'id', label: 'ID', kind: 'id', priority: 0, value: (e) => e.id },
  { key: 'title', label: 'Title', kind: 'text', priority: 0, value: (e) => e.title },
  { key: 'startDate', label: 'Starts', kind: 'instant', priority: 1, value: (e) => e.startDate },
  { key: 'endDate', label: 'Ends', kind: 'instant', priority: 6, value: (e) => e.endDate },
  { key: 'status', label: 'Status', kind: 'status', priority: 3, value: (e) => e.status },
  {
    key: 'supportContact',
    label: 'Support',
    kind: 'text',
    priority: 2,
    value: (e) => e.supportContactName,
  },
  { key: 'supportContactId', label: 'Support ID', kind: 'id', value: (e) => e.supportContactId },
  {
    key: 'client',
    label: 'Client',
    kind: 'text',
    borrowed: true,
    priority: 4,
    value: (e) => e.contract?.clientName,
  },
  {
    key: 'clientName',
    label: 'Client name',
    kind: 'text',
    borrowed: true,
    value: (e) => e.contract?.client?.fullName,
  },
  {
    key: 'clientEmail',
    label: 'Client e-mail',
    kind: 'text',
    borrowed: true,
    value: (e) => e.contract?.client?.email,
  },
  {
    key: 'clientPhone',
    label: 'Client phone',
    kind: 'phone',
    borrowed: true,
    value: (e) => e.contract?.client?.phone,
  },
  {
    key: 'commercial',
    label: 'Sales contact',
    kind: 'text',
    borrowed: true,
    value: (e) => e.contract?.commercialName,
  },
  { key: 'contractId', label: 'Contract ID', kind: 'id', value: (e) => e.contractId },
  { key: 'location', label: 'Location', kind: 'text', priority: 5, value: (e) => e.location },
  {
    key: 'attendees',
    label: 'Attendees',
    kind: 'number',
    priority: 7,
    value: (e) => e.attendees,
  },
  { key: 'notes', label: 'Notes', kind: 'text', value: (e) => e.notes },
  { key: 'version', label: 'Version', kind: 'number', value: (e) => e.version },
];

/** One in a sentence. */
export const summaryOf = (event: Event) => `“${event.title}”, ${localTime(event.startDate)}`;
