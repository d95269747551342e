import type { Api } from '../../core/api/api.ts';
import {
  optional,
  required,
  suggesting,
  toggle,
  unasked,
  type Values,
} from '../../core/args/flag.ts';
import {
  asTyped,
  between,
  dateTime,
  email,
  fromMoment,
  id,
  idOf,
  line,
  oneOf,
  orNothing,
  text,
  toMoment,
  wholeNumber,
} from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { confirm, yes } from '../../core/command/confirm.ts';
import { edit } from '../../core/command/edit.ts';
import { list } from '../../core/command/list.ts';
import { confirmationQuestion, view } from '../../core/command/view.ts';
import { usageError } from '../../core/errors.ts';
import { eventCalendar } from '../../extras/calendar/calendar.ts';
import { field, reference } from '../../extras/import/fields.ts';
import { importVerb } from '../../extras/import/verb.ts';
import {
  EventAssign,
  EventCreate,
  EventDelete,
  EventList,
  EventUnassign,
  EventUpdate,
  EventView,
} from '../../operations/index.ts';
import { columns, summaryOf } from './fields.ts';

const statuses = oneOf('planned', 'confirmed', 'completed', 'cancelled');
const eventId = required(
  '<id>',
  "the event's id, or a part of its title, place or client",
  idOf('event'),
);
const fetchEvent = async (api: Api, id: number) => (await api.send(EventView, { id })).event;
const question = confirmationQuestion('event', fetchEvent, summaryOf);

const filters = {
  mine: toggle('--mine', 'only those I run or sold'),
  noSupport: toggle('--no-support', 'only those that nobody runs yet'),
  upcoming: toggle('--upcoming', 'only those still to come, not cancelled'),
  from: optional('--from <date>', 'only those that start on this day or later', fromMoment),
  to: optional('--to <date>', 'only those that start on this day or earlier', toMoment),
  between: optional(
    '--between <period>',
    'both in one: today..+7d, 2026-12-01..2026-12-31',
    between(fromMoment, toMoment),
  ),
  search: optional(
    '--search <text>',
    'only where the title, the place or the client contains this',
    line(200),
  ),
  contractId: optional('--contract <id>', 'only those of this contract', idOf('contract')),
  status: optional('--status <status>', 'only in this state', statuses),
};

function conditionOf({ mine, noSupport, upcoming, ...given }: Values<typeof filters>) {
  const { contractId, status, search, between: period } = given;
  if (period && (given.from || given.to)) {
    throw usageError('--between says the same as --from and --to.', 'Give the one or the others.');
  }
  return {
    mine: mine || undefined,
    withoutSupport: noSupport || undefined,
    upcoming: upcoming || undefined,
    from: period?.from ?? given.from,
    to: period?.to ?? given.to,
    contractId,
    status,
    search,
  };
}

const listEvents = list({
  summary: 'List events',
  flags: filters,
  columns,
  sort: {
    id: 'ID',
    startDate: 'START_DATE',
    status: 'STATUS',
    contractId: 'CONTRACT_ID',
    supportContactId: 'SUPPORT_CONTACT_ID',
  },
  sortedBy: 'START_DATE_ASC',
  ifEmpty: 'No event matches.',
  examples: [
    ['event list --mine --upcoming', 'what I have coming'],
    ['event list --mine --watch', 'and tell what changes'],
    ['event list --no-support --upcoming', 'what still needs somebody to run it'],
    ['event list --between today..+30d --csv > events.csv', 'the coming month, for a spreadsheet'],
  ],
  notes: [
    'With --watch a terminal shows a sentence for each change. Every other format has a line for each event of the list, then for each change, an object a line in JSON. Its field change says: listed, created, changed, left (it is not in the list any more) or deleted.',
  ],
  watch: async () => {
    const { watchingEvents } = await import('./watch.ts');
    return watchingEvents(conditionOf, summaryOf);
  },
  fetch: async (api, filters, page) =>
    (await api.send(EventList, { ...page, condition: conditionOf(filters) })).events,
});

const viewEvent = view({ noun: 'event', id: eventId, columns, fetch: fetchEvent });

const supporter = idOf('employee', 'support');
const people = wholeNumber(0, 999_999_999);
const notesLimit = 200_000;

const fourHoursLater = ({ start }: { start?: unknown }) =>
  typeof start === 'string'
    ? asTyped('instant', new Date(Date.parse(start) + 4 * 3_600_000).toISOString())
    : undefined;

