import { date } from '../../core/args/dates.ts';
import { email, line, phone } from '../../core/args/parsers.ts';
import { defineFields } from '../../core/command/fields.ts';
import type {
  ClientFieldsFragment,
  ClientInput,
  ClientOrderBy,
  ClientPatch,
} from '../../operations/index.ts';

export type Client = ClientFieldsFragment;

export const fields = defineFields<Client, ClientInput, ClientPatch, ClientOrderBy>()(
  {
    id: { kind: 'id', priority: 0, sort: 'ID' },
    name: {
      api: 'fullName',
      kind: 'text',
      priority: 0,
      least: 14,
      sort: 'FULL_NAME',
      flag: '--name <name>',
      help: 'first and last name',
      parse: line(200),
      create: 'required',
      update: 'set',
    },
    company: {
      api: 'companyName',
      kind: 'text',
      priority: 2,
      least: 12,
      sort: 'COMPANY_NAME',
      flag: '--company <name>',
      help: 'the company they buy for',
      updateHelp: 'company',
      parse: line(200),
      create: 'optional',
      update: 'set or clear',
    },
    email: {
      kind: 'text',
      priority: 1,
      whole: true,
      flag: '--email <address>',
      help: 'e-mail address',
      parse: email,
      create: 'required',
      update: 'set',
    },
    phone: {
      kind: 'phone',
      priority: 3,
      flag: '--phone <number>',
      help: 'telephone number',
      parse: phone,
      create: 'optional',
      update: 'set or clear',
    },
    salesContact: { api: 'commercialName', kind: 'text', priority: 4 },
    salesContactId: {
      api: 'commercialId',
      kind: 'id',
      column: 'commercial_contact_id',
    },
    firstContact: {
      kind: 'date',
      sort: 'FIRST_CONTACT',
      flag: '--first-contact <date>',
      help: 'day of the first contact, today by default',
      parse: date,
      create: 'optional',
      suggest: () => 'today',
    },
    lastUpdate: { kind: 'instant', priority: 5, sort: 'LAST_UPDATE' },
    erased: { api: 'erasedAt', kind: 'instant' },
    version: { kind: 'number' },
  },
  ['name', 'email', 'phone'],
);

/** One in a sentence. */
export const summaryOf = ({ fullName, companyName }: Pick<Client, 'fullName' | 'companyName'>) =>
  companyName ? `${fullName}, ${companyName}` : fullName;
