import type { Api } from '../../core/api/api.ts';
import { several, toggle } from '../../core/args/flag.ts';
import { id } from '../../core/args/parsers.ts';
import { type Noun, verb } from '../../core/command/command.ts';
import { list } from '../../core/command/list.ts';
import { recordNotFound } from '../../core/command/record.ts';
import { usageError } from '../../core/errors.ts';
import { timeOfDay } from '../../core/output/format.ts';
import { notificationText } from '../../core/output/notification.ts';
import { connectionNotes } from '../../core/watch/watch.ts';
import {
  NotificationList,
  NotificationRead,
  NotificationReadAll,
  NotificationReceived,
  SubscriptionPosition,
} from '../../operations/index.ts';
import { fields, type Notification } from './fields.ts';

const listNotifications = list(fields, {
  summary: 'List what you were told, the latest first',
  flags: { unread: toggle('-u, --unread', 'only what you have not read') },
  sortedBy: 'ID_DESC',
  ifEmpty: 'Nothing new.',
  examples: [['notification list --unread', '']],
  fetch: async (api, condition, page) =>
    (await api.send(NotificationList, { ...page, condition })).notifications,
});

async function readAll(api: Api): Promise<readonly Notification[]> {
  const { markNotificationsRead } = await api.send(NotificationReadAll, {});
  return markNotificationsRead?.notifications ?? [];
}

async function readThese(api: Api, ids: readonly number[]): Promise<readonly Notification[]> {
  const read: Notification[] = [];
  const now = new Date().toISOString();
  for (const id of ids) {
    const { updateNotification } = await api.send(NotificationRead, { id, now });
    if (!updateNotification?.notification) throw recordNotFound('notification', id);
    read.push(updateNotification.notification);
  }
  return read;
}

const readNotifications = verb({
  name: 'read',
  summary: 'Mark notifications as read',
  flags: {
    ids: several('[ids...]', 'their ids', id),
    all: toggle('--all', 'every one that is unread'),
  },
  columns: fields.columns,
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
    const read = all ? await readAll(api) : await readThese(api, ids);
    const count = read.length === 1 ? '1 notification' : `${read.length} notifications`;
    await output.changedAll(`${count} marked as read.`, shown, read);
  },
});

const watchNotifications = verb({
  name: 'watch',
  summary: 'Show notifications as they come, until Ctrl-C',
  flags: {},
  columns: fields.columns,
  examples: [
    ['notification watch', ''],
    ['notification watch --json | while read -r line; do …; done', 'a JSON object a line'],
  ],
  notes: [
    'It goes on through lost connections, and misses nothing. Ctrl-C ends it, with exit code 130; the end of the session too, with 4.',
  ],
  async run({ api, output, columns: shown }) {
    const { subscriptionPosition: after } = await api.send(SubscriptionPosition, {});
    const tell = output.feed(shown);
    output.note('Watching. Ctrl-C ends.');
    const messages = api.follow(NotificationReceived, { after }, connectionNotes(output));
    for await (const { notificationReceived } of messages) {
      const { notification } = notificationReceived;
      if (!notification) continue;
      const when = timeOfDay(new Date(notification.createdAt));
      tell(notification, { when, text: notificationText(notification) });
    }
  },
});

export const notification: Noun = {
  fields: fields.columns,
  commands: [listNotifications, readNotifications, watchNotifications],
};
