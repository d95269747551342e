import { fieldsOf } from '../../core/api/fields.ts';
import { defineFields } from '../../core/command/fields.ts';
import { notificationText } from '../../core/output/notification.ts';
import type { NotificationFieldsFragment, NotificationOrderBy } from '../../operations/index.ts';

export type Notification = NotificationFieldsFragment;

/** The changed values that have another word or another form in `epic` than in the database. */
const changed = [
  { key: 'start', column: 'start_date', kind: 'instant' },
  { key: 'end', column: 'end_date', kind: 'instant' },
  { key: 'supportId', column: 'support_contact_id', kind: 'id' },
  { key: 'support', column: 'support_contact', kind: 'text' },
  { key: 'total', column: 'total_amount', kind: 'money' },
] as const;

export const fields = defineFields<Notification, object, object, NotificationOrderBy>()({
  id: { kind: 'id', priority: 0, sort: 'ID' },
  when: { api: 'createdAt', kind: 'instant', priority: 1 },
  message: { kind: 'text', priority: 0, least: 36, wraps: true, value: notificationText },
  kind: { kind: 'text' },
  eventId: { label: 'Event', kind: 'id', priority: 3, sort: 'EVENT_ID' },
  contractId: { label: 'Contract', kind: 'id', priority: 4, sort: 'CONTRACT_ID' },
  employeeId: { label: 'Employee', kind: 'id' },
  noteId: { label: 'Note', kind: 'id' },
  recipientId: { label: 'Recipient', kind: 'id' },
  about: { api: 'subject', kind: 'text' },
  before: {
    kind: 'json',
    value: (n) => fieldsOf(n.oldValues, changed),
  },
  after: {
    kind: 'json',
    value: (n) => fieldsOf(n.newValues, changed),
  },
  read: { api: 'readAt', kind: 'instant', priority: 2 },
});
