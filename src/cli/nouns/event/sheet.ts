import { contactColumns, sheet, textColumn } from '../../core/command/view.ts';
import { type Column, pickColumns } from '../../core/output/columns.ts';
import { money } from '../../core/output/format.ts';
import { contactLine } from '../../core/text/words.ts';
import { EventSheet, type EventSheetQuery } from '../../operations/index.ts';
import { notesSection } from '../note/fields.ts';
import { fields } from './fields.ts';

export type EventSeen = NonNullable<EventSheetQuery['event']>;

const columns: readonly Column<EventSeen>[] = [
  ...fields.columns,
  ...contactColumns<EventSeen>('support', ({ supportContact }) => supportContact),
  ...contactColumns<EventSeen>('salesContact', ({ commercial }) => commercial),
];

/** What `event view` shows. */
export const eventSheet = sheet<EventSeen>({
  fetch: async (api, id, size) => (await api.send(EventSheet, { id, ...size })).event,
  columns,
  lines: () => [
    ...pickColumns(columns, 'id,title,start,end,status,location,attendees'),
    textColumn('support', ({ supportContact }) => contactLine(supportContact)),
    ...pickColumns(columns, 'client'),
    textColumn('contact', ({ contract }) => contactLine(contract.client)),
    textColumn('contract', ({ contractId, contract }) =>
      [contractId, contract.status, money(contract.totalAmount)].filter(Boolean).join(', '),
    ),
    textColumn('salesContact', ({ commercial }) => contactLine(commercial)),
    ...pickColumns(columns, 'notes'),
  ],
  sections: [notesSection('event')],
});
