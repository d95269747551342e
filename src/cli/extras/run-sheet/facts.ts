import { timeZone } from '../../core/locale/zone.ts';
import { formatCell, localDay, localHour } from '../../core/output/format.ts';
import type { EventSeen } from '../../nouns/event/sheet.ts';

/** Someone to call. */
export interface Person {
  role: string;
  name: string;
  phone: string | null;
  email: string | null;
}

/** What the people on site need to know of an event: no money. */
export interface RunSheet {
  title: string;
  /** `Spring reception, run sheet of event 101`. */
  name: string;
  when: string;
  /** What has to be known before all else: that it is cancelled, or not confirmed. */
  warning: string | undefined;
  facts: readonly (readonly [label: string, text: string])[];
  people: readonly Person[];
  notes: string;
  /** Notes about the event that are not done. */
  colleagues: readonly { author: string; text: string }[];
}

const weekday = (iso: string) =>
  new Intl.DateTimeFormat('en', { weekday: 'long' }).format(new Date(iso));

/** `Friday 2027-01-15, 19:00–00:30 (Europe/Paris)`; of an event that is longer than a day, both ends in full. */
function whenOf({ startDate, endDate }: EventSeen): string {
  const zone = `(${timeZone()})`;
  const day = (iso: string) => `${weekday(iso)} ${formatCell('date', localDay(new Date(iso)))}`;
  const isShort = Date.parse(endDate) - Date.parse(startDate) <= 24 * 3_600_000;
  const begins = `${day(startDate)}, ${localHour(startDate)}`;
  return isShort
    ? `${begins}–${localHour(endDate)} ${zone}`
    : `${begins} to ${day(endDate)}, ${localHour(endDate)} ${zone}`;
}

const warnings: Partial<Record<EventSeen['status'], string>> = {
  planned: 'Not confirmed yet.',
  cancelled: 'Cancelled: it does not take place.',
  completed: 'Completed.',
};

/** The run sheet of an event. */
export function runSheetOf(event: EventSeen): RunSheet {
  const { id, title, location, attendees, contract, supportContact, commercial, notesAbout } =
    event;
  const client = contract.client;
  const people = [
    supportContact && { role: 'Runs it', ...supportContact },
    { role: 'Contact', ...client },
    { role: 'Sales contact', ...commercial },
  ];
  return {
    title,
    name: `${title}, run sheet of event ${id}`,
    when: whenOf(event),
    warning: warnings[event.status],
    facts: [
      ['Where', location ?? 'not known yet'],
      ['Attendees', String(attendees)],
      ['Client', contract.clientName],
      ...(supportContact ? [] : [['Runs it', 'no support contact yet'] as const]),
    ],
    people: people
      .filter((person) => person !== null)
      .map(({ role, fullName, phone, email }) => ({ role, name: fullName, phone, email })),
    notes: event.notes ?? '',
    colleagues: notesAbout.nodes.map(({ authorName, body }) => ({
      author: authorName,
      text: body.trim(),
    })),
  };
}
