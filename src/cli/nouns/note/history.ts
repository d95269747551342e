import { type HistoryFormatter, joinParts } from '../../core/history/formatter.ts';
import { formatCell } from '../../core/output/format.ts';
import { summaryOf } from './fields.ts';

const day = (value: unknown) => formatCell('date', String(value));

function reminderMoved(from: unknown, to: unknown): string {
  if (to === null) return `removed the reminder of ${day(from)}`;
  return from === null
    ? `set a reminder for ${day(to)}`
    : `moved the reminder from ${day(from)} to ${day(to)}`;
}

export const history: HistoryFormatter = {
  created: 'wrote',
  summary: ({ text, clientId, contractId, eventId, remind }, names) =>
    joinParts(
      // an erased client has no text of notes left
      typeof text === 'string' && summaryOf({ body: text }),
      clientId != null && `about ${names.client(clientId)}`,
      contractId != null && `about contract ${contractId}`,
      eventId != null && `about event ${eventId}`,
      remind != null && `to follow up on ${day(remind)}`,
    ),
  acts: (before, after) => [
    'remind' in after && { text: reminderMoved(before.remind, after.remind), covers: ['remind'] },
    'done' in after && {
      text: after.done === null ? 'reopened the note' : 'finished the note',
      covers: ['done'],
    },
  ],
};
