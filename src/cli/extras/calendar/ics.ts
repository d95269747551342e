import type { ICalEventStatus } from 'ical-generator';
import { printable, printableLines } from '../../core/output/text.ts';
import type { EventFieldsFragment } from '../../operations/index.ts';

const statuses: Record<EventFieldsFragment['status'], `${ICalEventStatus}`> = {
  planned: 'TENTATIVE',
  confirmed: 'CONFIRMED',
  completed: 'CONFIRMED',
  cancelled: 'CANCELLED',
};

function descriptionOf({ contract, supportContactName, notes }: EventFieldsFragment): string {
  const client = contract.client;
  const lines = [
    `Client: ${[client.fullName, client.companyName].filter(Boolean).join(', ')}`,
    client.phone && `Telephone: ${client.phone}`,
    `Sales contact: ${contract.commercialName}`,
    `Support: ${supportContactName ?? 'nobody yet'}`,
    notes && `\n${notes}`,
  ];
  return printableLines(lines.filter(Boolean).join('\n'));
}

/**
 * Events as an iCalendar file (RFC 5545), with times in UTC. An event keeps its UID, so that importing the file
 * again updates it. Control characters are not allowed in the format.
 */
export async function icsOf(
  name: string,
  events: readonly EventFieldsFragment[],
  now: Date,
): Promise<string> {
  const { default: calendarOf, ICalEventStatus } = await import('ical-generator');
  const calendar = calendarOf({
    name,
    prodId: { company: 'Epic Events', product: 'epic', language: 'EN' },
  });
  for (const event of events) {
    calendar.createEvent({
      id: `event-${event.id}@epic-events`,
      stamp: now,
      start: new Date(event.startDate),
      end: new Date(event.endDate),
      summary: printable(event.title),
      location: event.location === null ? null : printable(event.location),
      description: descriptionOf(event),
      status: ICalEventStatus[statuses[event.status]],
    });
  }
  return `${calendar.toString()}\r\n`;
}
