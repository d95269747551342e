// node scripts/lint-with-splinter.ts FILE…: runs the rules of supabase/splinter, unchanged, on a database deployed from
// db/, and compares their findings with scripts/splinter-accepted.json.
//
// FILE is splinter.sql or any of lints/*.sql of splinter's repository. The database is that of DATABASE_ADMIN_URL, as a
// superuser, or else the embedded one. Everything is rolled back.
//
// The rules expect names of Supabase, so roles are renamed for the transaction: epic_anonymous is `anon`,
// each other role of the API in turn is `authenticated`.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { withAdminConnection } from '../src/server/database/deploy/admin.ts';
import { runSqlFile } from '../src/server/database/sql-file.ts';
import { OperatorError } from '../src/server/errors/errors.ts';

type Finding = { name: string; level: string; detail: string; cache_key: string };

const files = process.argv.slice(2);

try {
  if (files.length === 0) {
    throw new OperatorError(
      'Name the files with the rules: splinter.sql, or lints/*.sql.',
      'They are at https://github.com/supabase/splinter.',
    );
  }
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new OperatorError(`There is no file ${missing}.`);
  const accepted = await readAccepted();
  const findings = await withAdminConnection(process.env, ({ client }) => lint(client));
  report(findings, accepted);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${[error.message, error.hint].filter(Boolean).join('\n')}\n`);
  process.exitCode = 1;
}

async function readAccepted(): Promise<Map<string, string>> {
  const list: { findings: string[]; reason: string }[] = JSON.parse(
    await readFile(new URL('splinter-accepted.json', import.meta.url), 'utf8'),
  );
  return new Map(list.flatMap(({ findings, reason }) => findings.map((key) => [key, reason])));
}

async function lint(client: Client): Promise<Finding[]> {
  const findings = new Map<string, Finding>();
  await client.query('begin');
  try {
    await client.query(`
      set local search_path = '';
      set local pgrst.db_schemas = 'crm';
      create schema lint;
      create schema storage;
      create role service_role;
      alter role epic_anonymous rename to anon`);
    const { rows: roles } = await client.query<{ name: string }>(
      `select quote_ident(name) as name from dba.api_role
       where name not in ('epic_authenticator', 'anon') order by name`,
    );
    for (const { name } of roles) {
      await client.query(`savepoint one_role; alter role ${name} rename to authenticated`);
      for (const file of files) {
        for (const finding of await findingsOf(client, file)) {
          findings.set(finding.cache_key, finding);
        }
      }
      await client.query('rollback to savepoint one_role');
    }
  } finally {
    await client.query('rollback');
  }
  return [...findings.values()];
}

// splinter.sql is one long query; a file of lints/ creates a view to be read.
async function findingsOf(client: Client, file: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  await runSqlFile(client, file, ({ rows }) => findings.push(...rows.filter(isFinding)));
  const { rows: views } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_catalog.pg_class
     where relkind = 'v' and relnamespace = 'lint'::regnamespace`,
  );
  for (const { name } of views) {
    findings.push(...(await client.query<Finding>(`select * from ${name}`)).rows);
    await client.query(`drop view ${name}`);
  }
  return findings;
}

function isFinding(row: Partial<Finding>): row is Finding {
  return row.name !== undefined && row.level !== undefined && row.cache_key !== undefined;
}

function report(findings: readonly Finding[], accepted: ReadonlyMap<string, string>): void {
  const severe = findings.filter(({ level }) => level !== 'INFO');
  const unaccepted = severe.filter(({ cache_key }) => !accepted.has(cache_key));
  const byKey = severe.toSorted((one, other) => one.cache_key.localeCompare(other.cache_key));
  for (const { level, cache_key, detail } of byKey) {
    const reason = accepted.get(cache_key);
    process.stdout.write(
      reason === undefined
        ? `${level}  ${cache_key}\n  ${detail}\n\n`
        : `${level}  ${cache_key}\n  Accepted: ${reason}\n\n`,
    );
  }
  process.stdout.write(
    `${severe.length} of level ERROR or WARN, ${unaccepted.length} not accepted; ${findings.length - severe.length} of level INFO.\n`,
  );
  // only rules with findings are known to have been run
  const missing = [...accepted.keys()].filter(
    (key) =>
      severe.some(({ name }) => key.startsWith(`${name}_`)) &&
      severe.every(({ cache_key }) => cache_key !== key),
  );
  if (missing.length > 0) {
    process.stderr.write(`Accepted, but no longer found:\n  ${missing.join('\n  ')}\n`);
  }
  if (unaccepted.length > 0) process.exitCode = 1;
}
