import { date } from '../../core/args/dates.ts';
import { prose } from '../../core/args/parsers.ts';
import { defineFields } from '../../core/command/fields.ts';
import { columnsBut, type Section, section } from '../../core/command/view.ts';
import { printable, shorten } from '../../core/output/text.ts';
import type {
  NoteFieldsFragment,
  NoteInput,
  NoteOrderBy,
  NotePatch,
} from '../../operations/index.ts';

export type Note = NoteFieldsFragment;

export const noteText = prose(20_000, '--file');

/** The record that a note is about, in words: `client 12, Dupont SA`. */
export function aboutOf({ clientId, clientName, contractId, contract, eventId, event }: Note) {
  if (clientId !== null) return `client ${clientId}, ${clientName}`;
  return contractId === null
    ? `event ${eventId}, ${event?.title}`
    : `contract ${contractId}, ${contract?.clientName}`;
}

export const fields = defineFields<Note, NoteInput, NotePatch, NoteOrderBy>()(
  {
    id: { kind: 'id', priority: 0, sort: 'ID' },
    remind: {
      api: 'remindOn',
      kind: 'date',
      priority: 1,
      sort: 'REMIND_ON',
      flag: '--remind <date>',
      help: 'when to remind you: 2026-12-01 or +7d',
      parse: date,
      create: 'optional',
      update: 'set or clear',
    },
    text: {
      api: 'body',
      kind: 'text',
      priority: 0,
      least: 40,
      flag: '--text <text>',
      help: 'the text',
      parse: noteText,
      update: 'set',
    },
    about: { kind: 'text', priority: 2, value: aboutOf },
    author: { api: 'authorName', kind: 'text', priority: 3 },
    done: { api: 'doneAt', kind: 'instant', priority: 4 },
    created: { api: 'createdAt', kind: 'instant' },
    clientId: { label: 'Client', kind: 'id', sort: 'CLIENT_ID' },
    contractId: { label: 'Contract', kind: 'id', sort: 'CONTRACT_ID' },
    eventId: { label: 'Event', kind: 'id', sort: 'EVENT_ID' },
    authorId: { kind: 'id', sort: 'AUTHOR_ID' },
    version: { kind: 'number' },
  },
  ['text'],
);

/** The first line of a note. */
export const titleOf = ({ body }: Pick<Note, 'body'>) =>
  printable(body.trim().split('\n')[0] ?? '');

/** How a note begins, in a sentence. */
export const summaryOf = (note: Pick<Note, 'body'>) => `“${shorten(titleOf(note), 60)}”`;

/** The notes about a record, below it. */
export const notesSection = <
  Row extends {
    id: number;
    notesAbout: { nodes: readonly (Note | null)[]; totalCount: number } | null;
  },
>(
  record: 'client' | 'contract' | 'event',
): Section<Row> =>
  section<Row, Note>({
    key: 'notesAbout',
    // an event has notes of its own
    title: record === 'event' ? 'Notes of colleagues' : 'Notes',
    columns: columnsBut(fields.columns, 'about'),
    of: ({ notesAbout }) => notesAbout,
    all: ({ id }) => `note list --${record} ${id}`,
    ifEmpty: record === 'event' ? 'No notes of colleagues.' : 'No notes.',
  });
