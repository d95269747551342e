import type { Client } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import { type Place, readPlace } from '../place.ts';
import { compareSnapshots, type Difference } from './compare.ts';
import { type Pending, readPending } from './pending.ts';
import { type Reference, readReference, takeSnapshot } from './reference.ts';

/** A database compared with db/. */
export interface Comparison {
  database: Place;
  /** The number of objects compared. */
  compared: number;
  differences: Difference[];
  /** What db/ has that was not deployed yet: migrations, and parts of it by name. */
  pending: Pick<Pending, 'migrations' | 'parts'>;
  /** Differences that db/dba/41_suppression.sql accepts, and why. */
  accepted: { kind: string; name: string; state: Difference['state']; reason: string }[];
}

/** Compares the database of a superuser's connection with db/, and changes nothing. */
export async function compareWithFiles(
  { client, url }: { client: Client; url: string },
  signal: AbortSignal,
): Promise<Comparison> {
  await checkThatItWasDeployed(client);
  const reference = await readReference(client, url, signal);
  signal.throwIfAborted();
  await client.query(
    `begin isolation level repeatable read read only; set local lock_timeout = '10s'`,
  );
  try {
    return await compareWithReference(client, reference);
  } finally {
    await client.query('rollback');
  }
}

/** Compares in the transaction of the caller, and sees its uncommitted changes. */
export async function compareWithReference(
  client: Client,
  reference: Reference,
): Promise<Comparison> {
  const found = await takeSnapshot(client, reference.queries.database);
  const foundRoles = await takeSnapshot(client, reference.queries.roles);
  const { migrations, parts, explains } = await readPending(client);
  const differences = [
    ...compareSnapshots(reference.database, found, reference.replaceable, explains),
    ...compareSnapshots(reference.roles, foundRoles, reference.replaceable),
  ];
  const reasonFor = ({ kind, name }: Difference) => reference.accepted.get(`${kind} ${name}`);
  return {
    database: await readPlace(client),
    compared: reference.database.size + reference.roles.size,
    pending: { migrations, parts },
    differences: differences.filter((difference) => reasonFor(difference) === undefined),
    accepted: differences.flatMap((difference) => {
      const { kind, name, state } = difference;
      const reason = reasonFor(difference);
      return reason === undefined ? [] : [{ kind, name, state, reason }];
    }),
  };
}

async function checkThatItWasDeployed(client: Client): Promise<void> {
  const { rows } = await client.query<{ columns: number }>(
    `select count(*)::integer as columns
     from pg_attribute
     where attrelid = to_regclass('graphile_migrate.migrations') and attname in ('filename', 'hash')`,
  );
  if (rows[0]?.columns === 2) return;
  throw new OperatorError(
    'This database does not say which migrations it has: graphile_migrate.migrations is missing or has been altered.',
    'If db/ was never deployed to it, do so: epic-server migrate',
  );
}
