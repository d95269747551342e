import type { Api } from '../../core/api/api.ts';
import { between, date, since } from '../../core/args/dates.ts';
import { control, optional, required, toggle, type Values } from '../../core/args/flag.ts';
import { idOf, line } from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun, Services } from '../../core/command/command.ts';
import { assertCanConfirm, confirm, yes } from '../../core/command/confirm.ts';
import { list } from '../../core/command/list.ts';
import { recordNotFound, recordNoun } from '../../core/command/record.ts';
import { update } from '../../core/command/update.ts';
import { view } from '../../core/command/view.ts';
import { CliError, cancelled } from '../../core/errors.ts';
import type { Output } from '../../core/output/output.ts';
import { printable, shorten } from '../../core/output/text.ts';
import {
  ClientContact,
  ClientCreate,
  ClientErase,
  ClientHandOver,
  ClientList,
  ClientUpdate,
  ClientView,
  SimilarClients,
} from '../../operations/index.ts';
import { exportClient } from './export.ts';
import { fields, summaryOf } from './fields.ts';
import { history } from './history.ts';
import { mergeClients, orMerged } from './merge.ts';
import { clientSheet } from './sheet.ts';

const noun = recordNoun({
  name: 'client',
  fields,
  id: required('<id>', "the client's id, or a part of the name", idOf('client')),
  fetch: async (api, id) => orMerged(api, id, (await api.send(ClientView, { id })).client),
  summaryOf,
});

const listClients = list(fields, {
  summary: 'List clients',
  flags: {
    mine: toggle('-m, --mine', 'only those you look after'),
    commercialId: optional(
      '--sales-contact <employee>',
      'only those that this employee looks after',
      idOf('employee'),
    ),
    search: optional(
      '-S, --search <text>',
      'only where the name, company or e-mail contains this',
      line(200),
    ),
    notContactedSince: optional(
      '--not-contacted-since <date>',
      'only those neither contacted nor changed since a day, or for so long: 30d',
      since,
    ),
    firstContact: optional(
      '--between <period>',
      'only those first met in this period: 2026-01-01..2026-03-31',
      between(date, date),
    ),
  },
  sortedBy: ({ firstContact }) => (firstContact ? 'FIRST_CONTACT_ASC' : 'ID_ASC'),
  ifEmpty: 'No client matches. Enter one: epic client create',
  examples: [
    ['client list --mine', 'the clients you look after'],
    ['client list --search dupont --fields id,name,phone', ''],
    ['client list --mine --not-contacted-since 30d', 'whom to call'],
    ['client list --sort lastUpdate:desc --csv > clients.csv', 'for a spreadsheet'],
  ],
  fetch: async (api, { firstContact, ...filters }, page) => {
    const period = { firstContactFrom: firstContact?.from, firstContactTo: firstContact?.to };
    return (await api.send(ClientList, { ...page, condition: { ...filters, ...period } })).clients;
  },
});

const createFlags = {
  ...fields.create,
  allowDuplicate: control(
    toggle('--allow-duplicate', 'enter them even if there is a client like them'),
  ),
};

const inOneWriting = new Intl.Collator(undefined, { sensitivity: 'base', usage: 'search' });

/**
 * Shows the clients who look like a new one. A terminal asks whether it is another; elsewhere one with the same e-mail
 * address, or the same name and phone number, is refused.
 */
async function refuseDuplicate(
  { name, email, phone, allowDuplicate }: Values<typeof createFlags>,
  { api, output, prompts }: Services,
): Promise<void> {
  const similar = (await api.send(SimilarClients, { name, email, phone })).similarClients;
  if (similar.length === 0) return;
  const knownAs = (like: (typeof similar)[number]) =>
    `${summaryOf(like)}, with ${like.commercialName}`;
  const twin = similar.find(
    (like) => like.sameEmail || (like.samePhone && inOneWriting.compare(like.fullName, name) === 0),
  );
  if (twin && !allowDuplicate && !prompts.possible) {
    const [field, what] = twin.sameEmail
      ? ['email', 'the same e-mail address']
      : ['phone', 'the same name and phone number'];
    throw new CliError({
      code: 'CONFLICT',
      kind: 'client_is_entered_once',
      field,
      message: `Client ${twin.id} has ${what}: ${knownAs(twin)}.`,
      facts: { clientId: twin.id },
      hint: 'If it is another client, add --allow-duplicate.',
    });
  }
  const lines = similar.map((like) => {
    const why = [
      like.sameEmail && 'same e-mail',
      like.samePhone && 'same phone',
      like.closeName && 'close name',
    ];
    return `${like.id}  ${knownAs(like)} (${why.filter(Boolean).join(', ')})`;
  });
  output.note('There is a client who looks like this one:', ...lines);
  if (allowDuplicate || !prompts.possible) return;
  if (!(await prompts.confirm(`Enter ${name} all the same?`))) {
    throw cancelled('Nothing was entered.');
  }
}

