import { columnsBut, contactColumns, section, sheet, textColumn } from '../../core/command/view.ts';
import { type Column, pickColumns } from '../../core/output/columns.ts';
import { contactLine } from '../../core/text/words.ts';
import { ClientSheet, type ClientSheetQuery } from '../../operations/index.ts';
import { fields as contractFields } from '../contract/fields.ts';
import { fields as eventFields } from '../event/fields.ts';
import { notesSection } from '../note/fields.ts';
import { fields } from './fields.ts';
import { orMerged } from './merge.ts';

type Seen = NonNullable<ClientSheetQuery['client']> & Pick<ClientSheetQuery, 'events'>;

const columns: readonly Column<Seen>[] = [
  ...fields.columns,
  ...contactColumns<Seen>('salesContact', ({ commercial }) => commercial),
];

/** What `client view` shows. */
export const clientSheet = sheet<Seen>({
  async fetch(api, id, size) {
    const { client, events } = await api.send(ClientSheet, { id, ...size });
    return orMerged(api, id, client && { ...client, events });
  },
  columns,
  lines: ({ erasedAt }) => [
    ...pickColumns(columns, 'id,name,company,email,phone'),
    textColumn('salesContact', ({ commercial }) => contactLine(commercial)),
    ...pickColumns(columns, `firstContact,lastUpdate${erasedAt ? ',erased' : ''}`),
  ],
  sections: [
    section({
      key: 'contracts',
      title: 'Contracts',
      columns: columnsBut(contractFields.columns, 'client', 'salesContact'),
      of: ({ contracts }) => contracts,
      all: ({ id }) => `contract list --client ${id}`,
      ifEmpty: 'No contracts.',
    }),
    section({
      key: 'events',
      title: 'Coming events',
      columns: columnsBut(eventFields.columns, 'client'),
      of: ({ events }) => events,
      all: ({ id }) => `event list --client ${id} --upcoming`,
      ifEmpty: 'No coming events.',
    }),
    notesSection('client'),
  ],
});
