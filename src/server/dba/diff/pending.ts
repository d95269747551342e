import type { Client } from 'pg';
import { pendingMigrations } from '../../database/deploy/deploy.ts';
import { readReplaceableFiles } from '../../database/deploy/replaceable.ts';
import { readPolicyFiles } from '../policy-files.ts';
import type { SnapshotObject } from './reference.ts';

/** What db/ has that was not deployed to a database yet, so that a difference is no drift. */
export interface Pending {
  /** The files of migrations. */
  migrations: string[];
  /** The functions, policy files and tools that are not as the last deployment recorded them: `policies/contract.sql`. */
  parts: string[];
  /** Whether an object may differ because of them. */
  explains(object: SnapshotObject): boolean;
}

const SCHEMAS_AND_FUNCTIONS = 'policies/00_schemas_and_functions.sql';

/** Compares the digests that the last deployment recorded with db/. */
export async function readPending(client: Client): Promise<Pending> {
  const { functions, tools, policies } = await readReplaceableFiles();
  const { rows } = await client.query<{ name: string; digest: string }>(
    `select name, digest from deployment.applied where name <> 'release'`,
  );
  const applied = new Map(rows.map(({ name, digest }) => [name, digest]));
  const defined = new Map(
    [...functions.filter(({ isRepeated }) => !isRepeated), tools, ...policies].map(
      ({ name, digest }) => [name, digest],
    ),
  );
  const parts = new Set(
    [...applied.keys(), ...defined.keys()].filter(
      (name) => applied.get(name) !== defined.get(name),
    ),
  );
  const migrations = await pendingMigrations(client);
  const files = await readPolicyFiles();
  const partsOf = ({ kind, name, partOf }: SnapshotObject): string[] => {
    const own = `${kind} ${name}`.replace(/\(.*\)$/, '');
    const whole = (partOf ?? '').replace(/\(.*\)$/, '');
    const table = /^(?:table|view)(?: column)? (\w+\.\w+)/.exec(
      kind === 'policy' || kind === 'grant' ? whole : own,
    )?.[1];
    return [
      own,
      whole,
      ...(/(^| )dba(\.|$)/.test(whole) || / dba(\.|$)/.test(own) ? ['dba'] : []),
      ...(table === undefined ? [] : [files.table(table).file.replace(/^db\//, '')]),
      ...(kind === 'grant' && table === undefined ? [SCHEMAS_AND_FUNCTIONS] : []),
    ];
  };
  return {
    migrations,
    parts: [...parts].sort(),
    explains: (object) =>
      // a migration may change anything but what is replaced as a whole
      (migrations.length > 0 && !partsOf(object).some((part) => defined.has(part))) ||
      partsOf(object).some((part) => parts.has(part)),
  };
}
