import { asTyped, dateTime } from '../../core/args/dates.ts';
import { contractThatIs, idOf, line, oneOf, prose, wholeNumber } from '../../core/args/parsers.ts';
import { defineFields } from '../../core/command/fields.ts';
import { localTime } from '../../core/output/format.ts';
import type {
  EventFieldsFragment,
  EventInput,
  EventOrderBy,
  EventPatch,
} from '../../operations/index.ts';

export type Event = EventFieldsFragment;

export const notesLength = 200_000;
export const statuses = oneOf('planned', 'confirmed', 'completed', 'cancelled');
export const supporter = idOf('employee', 'support');

const fourHoursLater = ({ start }: { start?: unknown }) =>
  typeof start === 'string'
    ? asTyped('instant', new Date(Date.parse(start) + 4 * 3_600_000).toISOString())
    : undefined;

export const fields = defineFields<Event, EventInput, EventPatch, EventOrderBy>()(
  {
    id: { kind: 'id', priority: 0, sort: 'ID' },
    title: {
      kind: 'text',
      priority: 0,
      least: 16,
      flag: '--title <title>',
      help: 'what it is called',
      parse: line(200),
      create: 'required',
      update: 'set',
    },
    start: {
      api: 'startDate',
      kind: 'instant',
      priority: 1,
      sort: 'START_DATE',
      flag: '--start <time>',
      help: 'when it starts',
      parse: dateTime,
      create: 'required',
      update: 'set',
    },
    end: {
      api: 'endDate',
      kind: 'instant',
      priority: 6,
      flag: '--end <time>',
      help: 'when it ends',
      parse: dateTime,
      create: 'required',
      suggest: fourHoursLater,
      update: 'set',
    },
    status: {
      kind: 'status',
      priority: 4,
      sort: 'STATUS',
      flag: '-s, --status <status>',
      help: 'state',
      parse: statuses,
      update: 'set',
    },
    support: { api: 'supportContactName', kind: 'text', priority: 3, least: 10 },
    // management names one, now or later; sales cannot
    supportId: {
      api: 'supportContactId',
      kind: 'id',
      sort: 'SUPPORT_CONTACT_ID',
      flag: '--support <employee>',
      help: 'the support employee who runs it',
      parse: supporter,
      create: 'optional',
      asked: false,
    },
    client: {
      kind: 'text',
      borrowed: true,
      priority: 5,
      least: 12,
      value: ({ contract }) => contract.clientName,
    },
    clientName: {
      kind: 'text',
      borrowed: true,
      value: ({ contract }) => contract.client.fullName,
    },
    clientEmail: {
      kind: 'text',
      borrowed: true,
      value: ({ contract }) => contract.client.email,
    },
    clientPhone: {
      kind: 'phone',
      borrowed: true,
      value: ({ contract }) => contract.client.phone,
    },
    salesContact: {
      kind: 'text',
      borrowed: true,
      value: ({ contract }) => contract.commercialName,
    },
    salesContactId: {
      kind: 'id',
      column: 'commercial_id',
      borrowed: true,
      value: ({ contract }) => contract.commercialId,
    },
    contractId: {
      label: 'Contract',
      kind: 'id',
      sort: 'CONTRACT_ID',
      flag: '--contract <id>',
      help: 'the signed contract, by id or client',
      parse: contractThatIs('signed'),
      create: 'required',
    },
    location: {
      kind: 'text',
      priority: 2,
      least: 12,
      flag: '--location <place>',
      help: 'where it takes place',
      updateHelp: 'where',
      parse: line(500),
      create: 'optional',
      update: 'set or clear',
    },
    attendees: {
      kind: 'number',
      priority: 7,
      flag: '--attendees <n>',
      help: 'how many people are expected',
      parse: wholeNumber(0, 999_999_999),
      create: 'optional',
      update: 'set',
    },
    notes: {
      kind: 'text',
      flag: '--notes <text>',
      help: 'what those who run it should know',
      updateHelp: 'notes',
      parse: prose(notesLength, '--notes-file'),
      create: 'optional',
      update: 'set or clear',
    },
    version: { kind: 'number' },
  },
  ['contractId', 'title', 'start', 'end', 'location', 'attendees', 'notes'],
);

/** One in a sentence. */
export const summaryOf = (event: Event) => `“${event.title}”, ${localTime(event.startDate)}`;
