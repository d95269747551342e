import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { runStatements } from '../sql-file.ts';
import type { Part, ReplaceableFiles } from './replaceable.ts';

// grants on schemas and functions: always applied, since recreated functions have none
const ALWAYS_APPLIED = 'policies/00_schemas_and_functions.sql';

/**
 * Applies what has changed since the last deployment, or everything, in the transaction and role of the caller, and drops
 * what no file defines any more. Returns the names of the applied parts.
 * @throws OperatorError naming the file and line that PostgreSQL refused.
 */
export async function replaceInPlace(
  client: Client,
  files: ReplaceableFiles,
  { everything }: { everything: boolean },
): Promise<string[]> {
  const applied = await readApplied(client);
  const isDue = ({ name, digest }: Part) => everything || applied.get(name) !== digest;
  if (applied.get('release') === files.digest && !everything) return [];

  await client.query('savepoint before_replacing');
  let due = await dueParts(client, files, isDue);
  try {
    await applyParts(client, files, due);
    await dropUndefined(client, files, applied);
  } catch (error) {
    if (!mustBeDropped(error)) throw error;
    // a new signature, or a view with fewer columns: drop and recreate everything
    await client.query('rollback to savepoint before_replacing');
    const known = [...applied.keys(), ...files.functions.map(({ name }) => name)];
    for (const name of new Set(known)) await drop(client, name, 'cascade');
    due = await dueParts(client, files, () => true);
    await applyParts(client, files, due);
  }
  await recordApplied(client, files);
  return [...due].filter(({ isRepeated }) => !isRepeated).map(({ name }) => name);
}

/** Changed parts, and those that are missing from the database. */
async function dueParts(
  client: Client,
  files: ReplaceableFiles,
  isDue: (part: Part) => boolean,
): Promise<Set<Part>> {
  const present = await readPresent(client);
  const { functions, tools, policies } = files;
  return new Set([
    ...functions.filter((part) => part.isRepeated || isDue(part) || !present.has(part.name)),
    ...[tools].filter(isDue),
    ...policies.filter((part) => isDue(part) || part.name === ALWAYS_APPLIED),
  ]);
}

async function applyParts(client: Client, files: ReplaceableFiles, due: Set<Part>) {
  const isTrigger = ({ name }: Part) => name.startsWith('trigger ');
  const isDue = (part: Part) => due.has(part);
  const triggers = files.functions.filter(isDue).filter(isTrigger);
  const functions = files.functions.filter((part) => isDue(part) && !isTrigger(part));
  // first with unchecked bodies, so that the files need no order; then checked
  await client.query('set local check_function_bodies = off');
  for (const part of functions) await apply(client, part);
  await client.query('set local check_function_bodies = on');
  for (const part of functions) {
    if (part.name.startsWith('function ')) await apply(client, part);
  }
  await assertNoOverloads(client, files);
  // at the end what locks tables, and holds requests up until the transaction ends
  for (const part of [files.tools].filter(isDue)) await apply(client, part);
  for (const part of triggers) await apply(client, part);
  for (const part of files.policies.filter(isDue)) await apply(client, part);
}

async function apply(client: Client, { steps }: Part) {
  for (const { file, statements } of steps) await runStatements(client, file, statements);
}

/** `create or replace` with other arguments leaves the old function beside the new one. */
class Overloaded extends Error {}

async function assertNoOverloads(client: Client, { functions }: ReplaceableFiles) {
  const { rowCount } = await client.query(
    `select from pg_proc
     where pronamespace::regnamespace || '.' || proname = any($1)
     group by pronamespace, proname
     having count(*) > 1`,
    [functions.map(({ name }) => name.replace(/^\w+ /, ''))],
  );
  if (rowCount !== 0) throw new Overloaded('A function has changed its arguments.');
}

// SQLSTATEs of objects that must be dropped first: other result, columns or kind, or dependent objects
function mustBeDropped(error: unknown): boolean {
  const cause =
    error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  return (
    error instanceof Overloaded ||
    (cause instanceof DatabaseError && /^(42P13|42P16|42809|2BP01)$/.test(cause.code ?? ''))
  );
}

async function dropUndefined(
  client: Client,
  { functions }: ReplaceableFiles,
  applied: ReadonlyMap<string, string>,
) {
  const defined = new Set(functions.map(({ name }) => name));
  for (const name of applied.keys()) {
    if (!defined.has(name)) await drop(client, name, 'restrict');
  }
}

/** Drops a function, view or trigger by the name of its part, if it is there; of other parts does nothing. */
async function drop(client: Client, part: string, behaviour: 'cascade' | 'restrict') {
  const [kind, name, , table] = part.split(' ');
  if (kind === 'view') await client.query(`drop view if exists ${name} ${behaviour}`);
  if (kind === 'trigger') {
    await client.query(`drop trigger if exists ${escapeIdentifier(name ?? '')} on ${table}`);
  }
  if (kind !== 'function' && kind !== 'procedure') return;
  const { rows } = await client.query<{ signature: string }>(
    `select oid::regprocedure as signature from pg_proc
     where pronamespace::regnamespace || '.' || proname = $1`,
    [name],
  );
  for (const { signature } of rows) await client.query(`drop routine ${signature} ${behaviour}`);
}

/** The functions, views and triggers that the database has, by the names of their parts. */
async function readPresent(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(`
    select case prokind when 'p' then 'procedure ' else 'function ' end
      || pronamespace::regnamespace || '.' || proname as name
    from pg_proc
    union all
    select 'view ' || relnamespace::regnamespace || '.' || relname from pg_class where relkind = 'v'
    union all
    select 'trigger ' || tgname || ' on ' || relnamespace::regnamespace || '.' || relname
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where not tgisinternal`);
  return new Set(rows.map(({ name }) => name));
}

async function readApplied(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; digest: string }>(
    'select name, digest from deployment.applied',
  );
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

async function recordApplied(client: Client, files: ReplaceableFiles) {
  const { functions, tools, policies, digest } = files;
  const definitions = functions.filter(({ isRepeated }) => !isRepeated);
  const parts = [...definitions, tools, ...policies, { name: 'release', digest }];
  await client.query('delete from deployment.applied');
  await client.query(
    'insert into deployment.applied (name, digest) select * from unnest($1::text[], $2::text[])',
    [parts.map(({ name }) => name), parts.map((part) => part.digest)],
  );
}