const createClient = change(noun, {
  name: 'create',
  summary: 'Enter a client, whom you then look after',
  flags: createFlags,
  examples: [['client create --name "Ana Dupont" --email ana@dupont.example', '']],
  notes: [
    'A client with the same e-mail address, or the same name and phone number, is shown first. A terminal asks whether it is another; elsewhere the new one is refused (exit code 6), unless --allow-duplicate is given.',
  ],
  question: () => 'Create a client?',
  write: { verb: 'create' },
  checksFirst: true,
  send: async (api, flags, invocation) => {
    await refuseDuplicate(flags, invocation);
    const { allowDuplicate: _, ...client } = flags;
    return (await api.send(ClientCreate, { client: fields.input(client) })).createClient?.client;
  },
  done: 'created',
});

const updateClient = update(noun, {
  summary: 'Change what is known of a client',
  examples: [
    ['client update 12 --phone "+33 6 12 34 56 78"', ''],
    ['client update 12', 'asks, with the present values to start from'],
  ],
  send: async (api, { id, ...patch }) =>
    (await api.send(ClientUpdate, { id, patch: fields.input(patch) })).updateClient?.client,
});

const contactedClient = change(noun, {
  name: 'contacted',
  summary: 'Record that you have spoken with a client',
  flags: { id: noun.id },
  examples: [['client contacted 12', 'so that --not-contacted-since leaves them out']],
  write: { verb: 'contact' },
  send: async (api, { id }) => (await api.send(ClientContact, { id })).recordContact?.client,
  done: 'contacted',
});

const handOverClient = change(noun, {
  name: 'handover',
  summary: 'Give a client to another sales contact',
  flags: {
    id: noun.id,
    salesContactId: required(
      '--to <employee>',
      'the sales employee who takes over',
      idOf('employee', 'sales'),
    ),
  },
  examples: [
    ['client handover 12 --to 4', 'employee 4 looks after client 12 from now on'],
    ['client handover "dupont sa" --to oscar', 'names will do where only one has them'],
  ],
  write: { verb: 'hand_over' },
  send: async (api, { id, salesContactId: to }) =>
    (await api.send(ClientHandOver, { id, to })).handOverClient?.client,
  done: ({ id, commercialName, ...client }) =>
    `Client ${id} handed over: ${summaryOf(client)}, now with ${commercialName}.`,
});

/** What holds the name of a client beside their record: an event, in its title or notes, or a note about a contract or event. */
type Mention = { eventId: number; title: string } | { noteId: number; body: string };

/** Asks to erase a client without confirming it, which the server refuses with what mentions the client. */
async function mentionsOf(api: Api, id: number): Promise<readonly Mention[]> {
  try {
    await api.send(ClientErase, { id, confirm: false });
    return [];
  } catch (error) {
    const { kind, facts } = error instanceof CliError ? error.problem : {};
    if (kind !== 'client_erasure_is_confirmed') throw error;
    return (facts?.mentionedIn ?? []) as Mention[];
  }
}

function noteMentions(mentions: readonly Mention[], output: Output): void {
  if (mentions.length === 0) return;
  output.note(
    'These hold the name of the client, and stay unchanged:',
    ...mentions.map((mention) =>
      'eventId' in mention
        ? `event ${mention.eventId}  “${mention.title}”`
        : `note ${mention.noteId}  “${shorten(printable(mention.body), 60)}”`,
    ),
  );
}

async function eraseQuestion(api: Api, id: number, mentions: number): Promise<string> {
  const row = await noun.fetch(api, id);
  if (!row) throw recordNotFound('client', id);
  const kept =
    mentions > 0
      ? ` The name stays in ${mentions === 1 ? 'the one record' : `the ${mentions} records`} above.`
      : '';
  return `Erase the name, e-mail address and telephone number of client ${id} (${summaryOf(row)}), and the text of the notes about them? This cannot be undone.${kept}`;
}

const eraseClient = change(noun, {
  name: 'erase',
  summary: "Erase a client's personal data, on their request",
  flags: { id: noun.id, yes },
  examples: [['client erase 12', 'contracts and events stay; this cannot be undone']],
  write: { verb: 'erase' },
  async send(api, { id, yes: isSure }, invocation) {
    if (!isSure) assertCanConfirm(invocation.prompts);
    const mentions = await mentionsOf(api, id);
    noteMentions(mentions, invocation.output);
    if (!isSure) await confirm(invocation, () => eraseQuestion(api, id, mentions.length));
    await api.send(ClientErase, { id, confirm: true });
    return noun.fetch(api, id);
  },
  done: (client) => `The personal data of client ${client.id} is erased.`,
});

export const client: Noun = {
  fields: fields.columns,
  create: fields.create,
  history,
  commands: [
    listClients,
    view(noun, clientSheet),
    createClient,
    updateClient,
    contactedClient,
    handOverClient,
    mergeClients(noun),
    exportClient(noun),
    eraseClient,
  ],
};
