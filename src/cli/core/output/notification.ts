import { describeNotification, type NotificationFacts } from '../../../client/notifications.ts';
import { localTime, money } from './format.ts';

/** The sentence of a notification, with amounts and times as they are written everywhere else. */
export const notificationText = (notification: NotificationFacts): string =>
  describeNotification(notification, { money, time: localTime });
