import type { Client } from 'pg';

/** The database that a tool looks at, and the login that it looks as. */
export interface Place {
  name: string;
  host: string;
  port: number;
  login: string;
  /** Of PostgreSQL, such as 18.1. */
  version: string;
}

export async function readPlace(client: Client): Promise<Place> {
  const { rows } = await client.query<Pick<Place, 'name' | 'login' | 'version'>>(
    `select current_database() as name, session_user::text as login,
            split_part(current_setting('server_version'), ' ', 1) as version`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL returned no row for its own name');
  return { ...row, host: client.host, port: client.port };
}

/** The first line of every tool: `Database epic on localhost:5432 (PostgreSQL 18.1, as postgres)`. */
export function describePlace({ name, host, port, login, version }: Place): string {
  return `Database ${name} on ${host}:${port} (PostgreSQL ${version}, as ${login})`;
}
