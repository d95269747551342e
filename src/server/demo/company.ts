import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { databasePath } from '../database/sql-file.ts';
import { hashNewPassword } from '../identity/passwords.ts';

/** The password of every employee of the demo company. */
export const demoPassword = 'epic-events-demo';

/**
 * Loads the demo company into a deployed database, unless that has employees already. Needs a superuser, because it sets
 * dates in the past. Returns whether it was loaded, and how large the company is, in words.
 */
export async function loadCompany(adminUrl: string): Promise<{ isNew: boolean; size: string }> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows: employees } = await client.query('select from crm.employee limit 1');
    const isNew = employees.length === 0;
    if (isNew) await load(client);
    const { rows } = await client.query<{ size: string }>(
      `select format('%s clients, %s contracts and %s events',
         (select count(*) from crm.client),
         (select count(*) from crm.contract),
         (select count(*) from crm.event)) as size`,
    );
    return { isNew, size: rows[0]?.size ?? '' };
  } finally {
    await client.end();
  }
}

async function load(client: Client): Promise<void> {
  const hash = await hashNewPassword(demoPassword);
  await client.query('begin');
  await client.query(await readFile(databasePath('demo', 'company.sql'), 'utf8'));
  await client.query(
    `insert into identity.credential (employee_id, password_hash, must_change)
     select id, $1, false from crm.employee`,
    [hash],
  );
  await client.query('commit');
}
