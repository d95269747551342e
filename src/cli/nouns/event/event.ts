import { between, fromMoment, toMoment } from '../../core/args/dates.ts';
import { control, fileFor, optional, required, toggle } from '../../core/args/flag.ts';
import { idOf, line, prose } from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { type Filters, list } from '../../core/command/list.ts';
import { recordNotFound, recordNoun } from '../../core/command/record.ts';
import { isOutdated, update } from '../../core/command/update.ts';
import { view } from '../../core/command/view.ts';
import { usageError } from '../../core/errors.ts';
import {
  EventAssign,
  EventCreate,
  EventDelete,
  EventList,
  type EventListQueryVariables,
  EventUnassign,
  EventUpdate,
  EventView,
} from '../../operations/index.ts';
import { fields, notesLength, statuses, summaryOf, supporter } from './fields.ts';
import { history } from './history.ts';
import { eventSheet } from './sheet.ts';

const noun = recordNoun({
  name: 'event',
  fields,
  id: required('<id>', "the event's id, or a part of its title, place or client", idOf('event')),
  fetch: async (api, id) => (await api.send(EventView, { id })).event,
  summaryOf,
});

const filters = {
  mine: toggle('-m, --mine', 'only those you run or sold'),
  supportContactId: optional(
    '--support <employee>',
    'only those that this employee runs',
    idOf('employee'),
  ),
  withoutSupport: toggle('--no-support', 'only those without a support contact'),
  commercialId: optional(
    '--sales-contact <employee>',
    'only those that this employee sold',
    idOf('employee'),
  ),
  clientId: optional('--client <id>', 'only those of this client: id or name', idOf('client')),
  upcoming: toggle('--upcoming', 'only those still to come, planned or confirmed'),
  from: optional('--from <date>', 'only those that start on this day or later', fromMoment),
  to: optional('--to <date>', 'only those that start on this day or earlier', toMoment),
  between: optional(
    '--between <period>',
    'only those that start in this period: today..+7d, 2026-12-01..2026-12-31',
    between(fromMoment, toMoment),
  ),
  search: optional(
    '-S, --search <text>',
    'only where the title, the place or the client contains this',
    line(200),
  ),
  contractId: optional('--contract <id>', 'only those of this contract', idOf('contract')),
  status: optional('-s, --status <status>', 'only in this state', statuses),
};

function conditionOf({
  between: period,
  ...others
}: Filters<typeof filters>): NonNullable<EventListQueryVariables['condition']> {
  if (period && (others.from || others.to)) {
    throw usageError('--between says the same as --from and --to.', 'Give the one or the others.');
  }
  return { ...others, ...period };
}

const listEvents = list(fields, {
  summary: 'List events',
  flags: filters,
  sortedBy: 'START_DATE_ASC',
  ifEmpty: 'No event matches.',
  examples: [
    ['event list --mine --upcoming', 'what you have coming'],
    ['event list --mine --watch', 'and tell what changes'],
    ['event list --no-support --upcoming', 'what still needs a support contact'],
    ['event list --between today..+30d --csv > events.csv', 'the coming month, for a spreadsheet'],
  ],
  notes: [
    'With --watch a terminal shows a sentence for each change. Every other format has a line for each event of the list, then for each change, an object a line in JSON. Its field change says: listed, created, changed, left (it is not in the list any more) or deleted.',
  ],
  watch: async () => {
    const { watchEvents } = await import('./watch.ts');
    return watchEvents(conditionOf);
  },
  fetch: async (api, filters, page) =>
    (await api.send(EventList, { ...page, condition: conditionOf(filters) })).events,
});

const notesFile = fileFor(
  'notes',
  '--notes-file <file>',
  'read the notes from a file; - is standard input',
);

