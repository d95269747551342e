import type { TestDatabase } from '../../support/database.ts';

/** A zone in which it is this hour now, whatever the hour of the test: `Etc/GMT-3` is three hours ahead. */
export function zoneAt(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** Adds a client of an employee, and returns its id. */
export async function addClientOf(database: TestDatabase, employee: number): Promise<number> {
  const [client] = await database.query<{ id: number }>(
    `insert into crm.client (full_name, email, company_name, commercial_contact_id)
     values ('Ada', 'ada@acme.example', 'Acme', $1) returning id`,
    [employee],
  );
  return client?.id ?? 0;
}

/** Adds a note about a client that its author is to be reminded of today, as it is in the zone. */
export async function addDueNote(
  database: TestDatabase,
  note: { client: number; author: number; body: string; zone: string },
): Promise<void> {
  await database.query(
    `insert into crm.note (client_id, author_id, body, created_at, remind_on)
     values ($1, $2, $3, now() - interval '1 month', (now() at time zone $4)::date)`,
    [note.client, note.author, note.body, note.zone],
  );
}

/** What the reminders say that have been written, the oldest first. */
export async function remindersIn(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ subject: string }>(
    `select subject from crm.notification where kind = 'note_due' order by id`,
  );
  return rows.map(({ subject }) => subject);
}
