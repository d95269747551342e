import type { Api } from '../../core/api/api.ts';
import { optional, required, suggesting, toggle } from '../../core/args/flag.ts';
import {
  between,
  date,
  email,
  idOf,
  line,
  orNothing,
  phone,
  since,
} from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun, Services } from '../../core/command/command.ts';
import { assertCanConfirm, confirm, yes } from '../../core/command/confirm.ts';
import { edit } from '../../core/command/edit.ts';
import { list } from '../../core/command/list.ts';
import { confirmationQuestion, view } from '../../core/command/view.ts';
import { CliError, cancelled } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
import type { Output } from '../../core/output/output.ts';
import { field } from '../../extras/import/fields.ts';
import { importVerb } from '../../extras/import/verb.ts';
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
import { type Client, columns, summaryOf } from './fields.ts';

const fetchClient = async (api: Api, id: number) => (await api.send(ClientView, { id })).client;
const question = confirmationQuestion('client', fetchClient, summaryOf);

const clientId = required('<id>', "the client's id, or a part of the name", idOf('client'));

const listClients = list({
  summary: 'List clients',
  flags: {
    mine: toggle('--mine', 'only those I look after'),
    search: optional(
      '--search <text>',
      'only where the name, company or e-mail contains this',
      line(200),
    ),
    notContactedSince: optional(
      '--not-contacted-since <date>',
      'only those neither contacted nor changed since a day, or for so long: 30d',
      since,
    ),
    between: optional(
      '--between <period>',
      'only those first met in this period: 2026-01-01..2026-03-31',
      between(date, date),
    ),
  },
  columns,
  sort: {
    id: 'ID',
    fullName: 'FULL_NAME',
    companyName: 'COMPANY_NAME',
    firstContact: 'FIRST_CONTACT',
    lastUpdate: 'LAST_UPDATE',
  },
  sortedBy: 'ID_ASC',
  ifEmpty: 'No client matches. Enter one: epic client create',
  examples: [
    ['client list --mine', 'the clients I look after'],
    ['client list --search dupont --fields id,fullName,phone', ''],
    ['client list --mine --not-contacted-since 30d', 'whom I should call'],
    ['client list --sort lastUpdate:desc --csv > clients.csv', 'for a spreadsheet'],
  ],
  fetch: async (api, { mine, search, notContactedSince, between: met }, page) => {
    const condition = {
      mine: mine || undefined,
      search,
      notContactedSince,
      firstContactFrom: met?.from,
      firstContactTo: met?.to,
    };
    return (await api.send(ClientList, { ...page, condition })).clients;
  },
});

const viewClient = view({ noun: 'client', id: clientId, columns, fetch: fetchClient });

/** Says whom a new client looks like, and asks on a terminal: it may be the same. */
async function askAboutSimilar(
  flags: { name: string; email: string; phone?: string | undefined },
  { api, output, prompts }: Pick<Services, 'api' | 'output' | 'prompts'>,
): Promise<void> {
  const { similarClients } = await api.send(SimilarClients, {
    name: flags.name,
    email: flags.email,
    phone: flags.phone,
  });
  if (!similarClients || similarClients.length === 0) return;
  const lines = similarClients.map((like) => {
    const why = [
      like.sameEmail && 'same e-mail',
      like.samePhone && 'same phone',
      like.closeName && 'close name',
    ];
    const known = `${like.id}  ${summaryOf(like)}, with ${like.commercialName}`;
    return `${known} (${why.filter(Boolean).join(', ')})`;
  });
  output.note('There is a client who looks like this one:', ...lines);
  if (!prompts.possible) return;
  if (!(await prompts.confirm(`Enter ${flags.name} all the same?`))) {
    throw cancelled('Nothing was entered.');
  }
}

const createClient = change({
  noun: 'client',
  name: 'create',
  summary: 'Enter a client, whom you then look after',
  flags: {
    name: required('--name <name>', 'first and last name', line(200)),
    email: required('--email <address>', 'e-mail address', email),
    phone: optional('--phone <number>', 'telephone number', phone),
    company: optional('--company <name>', 'the company they buy for', line(200)),
    firstContact: suggesting(
      optional('--first-contact <date>', 'day of the first contact, today by default', date),
      () => 'today',
    ),
  },
  columns,
  examples: [['client create --name "Ana Dupont" --email ana@dupont.example', '']],
  question: () => 'Create a client?',
  deed: {
    verb: 'create',
    writes: ({ name, email, phone, company, firstContact }) => ({
      fullName: name,
      email,
      phone,
      companyName: company,
      firstContact,
    }),
  },
  send: async (api, flags, client, invocation) => {
    await askAboutSimilar(flags, invocation);
    return (await api.send(ClientCreate, { client })).createClient?.client;
  },
  done: (client) => `Client ${client.id} created: ${summaryOf(client)}.`,
});

