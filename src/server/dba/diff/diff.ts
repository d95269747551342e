import type { Client } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import type { AcceptedFinding, Exceptions } from '../exceptions.ts';
import { type Place, readPlace } from '../place.ts';
import { compareSnapshots, type Difference } from './compare.ts';
import { type Pending, readPending } from './pending.ts';
import { leaveOut, type Reference, readReference, takeSnapshot } from './reference.ts';

/** A database compared with db/. */
export interface Comparison {
  database: Place;
  /** The number of objects compared. */
  compared: number;
  differences: Difference[];
  /** What db/ has that was not deployed yet: migrations, and parts of it by name. */
  pending: Pick<Pending, 'migrations' | 'parts'>;
  /** Differences that db/dba/41_suppression.sql or the deployment accepts, and why. */
  accepted: { kind: string; name: string; state: Difference['state']; reason: string }[];
}

/** Compares the database of an administrator's connection with db/, and changes nothing. */
export async function compareWithFiles(
  { client, url }: { client: Client; url: string },
  exceptions: Exceptions,
  signal: AbortSignal,
): Promise<Comparison> {
  await checkThatItWasDeployed(client);
  const foreignSchemas = Object.keys(exceptions.foreignSchemas);
  const reference = await readReference(client, url, foreignSchemas, signal);
  signal.throwIfAborted();
  await client.query(
    `begin isolation level repeatable read read only; set local lock_timeout = '10s'`,
  );
  try {
    await leaveOut(client, foreignSchemas);
    return await compareWithReference(client, reference, exceptions.accepted);
  } finally {
    await client.query('rollback');
  }
}

/** Compares in the transaction of the caller, and sees its uncommitted changes. */
export async function compareWithReference(
  client: Client,
  reference: Reference,
  alsoAccepted: readonly AcceptedFinding[] = [],
): Promise<Comparison> {
  const found = await takeSnapshot(client, reference.queries.database);
  const foundRoles = await takeSnapshot(client, reference.queries.roles);
  const { migrations, parts, explains } = await readPending(client);
  const differences = [
    ...compareSnapshots(reference.database, found, reference.replaceable, explains),
    ...compareSnapshots(reference.roles, foundRoles, reference.replaceable),
  ];
  const reasons = new Map([
    ...reference.accepted,
    ...alsoAccepted
      .filter(({ rule }) => rule === 'drift')
      .map(({ object, reason }): [string, string] => [object, reason]),
  ]);
  const reasonFor = ({ kind, name }: Difference) => reasons.get(`${kind} ${name}`);
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
