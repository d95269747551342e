import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { databasePath } from '../sql-file.ts';

/** The roles of db/roles.sql that a server lacks, by name. They belong to the server, not to a database. */
export async function missingRoles(client: ClientBase): Promise<string[]> {
  const text = await readFile(databasePath('roles.sql'), 'utf8');
  const ours = [...text.matchAll(/'(epic_\w+)'/g)].map(([, role = '']) => role);
  const { rows } = await client.query<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any($1)',
    [ours],
  );
  return ours.filter((role) => !rows.some(({ name }) => name === role));
}
