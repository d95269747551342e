import { sheet } from '../../core/command/view.ts';
import { type Column, pickColumns } from '../../core/output/columns.ts';
import { money } from '../../core/output/format.ts';
import { contactLine } from '../../core/text/words.ts';
import { EventSheet, type EventSheetQuery } from '../../operations/index.ts';
import { notesSection } from '../note/fields.ts';
import { fields } from './fields.ts';

export type EventSeen = NonNullable<EventSheetQuery['event']>;

const line = (
  key: string,
  label: string,
  value: (row: EventSeen) => string | null | undefined,
): Column<EventSeen> => ({ key, label, kind: 'text', value });

const of = (
  person: 'commercial' | 'supportContact',
  field: 'phone' | 'email',
  key: string,
  label: string,
): Column<EventSeen> => ({
  key,
  label,
  kind: field === 'phone' ? 'phone' : 'text',
  borrowed: true,
  value: (event) => event[person]?.[field],
});

const columns: readonly Column<EventSeen>[] = [
  ...fields.columns,
  of('supportContact', 'phone', 'supportPhone', 'Support phone'),
  of('supportContact', 'email', 'supportEmail', 'Support e-mail'),
  of('commercial', 'phone', 'salesContactPhone', 'Sales contact phone'),
  of('commercial', 'email', 'salesContactEmail', 'Sales contact e-mail'),
];

/** What `event view` shows. */
export const eventSheet = sheet<EventSeen>({
  fetch: async (api, id, size) => (await api.send(EventSheet, { id, ...size })).event,
  columns,
  lines: () => [
    ...pickColumns(columns, 'id,title,start,end,status,location,attendees'),
    line('support', 'Support', ({ supportContact }) => contactLine(supportContact)),
    ...pickColumns(columns, 'client'),
    line('contact', 'Contact', ({ contract }) => contactLine(contract?.client)),
    line('contract', 'Contract', ({ contractId, contract }) =>
      [contractId, contract?.status, contract && money(contract.totalAmount)]
        .filter(Boolean)
        .join(', '),
    ),
    line('salesContact', 'Sales contact', ({ commercial }) => contactLine(commercial)),
    ...pickColumns(columns, 'notes'),
  ],
  sections: [notesSection('event')],
});
