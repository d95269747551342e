import { isObject } from './is-object.ts';

export type NotificationKind =
  | 'contract_cancelled'
  | 'contract_signed'
  | 'event_assigned'
  | 'event_cancelled'
  | 'event_completed'
  | 'event_confirmed'
  | 'event_created'
  | 'event_deleted'
  | 'event_moved'
  | 'event_planned'
  | 'event_rescheduled'
  | 'event_unassigned'
  | 'note_due'
  | 'password_changed'
  | 'password_reset'
  | 'recovery_code_used'
  | 'recovery_codes_replaced'
  | 'second_factor_disabled'
  | 'second_factor_enabled'
  | 'second_factor_reset';

/** What a notification says, as the API gives it: the fields of `Notification` that its sentence is made of. */
export interface NotificationFacts {
  kind: NotificationKind;
  recipientId: number;
  eventId: number | null;
  contractId: number | null;
  employeeId: number | null;
  noteId: number | null;
  subject: string | null;
  oldValues: unknown;
  newValues: unknown;
}

/** How amounts and times are written: as in a locale and a time zone, or by functions of the caller's own. */
export type NotificationFormat =
  | {
      /** A BCP 47 tag: `en-GB`. */
      locale: string;
      /** An IANA name: `Europe/Paris`. */
      timeZone: string;
    }
  | {
      /** An amount in euros, a decimal: `12500.50`. */
      money(amount: string): string;
      /** A moment, in ISO 8601: its day and its hour. */
      time(instant: string): string;
    };

/**
 * The sentence of a notification, in English, as its recipient reads it. A kind that this version does not know is
 * named. Throws a RangeError for a locale or a time zone that is none.
 */
export function describeNotification(
  notification: NotificationFacts,
  format: NotificationFormat,
): string {
  const { kind, recipientId, eventId, contractId, noteId, subject } = notification;
  const before = isObject(notification.oldValues) ? notification.oldValues : {};
  const after = isObject(notification.newValues) ? notification.newValues : {};
  const time = (instant: unknown) => writeTime(String(instant), format);
  const event = `“${subject}” (event ${eventId})`;
  const contract = () => {
    const amount = writeMoney(String(after.total_amount), format);
    return `Contract ${contractId} (${subject ?? 'a private client'}, ${amount})`;
  };

  switch (kind) {
    case 'event_created': {
      const [count, withoutSupport] = [Number(after.events ?? 1), Number(after.without_support)];
      if (count === 1) {
        const need = withoutSupport > 0 ? ' and needs a support contact' : '';
        return `${event} was planned for ${time(after.start_date)}${need}.`;
      }
      const need = withoutSupport === 1 ? '1 of them needs' : `${withoutSupport} of them need`;
      const more = `${counted(count - 1, 'more event')} were planned`;
      return `${event} and ${more}${withoutSupport > 0 ? `; ${need} a support contact` : ''}.`;
    }
    case 'event_assigned': {
      const count = Number(after.events ?? 1);
      const events = count > 1 ? `${event} and ${count - 1} more` : event;
      const predecessor = (word: string) =>
        typeof before.support_contact === 'string' ? `${word} ${before.support_contact}` : '';
      return after.support_contact_id === recipientId
        ? `${events} ${count > 1 ? 'are' : 'is'} now yours${predecessor(', from')}.`
        : `${after.support_contact ?? `Employee ${after.support_contact_id}`} runs ${events}${predecessor(', after')}.`;
    }
    case 'event_unassigned':
      return before.support_contact_id === recipientId
        ? `You no longer run ${event}${after.support_contact ? `: ${after.support_contact} does` : ''}.`
        : `${event} needs a support contact again.`;
    case 'event_rescheduled':
      return before.start_date === after.start_date
        ? `${event} now ends on ${time(after.end_date)}.`
        : `${event} now starts on ${time(after.start_date)}.`;
    case 'event_moved':
      return typeof after.location === 'string'
        ? `${event} now takes place at: ${after.location}.`
        : `${event} no longer has a location.`;
    case 'event_planned':
      return `${event} is planned again.`;
    case 'event_confirmed':
      return `${event} is confirmed.`;
    case 'event_completed':
      return `${event} is completed.`;
    case 'event_cancelled':
      return `${event} is cancelled.`;
    case 'event_deleted':
      return `“${subject}” (event ${before.id}) was deleted; its date was ${time(before.start_date)}.`;
    case 'contract_signed':
      return `${contract()} was signed.`;
    case 'contract_cancelled': {
      if (eventId !== null) return `The contract of ${event} was cancelled.`;
      const open = Number(after.open_events ?? 0);
      const rest = open === 1 ? '1 event is' : `${open} events are`;
      return `${contract()} was cancelled${open > 0 ? `; ${rest} still to be cancelled` : ''}.`;
    }
    case 'note_due': {
      const author = after.author === undefined ? '' : `, written by ${after.author}`;
      return `To follow up: “${subject}” (note ${noteId} about ${nameOfRecord(after)}${author}).`;
    }
    case 'password_changed':
      return 'Your password was changed; if that was not you, tell management at once.';
    case 'password_reset':
      return `Your password was reset${byWhom(after.reset_by)}, and your sessions have ended; the new one is good for one login, at which you choose your own. If you did not expect this, tell management at once.`;
    case 'second_factor_enabled':
      return 'You enabled a second factor; if that was not you, tell management at once.';
    case 'second_factor_disabled':
      return 'Your second factor was disabled; if that was not you, tell management at once.';
    case 'second_factor_reset':
      return 'Your second factor was removed by an operator, and your sessions have ended.';
    case 'recovery_codes_replaced':
      return 'Your recovery codes were replaced; if that was not you, tell management at once.';
    case 'recovery_code_used': {
      const left = `${counted(Number(after.left), 'code')} left`;
      return `One of your recovery codes was used (${left}); if that was not you, tell management at once.`;
    }
    default:
      return ofAnotherVersion(kind, subject);
  }
}

/** What a note is about: `client 12, Acme`. */
function nameOfRecord(after: Record<string, unknown>): string {
  const kind = ['client', 'contract', 'event'].find((each) => after[`${each}_id`] !== undefined);
  return `${kind} ${after[`${kind}_id`]}, ${after.about}`;
}

/** A kind that came with a newer server. Every kind of this version has a sentence: `kind` is `never`. */
function ofAnotherVersion(kind: never, subject: string | null): string {
  const words = String(kind).replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${subject === null ? '' : `: “${subject}”`}.`;
}

/** Null for an operator of the server; undefined of a server that did not say. */
function byWhom(name: unknown): string {
  if (name === undefined) return '';
  return ` by ${name ?? 'an operator of the server'}`;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function writeMoney(amount: string, format: NotificationFormat): string {
  if ('money' in format) return format.money(amount);
  const { locale } = format;
  const formatter = remember(
    moneyFormats,
    locale,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }),
  );
  // The text itself: a number would lose cents of a large amount.
  return formatter.format(amount as `${number}`);
}

function writeTime(instant: string, format: NotificationFormat): string {
  if ('time' in format) return format.time(instant);
  const { locale, timeZone } = format;
  const formatter = remember(
    timeFormats,
    `${locale} ${timeZone}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }),
  );
  return formatter.format(new Date(instant));
}

// Making a formatter takes far longer than using it.
const moneyFormats = new Map<string, Intl.NumberFormat>();
const timeFormats = new Map<string, Intl.DateTimeFormat>();

function remember<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
