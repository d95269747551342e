import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { databasePath } from '../sql-file.ts';

/** The roles of db/roles.sql that a server lacks, by name. They belong to the server, not to a database. */
export async function missingRoles(client: ClientBase): Promise<string[]> {
  const text = await readFile(databasePath('roles.sql'), 'utf8');
  const ours = [...new Set([...text.matchAll(/'(epic_\w+)'/g)].map(([, role = '']) => role))];
  const { rows } = await client.query<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any($1)',
    [ours],
  );
  return ours.filter((role) => !rows.some(({ name }) => name === role));
}

const ITERATIONS = 4096;

/**
 * The SCRAM verifier of a password (RFC 5803), sent instead of it, so that the password appears neither on the wire nor in
 * a log of the server.
 */
export function passwordVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  const serverKey = sign('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
