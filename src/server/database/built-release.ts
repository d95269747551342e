import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { databasePath, sqlFilesIn } from './sql-file.ts';

/** The state of db/ that this program comes with, as a deployment leaves it in a database. */
export type BuiltRelease = {
  /** The file name of the last migration. */
  migration: string;
  /** The digest of the policy files and of the tools, in hexadecimal. */
  policies: string;
};

/** Reads it from the files of db/. */
export async function readBuiltRelease(): Promise<BuiltRelease> {
  const migrations = await readdir(databasePath('migrations', 'committed'));
  return { migration: migrations.sort().at(-1) ?? '', policies: await digestPolicies() };
}

/** SHA-256 of everything that each deployment applies anew, in hexadecimal. Does not depend on the line ends. */
export async function digestPolicies(): Promise<string> {
  const digest = createHash('sha256');
  for (const folder of ['dba', 'policies']) {
    for (const file of await sqlFilesIn(databasePath(folder))) {
      const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
      digest.update(`${relative(databasePath(), file).replaceAll('\\', '/')}\0${text}\0`);
    }
  }
  return digest.digest('hex');
}
