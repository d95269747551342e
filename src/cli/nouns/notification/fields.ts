import { fieldsOf } from '../../core/api/fields.ts';
import { defineFields } from '../../core/command/fields.ts';
import { notificationText } from '../../core/output/notification.ts';
import type { NotificationFieldsFragment, NotificationOrderBy } from '../../operations/index.ts';

export type Notification = NotificationFieldsFragment;

/** The changed values that have another form in `epic` than in the API. */
const changed = [
  { key: 'startDate', kind: 'instant' },
  { key: 'endDate', kind: 'instant' },
  { key: 'totalAmount', kind: 'money' },
] as const;

export const fields = defineFields<Notification, object, object, NotificationOrderBy>()({
  id: { label: 'ID', kind: 'id', priority: 0, sort: 'ID' },
  createdAt: { label: 'When', kind: 'instant', priority: 1 },
  message: { label: 'Message', kind: 'text', priority: 0, least: 50, value: notificationText },
  kind: { label: 'Kind', kind: 'text' },
  eventId: { label: 'Event', kind: 'id', priority: 3, sort: 'EVENT_ID' },
  contractId: { label: 'Contract', kind: 'id', priority: 4, sort: 'CONTRACT_ID' },
  employeeId: { label: 'Employee', kind: 'id' },
  recipientId: { label: 'Recipient', kind: 'id' },
  subject: { label: 'About', kind: 'text' },
  oldValues: {
    label: 'Before',
    kind: 'json',
    value: (n) => fieldsOf(n.oldValues, changed),
  },
  newValues: {
    label: 'After',
    kind: 'json',
    value: (n) => fieldsOf(n.newValues, changed),
  },
  readAt: { label: 'Read', kind: 'instant', priority: 2 },
});
