import { type Company, commercialOf, type RecordName, remainsToBePaid } from './company.ts';

// The same record in the words of the database and of the model.

/** A row as the database holds it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: number };

const longAgo = '2020-02-02T10:00:00+00:00';

/** What the database works out by itself, and the model too. */
function workedOut(company: Company, record: RecordName, id: number): object {
  const contract = record === 'contract' && company.contract.get(id);
  if (!contract) return {};
  return {
    commercial_id: commercialOf(company, id),
    amount_to_be_paid: remainsToBePaid(company, contract),
  };
}

/** The rows that the database must hold, without their times. */
export function expectedRows(company: Company, record: RecordName): Row[] {
  return [...company[record].values()].map((row) => ({
    ...row,
    ...workedOut(company, record, row.id),
  }));
}

/** A row of the database as the model would know it. */
export function inModelTerms(record: RecordName, row: Row): Row {
  switch (record) {
    case 'client':
      return { ...row, is_erased: row.erased_at !== null };
    case 'contract':
      return { ...row, was_signed: row.signed_at !== null };
    case 'event':
      return { ...row, start_date: iso(row.start_date), end_date: iso(row.end_date) };
    case 'notification':
      return { ...row, is_read: row.read_at !== null };
    default:
      return row;
  }
}

/** The model's rows as the database would have them, had they been there for long. */
export function inDatabaseTerms(company: Company, record: RecordName): object[] {
  const times: { [Name in RecordName]: (row: Row) => object } = {
    employee: () => ({ creation_date: longAgo }),
    client: ({ is_erased }) => ({
      first_contact: longAgo,
      last_update: longAgo,
      erased_at: is_erased ? longAgo : null,
    }),
    contract: ({ was_signed }) => ({
      creation_date: longAgo,
      signed_at: was_signed ? longAgo : null,
    }),
    payment: () => ({ paid_on: longAgo }),
    event: () => ({}),
    notification: ({ event_id }) => ({
      kind: event_id === null ? 'contract_signed' : 'event_assigned',
      subject: 'Something',
      created_at: longAgo,
    }),
  };
  return expectedRows(company, record).map((row) => ({
    ...row,
    ...times[record](row),
    version: 1,
  }));
}

function iso(time: unknown): string {
  return new Date(String(time)).toISOString();
}
