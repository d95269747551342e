import { type RecordName, remainsToBePaid, type State, salesContactOf } from './state.ts';

// Rows as the database holds them and as the model does.

/** A row as the database holds it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: number };

const pastTime = '2020-02-02T10:00:00+00:00';

/** The columns that both the database and the model derive. */
function derivedColumns(state: State, record: RecordName, id: number): object {
  const event = record === 'event' && state.event.get(id);
  if (event) return { commercial_id: salesContactOf(state, event.contract_id) };
  const contract = record === 'contract' && state.contract.get(id);
  if (!contract) return {};
  return {
    commercial_id: salesContactOf(state, id),
    amount_to_be_paid: remainsToBePaid(state, contract),
  };
}

/** The rows that the database must hold, without their times. */
export function expectedRows(state: State, record: RecordName): Row[] {
  return [...state[record].values()].map((row) => ({
    ...row,
    ...derivedColumns(state, record, row.id),
  }));
}

/** A database row in terms of the model. */
export function toModelRow(record: RecordName, row: Row): Row {
  switch (record) {
    case 'client':
      return { ...row, is_erased: row.erased_at !== null };
    case 'contract':
      return { ...row, was_signed: row.signed_at !== null };
    case 'event':
      return { ...row, start_date: iso(row.start_date), end_date: iso(row.end_date) };
    case 'note':
      return { ...row, is_done: row.done_at !== null };
    case 'notification':
      return { ...row, is_read: row.read_at !== null };
    default:
      return row;
  }
}

/** The model's rows as database rows, with times long ago. */
export function toDatabaseRows(state: State, record: RecordName): object[] {
  const times: { [Name in RecordName]: (row: Row) => object } = {
    employee: () => ({ creation_date: pastTime }),
    client: ({ is_erased }) => ({
      last_update: pastTime,
      erased_at: is_erased ? pastTime : null,
    }),
    contract: ({ was_signed }) => ({
      creation_date: pastTime,
      signed_at: was_signed ? pastTime : null,
      updated_at: pastTime,
    }),
    payment: () => ({ paid_on: pastTime }),
    event: () => ({ updated_at: pastTime }),
    note: ({ is_done }) => ({ created_at: pastTime, done_at: is_done ? pastTime : null }),
    notification: ({ event_id }) => ({
      kind: event_id === null ? 'contract_signed' : 'event_assigned',
      subject: 'Something',
      created_at: pastTime,
    }),
  };
  return expectedRows(state, record).map((row) => ({
    ...row,
    ...times[record](row),
    version: 1,
  }));
}

function iso(time: unknown): string {
  return new Date(String(time)).toISOString();
}
