import { readdir } from 'node:fs/promises';
import { databasePath } from '../sql-file.ts';
import { readReplaceableFiles } from './replaceable.ts';

/** The state of db/ that this program comes with, as a deployment leaves it in a database. */
export type BuiltRelease = {
  /** The file name of the last migration. */
  migration: string;
  /** The digest of db/functions, db/dba and db/policies, in hexadecimal. */
  digest: string;
};

/** Reads it from the files of db/. */
export async function readBuiltRelease(): Promise<BuiltRelease> {
  const migrations = await readdir(databasePath('migrations', 'committed'));
  const { digest } = await readReplaceableFiles();
  return { migration: migrations.sort().at(-1) ?? '', digest };
}