const createEvent = change({
  noun: 'event',
  name: 'create',
  summary: 'Plan an event under a signed contract',
  flags: {
    contract: required('--contract <id>', 'the signed contract, by id or client', idOf('contract')),
    title: required('--title <title>', 'what it is called', line(200)),
    start: required('--start <time>', 'when it starts, like "2026-12-01 18:30"', dateTime),
    end: suggesting(required('--end <time>', 'when it ends', dateTime), fourHoursLater),
    location: optional('--location <place>', 'where it takes place', line(500)),
    attendees: optional('--attendees <n>', 'how many people are expected', people),
    notes: optional('--notes <text>', 'what those who run it should know', text(notesLimit)),
    // Management names one, here or later; whoever sells the event cannot.
    support: unasked(
      optional('--support <employee>', 'the support employee who runs it', supporter),
    ),
  },
  columns,
  examples: [
    [
      'event create --contract 7 --title "Summer party" --start "2026-07-04 18:00" --end "2026-07-05 02:00" --location "Lyon" --attendees 120',
      '',
    ],
  ],
  question: ({ contract }) => `Create an event for contract ${contract}?`,
  deed: {
    verb: 'create',
    writes: ({ contract, title, start, end, location, attendees, notes, support }) => ({
      contractId: contract,
      title,
      startDate: start,
      endDate: end,
      location,
      attendees,
      notes,
      supportContactId: support,
    }),
  },
  send: async (api, _, event) => (await api.send(EventCreate, { event })).createEvent?.event,
  done: (event) => `Event ${event.id} created: ${summaryOf(event)}.`,
});

const supportContact = { id: 'support_contact_id', email: 'support_contact_email' };

const importEvents = importVerb({
  noun: 'event',
  plural: 'events',
  fields: [
    field(['contractId', 'contract'], 'contract_id', id),
    field(['title'], 'title', line(200)),
    field(['startDate', 'start'], 'start_date', dateTime),
    field(['endDate', 'end'], 'end_date', dateTime),
    field(['location'], 'location', line(500)),
    field(['attendees'], 'attendees', people),
    field(['notes'], 'notes', text(notesLimit)),
    field(['supportContactId'], supportContact.id, id),
    field(['supportContactEmail'], supportContact.email, email),
    reference(['support'], supportContact, email),
  ],
  kept: columns.map(({ key }) => key),
  needed: [['contractId'], ['title'], ['startDate'], ['endDate']],
  examples: [
    ['event import season.csv --dry-run', 'what is wrong with it, line by line'],
    ['event import season.csv', 'times as in “2026-12-01 18:30”'],
  ],
});

const updateEvent = edit({
  noun: 'event',
  id: eventId,
  summary: 'Change an event',
  flags: {
    title: optional('--title <title>', 'what it is called', line(200)),
    start: optional('--start <time>', 'when it starts, like "2026-12-01 18:30"', dateTime),
    end: optional('--end <time>', 'when it ends', dateTime),
    location: optional('--location <place>', 'where; "" for none', orNothing(line(500))),
    attendees: optional('--attendees <n>', 'how many people are expected', people),
    notes: optional('--notes <text>', 'notes; "" for none', orNothing(text(notesLimit))),
    status: optional('--status <status>', 'state', statuses),
  },
  columns,
  examples: [
    ['event update 31 --status confirmed --attendees 140', ''],
    ['event update 31 --notes "Back entrance, ask for Zoé"', ''],
    ['event update 31', 'asks, with the present values to start from'],
  ],
  writes: ({ start, end, title, location, attendees, notes, status }) => ({
    startDate: start,
    endDate: end,
    title,
    location,
    attendees,
    notes,
    status,
  }),
  fetch: fetchEvent,
  send: async (api, id, patch) => (await api.send(EventUpdate, { id, patch })).updateEvent?.event,
  done: (event) => `Event ${event.id} updated: ${summaryOf(event)}, ${event.status}.`,
});

const assignEvent = change({
  noun: 'event',
  name: 'assign',
  summary: 'Say who runs an event',
  flags: {
    id: eventId,
    support: required('--support <employee>', 'the support employee who runs it', supporter),
  },
  columns,
  examples: [
    ['event assign 31 --support 9', 'employee 9 runs event 31'],
    ['event assign gala --support zoé', 'names will do where only one has them'],
  ],
  deed: { verb: 'update', writes: ({ support }) => ({ supportContactId: support }) },
  send: async (api, { id, support }) =>
    (await api.send(EventAssign, { id, support })).assignSupport?.event,
  done: (event) =>
    `Event ${event.id} assigned to ${event.supportContactName ?? 'somebody'}: ${summaryOf(event)}.`,
});

const unassignEvent = change({
  noun: 'event',
  name: 'unassign',
  summary: 'Leave an event without support contact',
  flags: { id: eventId },
  columns,
  examples: [['event unassign 31', '']],
  deed: { verb: 'update', writes: () => ({ supportContactId: null }) },
  send: async (api, { id }) => (await api.send(EventUnassign, { id })).unassignSupport?.event,
  done: (event) => `Event ${event.id} has no support contact now: ${summaryOf(event)}.`,
});

const deleteEvent = change({
  noun: 'event',
  name: 'delete',
  summary: 'Delete an event',
  flags: { id: eventId, yes },
  columns,
  examples: [['event delete 31 --yes', '']],
  deed: { verb: 'delete', writes: () => ({}) },
  send: async (api, { id }, _, invocation) => {
    await confirm(invocation, () => question(api, 'Delete', id));
    return (await api.send(EventDelete, { id })).deleteEvent?.event;
  },
  done: (event) => `Event ${event.id} deleted: ${summaryOf(event)}.`,
});

export const event: Noun = {
  fields: columns,
  commands: [
    listEvents,
    viewEvent,
    createEvent,
    updateEvent,
    importEvents,
    assignEvent,
    unassignEvent,
    deleteEvent,
    eventCalendar(columns),
  ],
};
