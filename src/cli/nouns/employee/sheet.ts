import { columnsBut, section, sheet } from '../../core/command/view.ts';
import { type Column, pickColumns } from '../../core/output/columns.ts';
import { boundedCount } from '../../core/output/format.ts';
import { EmployeeSheet, type EmployeeSheetQuery } from '../../operations/index.ts';
import { fields as eventFields } from '../event/fields.ts';
import { fields } from './fields.ts';

type Seen = NonNullable<EmployeeSheetQuery['employee']>;

const count = (key: string, label: string, value: (row: Seen) => number): Column<Seen> => ({
  key,
  label,
  kind: 'number',
  value,
});

/** Those that they run, or sold. */
const eventsOf = ({ department, events, soldEvents }: Seen) =>
  ({ sales: soldEvents, support: events, management: undefined })[department];

const columns: readonly Column<Seen>[] = [
  ...fields.columns,
  count('clients', 'Clients', ({ clients }) => clients.totalCount),
  count('contractsToGetSigned', 'Contracts to get signed', ({ unsigned }) => unsigned.totalCount),
  count('contractsToBePaid', 'Contracts to be paid', ({ unpaid }) => unpaid.totalCount),
  count('eventsToCome', 'Events to come', (employee) => eventsOf(employee)?.totalCount ?? 0),
];

/** A count as far as it was counted. */
const bounded = (key: string): Column<Seen>[] =>
  pickColumns(columns, key).map((column) => ({
    ...column,
    value: (row) => boundedCount(Number(column.value(row))),
  }));

const loads = {
  sales: 'clients,contractsToGetSigned,contractsToBePaid,eventsToCome',
  support: 'eventsToCome',
  management: '',
};

/** What `employee view` shows. */
export const employeeSheet = sheet<Seen>({
  fetch: async (api, id, size) => (await api.send(EmployeeSheet, { id, ...size })).employee,
  columns,
  lines: ({ department }) => [
    ...pickColumns(columns, 'id,name,department,phone,email,active,created'),
    ...(loads[department] ? bounded(loads[department]) : []),
  ],
  sections: [
    section({
      key: 'events',
      title: 'Coming events',
      columns: columnsBut(eventFields.columns, 'support'),
      of: eventsOf,
      all: ({ id, department }) =>
        `event list --${department === 'sales' ? 'sales-contact' : 'support'} ${id} --upcoming`,
      ifEmpty: 'No coming events.',
    }),
  ],
});
