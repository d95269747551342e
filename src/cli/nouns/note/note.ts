import type { Api } from '../../core/api/api.ts';
import { control, fileFor, optional, required, toggle } from '../../core/args/flag.ts';
import { idOf, line, oneOf } from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { list } from '../../core/command/list.ts';
import { recordNoun } from '../../core/command/record.ts';
import { update } from '../../core/command/update.ts';
import { sheet, view } from '../../core/command/view.ts';
import { pickColumns } from '../../core/output/columns.ts';
import { formatCell, localDay } from '../../core/output/format.ts';
import { resolveId } from '../../core/prompts/ask.ts';
import {
  NoteAdd,
  NoteDelete,
  NoteDone,
  NoteList,
  NoteReopen,
  NoteUpdate,
  NoteView,
} from '../../operations/index.ts';
import { aboutOf, fields, type Note, noteText, summaryOf } from './fields.ts';
import { history } from './history.ts';

const fetchNote = async (api: Api, id: number) => (await api.send(NoteView, { id })).note;

const noun = recordNoun({
  name: 'note',
  fields,
  id: required('<id>', "the note's id, or a part of its text", idOf('note')),
  fetch: fetchNote,
  summaryOf: (note: Note) => `${summaryOf(note)}, about ${aboutOf(note)}`,
});

const listNotes = list(fields, {
  summary: 'List notes',
  flags: {
    mine: toggle('-m, --mine', 'only those you wrote'),
    due: toggle('--due', 'only those to follow up today, or overdue'),
    open: toggle('--open', 'only those that are not done'),
    clientId: optional('--client <id>', 'only those about this client', idOf('client')),
    contractId: optional('--contract <id>', 'only those about this contract', idOf('contract')),
    eventId: optional('--event <id>', 'only those about this event', idOf('event')),
    authorId: optional('--author <employee>', 'only those of this employee', idOf('employee')),
    search: optional('-S, --search <text>', 'only where the text contains this', line(200)),
  },
  sortedBy: ({ due, open }) => (due || open ? 'REMIND_ON_ASC' : 'ID_DESC'),
  ifEmpty: 'No note matches.',
  examples: [
    ['note list --mine --due', 'what you have to follow up'],
    ['note list --client 12', 'what colleagues know about client 12'],
    ['note list --mine --open --csv > notes.csv', 'for a spreadsheet'],
  ],
  fetch: async (api, { due, ...filters }, page) => {
    const condition = { ...filters, ...(due && { due: localDay(new Date()) }) };
    return (await api.send(NoteList, { ...page, condition })).notes;
  },
});

const file = fileFor('text', '--file <file>', 'read the text from a file; - is standard input');

const addFlags = {
  record: control(required('<record>', 'what it is about', oneOf('client', 'contract', 'event'))),
  about: control(required('<id>', "the record's id, or a part of its name", line(200))),
  text: required('<text>', 'the text', noteText),
  ...fields.create,
  file,
};

const addNote = change(noun, {
  name: 'add',
  aliases: ['create'],
  summary: 'Write a note about a client, a contract or an event',
  flags: addFlags,
  examples: [
    ['note add client 12 "Call about the caterer" --remind +7d', ''],
    ['note add event gala --file minutes.txt', ''],
  ],
  notes: [
    'Colleagues read it on the page of the record. On the day of --remind you get a notification and an e-mail at seven in the morning, unless the note is done by then.',
  ],
  question: ({ record, about }) => `Add this note about ${record} ${about}?`,
  write: { verb: 'create' },
  async send(api, flags, invocation) {
    const { record, about, text, remind } = flags;
    const id = await resolveId(record, about, invocation);
    const note = { [`${record}Id`]: id, ...fields.input({ text, remind }) };
    return (await api.send(NoteAdd, { note })).createNote?.note;
  },
  done: (note) =>
    `Note ${note.id} added about ${aboutOf(note)}${note.remindOn ? `, to follow up on ${formatCell('date', note.remindOn)}` : ''}.`,
});

const updateNote = update(noun, {
  summary: 'Change a note of yours',
  flags: { file },
  examples: [
    ['note update 5 --remind +2d', 'put it off'],
    ['note update 5 --remind ""', 'no reminder any more'],
  ],
  send: async (api, { id, file: _, ...patch }) =>
    (await api.send(NoteUpdate, { id, patch: fields.input(patch) })).updateNote?.note,
});

const finishNote = change(noun, {
  name: 'done',
  aliases: ['finish'],
  summary: 'Mark a note of yours as done',
  flags: { id: noun.id },
  examples: [['note done 5', '']],
  write: { verb: 'finish' },
  send: async (api, { id }) => (await api.send(NoteDone, { id })).finishNote?.note,
  done: 'done',
});

const reopenNote = change(noun, {
  name: 'reopen',
  summary: 'Take back that a note is done',
  flags: { id: noun.id },
  examples: [['note reopen 5', '']],
  write: { verb: 'reopen' },
  send: async (api, { id }) => (await api.send(NoteReopen, { id })).reopenNote?.note,
  done: 'reopened',
});

const deleteNote = change(noun, {
  name: 'delete',
  summary: 'Delete a note of yours',
  flags: { id: noun.id },
  examples: [['note delete 5 --yes', '']],
  write: { verb: 'delete' },
  confirm: {
    question: (note) =>
      `Delete note ${note.id} (${noun.summaryOf(note)})? It cannot be brought back.`,
  },
  send: async (api, { id }) => (await api.send(NoteDelete, { id })).deleteNote?.note,
  done: 'deleted',
});

export const note: Noun = {
  fields: fields.columns,
  create: addFlags,
  history,
  commands: [
    listNotes,
    view(
      noun,
      sheet<Note>({
        fetch: fetchNote,
        columns: fields.columns,
        lines: () => pickColumns(fields.columns, 'id,about,text,remind,author,created,done'),
        sections: [],
      }),
    ),
    addNote,
    updateNote,
    finishNote,
    reopenNote,
    deleteNote,
  ],
};
