import { date, email, line, phone } from '../../core/args/parsers.ts';
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
    id: { label: 'ID', kind: 'id', priority: 0, sort: 'ID' },
    fullName: {
      label: 'Name',
      kind: 'text',
      priority: 0,
      sort: 'FULL_NAME',
      flag: '--name <name>',
      help: 'first and last name',
      parse: line(200),
      create: 'required',
      update: 'set',
    },
    companyName: {
      label: 'Company',
      kind: 'text',
      priority: 1,
      sort: 'COMPANY_NAME',
      flag: '--company <name>',
      help: 'the company they buy for',
      updateHelp: 'company',
      parse: line(200),
      create: 'optional',
      update: 'set or clear',
    },
    email: {
      label: 'E-mail',
      kind: 'text',
      priority: 2,
      flag: '--email <address>',
      help: 'e-mail address',
      parse: email,
      create: 'required',
      update: 'set',
    },
    phone: {
      label: 'Phone',
      kind: 'phone',
      priority: 4,
      flag: '--phone <number>',
      help: 'telephone number',
      parse: phone,
      create: 'optional',
      update: 'set or clear',
    },
    commercial: {
      label: 'Sales contact',
      kind: 'text',
      priority: 3,
      value: (client) => client.commercialName,
    },
    commercialId: { label: 'Sales contact ID', kind: 'id', column: 'commercial_contact_id' },
    firstContact: {
      label: 'First contact',
      kind: 'date',
      sort: 'FIRST_CONTACT',
      flag: '--first-contact <date>',
      help: 'day of the first contact, today by default',
      parse: date,
      create: 'optional',
      suggest: () => 'today',
    },
    lastUpdate: { label: 'Last update', kind: 'instant', priority: 5, sort: 'LAST_UPDATE' },
    erasedAt: { label: 'Erased', kind: 'instant' },
    version: { label: 'Version', kind: 'number' },
  },
  ['fullName', 'email', 'phone'],
);

/** One in a sentence. */
export const summaryOf = ({ fullName, companyName }: Pick<Client, 'fullName' | 'companyName'>) =>
  companyName ? `${fullName}, ${companyName}` : fullName;
