import type { Transporter } from 'nodemailer';
import { describeNotification, type NotificationFacts } from '../../client/notifications.ts';
import { codeOf } from '../errors/errors.ts';
import { type Delivery, DeliveryError, type DeliveryResult, type Job } from './delivery.ts';

/** The SMTP server, the sender, and the format of amounts and times. */
export type MailHost = {
  /** Holds a password: never printed. */
  smtpUrl: string;
  /** The sender: an address, or `Name <address>`. */
  from: string;
  /** A BCP 47 tag. */
  locale: string;
  /** An IANA name. */
  timeZone: string;
};

type Notification = NotificationFacts & {
  created_at: Date;
  full_name: string;
  email: string;
};

/** Delivers notifications as e-mails. `close` ends the connections to the mail host. */
export type Mail = { deliver: Delivery; close(): void };

/** Sends e-mails through a mail host; without one, sends nothing. */
export async function createMail(host: MailHost | null): Promise<Mail> {
  if (host === null) {
    const deliver: Delivery = async ({ payload }) =>
      notSent(notificationOf(payload), 'no mail host is configured');
    return { deliver, close: () => {} };
  }
  const transport = await connect(host.smtpUrl);
  return {
    deliver: (job) => send(job, host, transport),
    close: () => transport.close(),
  };
}

async function connect(smtpUrl: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isSecure = protocol === 'smtps:';
  return createTransport({
    pool: true,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      // no password in the clear, except to this machine
      requireTLS: !isSecure && !/^(localhost|127\..*|\[::1\])$/.test(hostname),
    }),
    maxConnections: 2,
    // the queue retries
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function send(
  { payload, query, signal }: Job,
  host: MailHost,
  transport: Transporter,
): Promise<DeliveryResult> {
  const id = notificationOf(payload);
  // the policies of epic_worker show unread notifications and active employees only
  const [notification] = await query<Notification>(
    `select notification.kind, notification.recipient_id as "recipientId", notification.event_id as "eventId",
       notification.contract_id as "contractId", notification.employee_id as "employeeId", notification.note_id as "noteId", notification.subject,
       notification.old_values as "oldValues", notification.new_values as "newValues", notification.created_at,
       recipient.full_name, recipient.email
     from crm.notification
     join crm.employee recipient on recipient.id = notification.recipient_id
     where notification.id = $1`,
    [id],
  );
  if (notification === undefined) return notSent(id, 'it has been read, or the recipient has left');

  try {
    await transport.sendMail({ ...messageOf(id, notification, host), signal });
  } catch (error) {
    throw deliveryError(error, signal);
  }
  return { message: 'mail', details: { notification: id, kind: notification.kind } };
}

/** The e-mail. Its Message-ID is the same at every attempt, by which a repeated delivery is recognised. */
function messageOf(id: number, notification: Notification, { from, ...format }: MailHost) {
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: notification.full_name, address: notification.email },
    subject: `Epic Events: ${notification.kind.replaceAll('_', ' ')}`,
    text: [
      `Hello ${notification.full_name},`,
      describeNotification(notification, format),
      'All your notifications: epic notification list',
    ].join('\n\n'),
    messageId: `<notification-${id}.${notification.created_at.getTime()}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function notSent(notification: number, reason: string): DeliveryResult {
  return { message: 'no mail', details: { notification, reason }, isIdle: true };
}

function notificationOf(payload: unknown): number {
  const isObject = typeof payload === 'object' && payload !== null;
  if (isObject && 'notification' in payload && typeof payload.notification === 'number') {
    return payload.notification;
  }
  throw new DeliveryError('The payload names no notification.', { isPermanent: true });
}

/**
 * An error that quotes nothing: a reply of the mail host may contain the address, and an error of nodemailer the
 * password. Permanent is a 5xx reply about the recipient or the message; others may be due to the configuration.
 */
function deliveryError(error: unknown, signal: AbortSignal): DeliveryError {
  if (signal.aborted) return new DeliveryError('The delivery was aborted.', { cause: error });
  const { responseCode, command } = {
    responseCode: undefined,
    command: undefined,
    ...asObject(error),
  };
  const code = [codeOf(error), responseCode, command].filter(
    (word) => typeof word === 'number' || (typeof word === 'string' && /^[A-Z ]{1,20}$/.test(word)),
  );
  const isRefused =
    typeof responseCode === 'number' &&
    responseCode >= 500 &&
    (command === 'RCPT TO' || command === 'DATA');
  // nodemailer itself rejects the address
  const isPermanent = isRefused || (codeOf(error) === 'EENVELOPE' && command === 'API');
  return new DeliveryError(
    `The mail host ${isRefused ? 'refuses it' : 'did not take it'} (${code.join(', ') || 'no code'}).`,
    { isPermanent, cause: error },
  );
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
