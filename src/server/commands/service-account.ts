import { readFile } from 'node:fs/promises';
import { readServiceConfig } from '../config/server.ts';
import { OperatorError } from '../errors/errors.ts';
import {
  createServiceAccount,
  listServiceAccounts,
  revokeServiceAccount,
  rsaModulus,
} from '../identity/service-accounts.ts';
import { say, withOwner } from './owner.ts';

export type CreateOptions = {
  /** The e-mail address of an employee. */
  owner: string;
  /** The file of a public key. */
  publicKey: string;
  readOnly: boolean;
  /** The last day that it is good for: `2027-01-31`. */
  expires?: string;
};

/** `epic-server service create`. Prints the claims of its assertions to stdout, as JSON. */
export async function createService(name: string, options: CreateOptions): Promise<void> {
  const { owner, readOnly } = options;
  const { audience } = readServiceConfig(process.env);
  const expiresAt = endOf(options.expires);
  const modulus = rsaModulus(await read(options.publicKey));
  await withOwner((inTransaction) =>
    createServiceAccount(inTransaction, { name, owner, modulus, audience, readOnly, expiresAt }),
  );
  const until = expiresAt === null ? '' : `, until ${minute(expiresAt)}`;
  say(
    `Service account ${name} was created: it acts as ${owner}${readOnly ? ', for reading only' : ''}${until}.`,
  );
  say(
    'The program signs assertions with RS256, an exp of five minutes at most, a jti that is new each time, and:',
  );
  process.stdout.write(`${JSON.stringify({ iss: name, sub: name, aud: audience })}\n`);
}

/** `epic-server service list`: a table on stdout. */
export async function listServices(): Promise<void> {
  const accounts = await withOwner(listServiceAccounts);
  if (accounts.length === 0) say('There is no service account.');
  const heading = ['name', 'owner', 'rights', 'created', 'last used', 'expires'];
  const rows = accounts.map(({ name, owner, readOnly, createdAt, lastUsedAt, expiresAt }) => [
    ...[name, owner, readOnly ? 'read' : 'all', minute(createdAt)],
    ...[lastUsedAt === null ? 'never' : minute(lastUsedAt)],
    ...[expiresAt === null ? 'never' : minute(expiresAt)],
  ]);
  if (rows.length > 0) process.stdout.write(aligned([heading, ...rows]));
}

/** `epic-server service revoke`. */
export async function revokeService(name: string): Promise<void> {
  await withOwner((inTransaction) => revokeServiceAccount(inTransaction, name));
  say(`Service account ${name} was revoked, and its sessions have ended.`);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OperatorError(`The file ${file} cannot be read.`, undefined, error);
  }
}

/** The end of a day, in UTC. */
function endOf(day: string | undefined): Date | null {
  if (day === undefined) return null;
  const date = new Date(`${day}T24:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(date.getTime())) return date;
  throw new OperatorError(`“${day}” is not a day.`, 'Write it like 2027-01-31.');
}

const minute = (time: Date) => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, nth) =>
    Math.max(...rows.map((row) => row[nth]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, nth) => cell.padEnd(widths[nth] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}
