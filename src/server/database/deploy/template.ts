import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Client } from 'pg';
import { installedRelease } from '../embedded/binaries.ts';
import { copyDataDirectory, type Template } from '../embedded/template.ts';
import { databasePath } from '../sql-file.ts';
import { localDatabaseName, openLocalDatabase } from './local.ts';

const templatesFolder = resolve(databasePath(), '../dist/database-template');

/**
 * The template of this release of PostgreSQL and of db/, or undefined when it was not made, or by an account whose files
 * this one cannot read.
 */
export async function findTemplate(): Promise<Template | undefined> {
  const pgdata = await currentTemplate();
  try {
    await access(join(pgdata, 'PG_VERSION'));
  } catch {
    return undefined;
  }
  return {
    pgdata,
    database: localDatabaseName,
    renewal: ['call dba.replace_proof_key()'],
  };
}

/**
 * Makes the template unless there is one, in the empty folder `scratch`, which PostgreSQL's account can reach, and removes
 * those of other releases. It holds a deployed database without rows, and no password.
 */
export async function makeTemplate(scratch: string): Promise<void> {
  const pgdata = await currentTemplate();
  if (!existsSync(pgdata)) {
    const { cluster, adminUrl } = await openLocalDatabase(scratch, () => undefined);
    try {
      await removePasswords(adminUrl);
    } finally {
      await cluster.close();
    }
    await mkdir(templatesFolder, { recursive: true });
    const unfinished = `${pgdata}.${process.pid}.tmp`;
    copyDataDirectory(join(cluster.folder, 'postgres'), unfinished, undefined);
    await rename(unfinished, pgdata);
  }
  for (const name of await readdir(templatesFolder)) {
    if (name === basename(pgdata)) continue;
    await rm(join(templatesFolder, name), { recursive: true, force: true });
  }
}

async function removePasswords(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`do $$
      declare
        login name;
      begin
        for login in select rolname from pg_authid where rolpassword is not null loop
          execute format('alter role %I password null', login);
        end loop;
      end
    $$`);
  } finally {
    await client.end();
  }
}

async function currentTemplate(): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  hash.update(`${await installedRelease()}\n`);
  const names = await readdir(databasePath(), { recursive: true });
  for (const name of names.filter((each) => each.endsWith('.sql')).sort()) {
    hash.update(`${name}\n`).update(await readFile(databasePath(name)));
  }
  return join(templatesFolder, hash.digest('hex').slice(0, 16));
}
