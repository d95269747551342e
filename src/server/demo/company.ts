import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { databasePath } from '../database/sql-file.ts';
import { hashNewPassword } from '../identity/passwords.ts';

/** The password of everybody in the demo company, and of nobody anywhere else. */
export const demoPassword = 'epic-events-demo';

/**
 * Loads the demo company into a deployed database, unless somebody works there already.
 * Returns whether it was loaded. Needs a superuser: it dates the past, which nobody else may.
 */
export async function loadCompany(adminUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ empty: boolean }>(
      'select not exists (select from crm.employee) as empty',
    );
    if (!rows[0]?.empty) return false;
    const hash = await hashNewPassword(demoPassword);
    await client.query('begin');
    await client.query(await readFile(databasePath('demo', 'company.sql'), 'utf8'));
    await client.query(
      `insert into auth.credential (employee_id, password_hash, must_change)
       select id, $1, false from crm.employee`,
      [hash],
    );
    await client.query('commit');
    return true;
  } finally {
    await client.end();
  }
}
