import type { ClientBase } from 'pg';

/** The roles of db/roles.sql. They belong to the server, not to a database. */
const ours = [
  'epic_owner',
  'epic_authenticator',
  'epic_anonymous',
  'epic_employee',
  'epic_sales',
  'epic_support',
  'epic_management',
  'epic_courier',
];

/** The roles of db/roles.sql that a server lacks, by name. */
export async function missingRoles(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any($1)',
    [ours],
  );
  return ours.filter((role) => !rows.some(({ name }) => name === role));
}