const createEvent = change(noun, {
  name: 'create',
  summary: 'Plan an event under a signed contract',
  flags: { ...fields.create, notesFile },
  examples: [
    [
      'event create --contract 7 --title "Summer party" --start "2027-07-04 18:00" --end "2027-07-05 02:00" --location "Lyon" --attendees 120',
      '',
    ],
  ],
  question: ({ contractId }) => `Create an event for contract ${contractId}?`,
  write: { verb: 'create' },
  send: async (api, { notesFile: _, ...event }) =>
    (await api.send(EventCreate, { event: fields.input(event) })).createEvent?.event,
  done: 'created',
});

const updateEvent = update(noun, {
  summary: 'Change an event',
  flags: {
    notesFile,
    appendNotes: control(
      optional(
        '--append-notes <text>',
        'add this below the notes',
        prose(notesLength, '--notes-file'),
      ),
    ),
  },
  examples: [
    ['event update 31 --status confirmed --attendees 140', ''],
    ['event update 31 --append-notes "Back entrance, ask for Zoé"', 'what is there stays'],
    ['event update 31 --notes-file briefing.txt', 'instead of what is there'],
    ['event update 31', 'asks, with the present values to start from'],
  ],
  async send(api, { id, notesFile: _, appendNotes, ...patch }) {
    const write = async (further: { notes?: string; version?: number | undefined } = {}) => {
      const input = { ...fields.input(patch), ...further };
      return (await api.send(EventUpdate, { id, patch: input })).updateEvent?.event;
    };
    if (appendNotes === undefined) return write();
    if (patch.notes !== undefined) throw usageError('Give --append-notes alone, or the notes.');
    for (;;) {
      const present = await noun.fetch(api, id);
      if (!present) throw recordNotFound('event', id);
      const notes = [present.notes, appendNotes].filter(Boolean).join('\n');
      try {
        return await write({ notes, version: patch.version ?? present.version });
      } catch (error) {
        // what was added meanwhile is kept too
        if (patch.version !== undefined || !isOutdated(error)) throw error;
      }
    }
  },
  done: (event) => `Event ${event.id} updated: ${summaryOf(event)}, ${event.status}.`,
});

const assignEvent = change(noun, {
  name: 'assign',
  summary: 'Say who runs an event',
  flags: {
    id: noun.id,
    supportId: required('--support <employee>', 'the support employee who runs it', supporter),
  },
  examples: [
    ['event assign 31 --support 9', 'employee 9 runs event 31'],
    ['event assign gala --support zoé', 'names will do where only one has them'],
  ],
  write: { verb: 'assign' },
  send: async (api, { id, supportId: support }) =>
    (await api.send(EventAssign, { id, support })).assignSupport?.event,
  done: (event, _, sentence) =>
    sentence(event, `assigned to ${event.supportContactName ?? 'a colleague'}`),
});

const unassignEvent = change(noun, {
  name: 'unassign',
  summary: 'Leave an event without support contact',
  flags: { id: noun.id },
  examples: [['event unassign 31', '']],
  write: { verb: 'unassign' },
  send: async (api, { id }) => (await api.send(EventUnassign, { id })).unassignSupport?.event,
  done: 'has no support contact now',
});

const deleteEvent = change(noun, {
  name: 'delete',
  summary: 'Delete an event',
  flags: { id: noun.id },
  examples: [['event delete 31 --yes', '']],
  write: { verb: 'delete' },
  confirm: {
    question: (event) =>
      `Delete event ${event.id} (${summaryOf(event)}, ${event.contract.clientName})? It is gone with its notes, and cannot be brought back; to call it off, cancel it instead.`,
  },
  send: async (api, { id }) => (await api.send(EventDelete, { id })).deleteEvent?.event,
  done: 'deleted',
});

export const event: Noun = {
  fields: fields.columns,
  create: fields.create,
  history,
  commands: [
    listEvents,
    view(noun, eventSheet),
    createEvent,
    updateEvent,
    assignEvent,
    unassignEvent,
    deleteEvent,
  ],
};