const importClients = importVerb({
  noun: 'client',
  plural: 'clients',
  fields: [
    field(['fullName', 'name'], 'full_name', line(200)),
    field(['email'], 'email', email),
    field(['phone'], 'phone', phone),
    field(['companyName', 'company'], 'company_name', line(200)),
    field(['firstContact'], 'first_contact', date),
  ],
  kept: columns.map(({ key }) => key),
  needed: [['fullName'], ['email']],
  neededToMatch: [['email']],
  examples: [
    ['client import clients.csv --dry-run', 'what is wrong with it, line by line'],
    ['client import clients.csv', 'create them all, if none is known yet'],
    ['client import clients.csv --match email', 'change those I have, create the others'],
  ],
});

const updateClient = edit({
  noun: 'client',
  id: clientId,
  summary: 'Change what is known of a client',
  flags: {
    name: optional('--name <name>', 'first and last name', line(200)),
    email: optional('--email <address>', 'e-mail address', email),
    phone: optional('--phone <number>', 'telephone number; "" for none', orNothing(phone)),
    company: optional('--company <name>', 'company; "" for none', orNothing(line(200))),
  },
  columns,
  examples: [
    ['client update 12 --phone "+33 6 12 34 56 78"', ''],
    ['client update 12', 'asks, with the present values to start from'],
  ],
  writes: ({ name, email, phone, company }) => ({
    fullName: name,
    email,
    phone,
    companyName: company,
  }),
  fetch: fetchClient,
  send: async (api, id, patch) =>
    (await api.send(ClientUpdate, { id, patch })).updateClient?.client,
  done: (client) => `Client ${client.id} updated: ${summaryOf(client)}.`,
});

const contactedClient = change({
  noun: 'client',
  name: 'contacted',
  summary: 'Record that you have spoken with a client',
  flags: { id: clientId },
  columns,
  examples: [['client contacted 12', 'so that --not-contacted-since leaves them out']],
  deed: { verb: 'contact', writes: () => ({}) },
  send: async (api, { id }) => (await api.send(ClientContact, { id })).recordContact?.client,
  done: (client) => `Client ${client.id} contacted: ${summaryOf(client)}.`,
});

const handOverClient = change({
  noun: 'client',
  name: 'handover',
  summary: 'Give a client to another sales contact',
  flags: {
    id: clientId,
    to: required('--to <employee>', 'the sales employee who takes over', idOf('employee', 'sales')),
  },
  columns,
  examples: [
    ['client handover 12 --to 4', 'employee 4 looks after client 12 from now on'],
    ['client handover "dupont sa" --to oscar', 'names will do where only one has them'],
  ],
  deed: { verb: 'update', writes: ({ to }) => ({ commercialId: to }) },
  send: async (api, { id, to }) =>
    (await api.send(ClientHandOver, { id, to })).handOverClient?.client,
  done: (client) =>
    `Client ${client.id} handed over: ${summaryOf(client)}, now with ${client.commercialName ?? 'another contact'}.`,
});

/** An event whose title or notes hold the name of a client. */
interface Mention {
  eventId: number;
  title: string;
}

/** A client who is erased, and the events that have not been named yet. */
type Erased = Client & { mentionedIn: readonly Mention[] };

const columnsOfErased: readonly Column<Erased>[] = columns;

/** Asks to erase a client without confirming it, which the server refuses with the events that mention the client. */
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

function nameMentions(mentions: readonly Mention[], output: Output): void {
  if (mentions.length === 0) return;
  output.note(
    'The title or notes of these events hold the name of the client, and stay unchanged:',
    ...mentions.map(({ eventId, title }) => `${eventId}  “${title}”`),
  );
}

const eraseClient = change({
  noun: 'client',
  name: 'erase',
  summary: "Erase a client's personal data, on their request",
  flags: { id: clientId, yes },
  columns: columnsOfErased,
  examples: [['client erase 12', 'contracts and events stay; this cannot be undone']],
  deed: { verb: 'erase', writes: () => ({}) },
  async send(api, { id }, _, invocation): Promise<Erased | null> {
    const { flags, output, prompts } = invocation;
    if (!flags.yes) {
      assertCanConfirm(prompts);
      nameMentions(await mentionsOf(api, id), output);
      await confirm(invocation, () => question(api, 'Erase the personal data of', id));
    }
    const { eraseClient: erased } = await api.send(ClientErase, { id, confirm: true });
    const mentions = erased?.erasure?.mentionedIn.filter((each) => each !== null) ?? [];
    const client = await fetchClient(api, id);
    return client ? { ...client, mentionedIn: flags.yes ? mentions : [] } : null;
  },
  done: (client) => `The personal data of client ${client.id} is erased.`,
  afterwards: ({ mentionedIn }, output) => nameMentions(mentionedIn, output),
});

export const client: Noun = {
  fields: columns,
  commands: [
    listClients,
    viewClient,
    createClient,
    updateClient,
    importClients,
    contactedClient,
    handOverClient,
    eraseClient,
  ],
};
