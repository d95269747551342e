import {
  type NotificationFieldsFragment,
  NotificationList,
  NotificationRead,
} from '../../client/operations.ts';
import type { Api } from '../api/api.ts';
import { command, type Noun, several, toggle } from '../command.ts';
import { usageError } from '../errors.ts';
import { id } from '../flags.ts';
import type { Column } from '../output/columns.ts';
import { list, noSuch } from '../verbs.ts';

type Notification = NotificationFieldsFragment;

const columns: readonly Column<Notification>[] = [
  { key: 'id', label: 'ID', kind: 'id', priority: 0, value: (n) => n.id },
  { key: 'createdAt', label: 'When', kind: 'instant', priority: 1, value: (n) => n.createdAt },
  {
    key: 'message',
    label: 'Message',
    kind: 'text',
    priority: 0,
    least: 50,
    value: (n) => n.message,
  },
  { key: 'kind', label: 'Kind', kind: 'text', value: (n) => n.kind },
  { key: 'eventId', label: 'Event', kind: 'id', priority: 3, value: (n) => n.eventId },
  { key: 'contractId', label: 'Contract', kind: 'id', priority: 4, value: (n) => n.contractId },
  { key: 'readAt', label: 'Read', kind: 'instant', priority: 2, value: (n) => n.readAt },
];

const listNotifications = list({
  summary: 'List what I was told, the latest first',
  flags: { unread: toggle('--unread', 'only what I have not read') },
  columns,
  sort: { id: 'ID', eventId: 'EVENT_ID', contractId: 'CONTRACT_ID' },
  sortedBy: 'ID_DESC',
  ifEmpty: 'Nothing new.',
  examples: [['notification list --unread', '']],
  fetch: async (api, { unread }, page) => {
    const condition = { unread: unread || undefined };
    return (await api.send(NotificationList, { ...page, condition })).notifications;
  },
});

const pageSize = 1000;

async function unreadIds(api: Api): Promise<number[]> {
  const { notifications } = await api.send(NotificationList, {
    first: pageSize,
    orderBy: ['ID_ASC'],
    condition: { unread: true },
  });
  return notifications?.nodes.flatMap((each) => (each ? [each.id] : [])) ?? [];
}

const readNotifications = command({
  name: 'read',
  summary: 'Mark notifications as read',
  flags: {
    ids: several('[ids...]', 'their ids', id),
    all: toggle('--all', 'every one that is unread'),
  },
  columns,
  examples: [
    ['notification read 41 42', ''],
    ['notification read --all', ''],
  ],
  async run({ api, output, flags, columns: shown }) {
    const { ids, all } = flags;
    if (all === ids.length > 0) {
      throw usageError(
        'Name the notifications to read, or say --all.',
        'epic notification read 41',
      );
    }
    const read: Notification[] = [];
    const now = new Date().toISOString();
    for (const each of all ? await unreadIds(api) : ids) {
      const { updateNotification } = await api.send(NotificationRead, { id: each, now });
      if (!updateNotification?.notification) throw noSuch('notification', each);
      read.push(updateNotification.notification);
    }
    const count = read.length === 1 ? '1 notification' : `${read.length} notifications`;
    await output.changedAll(`${count} marked as read.`, shown, read);
  },
});

export const notification: Noun = {
  name: 'notification',
  plural: 'notifications',
  summary: 'What others did that concerns me.',
  fields: columns,
  commands: [listNotifications, readNotifications],
};
