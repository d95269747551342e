import type { Client } from 'pg';

/** One thing that a database or the roles consist of, and everything about it that can be changed. */
export interface SnapshotObject {
  /** As PostgreSQL says: table, policy, table column, function; and grant, role, membership, setting, migration. */
  kind: string;
  name: string;
  /** Kind and name of what it comes and goes with: a column's table, for example. */
  partOf: string | null;
  properties: Map<string, string>;
}

/** All of them, by kind and name. */
export type Snapshot = ReadonlyMap<string, SnapshotObject>;

/** The text of dba.snapshot and dba.role_snapshot, to be asked of a database whose own may not be trusted. */
export interface Questions {
  database: string;
  roles: string;
}

// Settings are what somebody may have changed: neither may they end the question nor colour the answer. Names are
// written in full when nothing is in the path, and compiling the question takes longer than answering it.
const NEUTRAL = `
  select set_config(name, neutral, true)
  from (values
    ('search_path', ''), ('jit', 'off'), ('statement_timeout', '0'), ('transaction_timeout', '0'),
    ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'), ('extra_float_digits', '1'),
    ('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'), ('bytea_output', 'hex'),
    ('xmlbinary', 'base64')) wanted (name, neutral)
  join pg_catalog.pg_settings using (name)`;

interface Row {
  kind: string;
  name: string;
  part_of: string | null;
  property: string;
  value: string;
}

/** Takes the questions from a database that db/ was just deployed to. */
export async function readQuestions(client: Client): Promise<Questions> {
  // With dba in the path, a view names the other views of dba without it: like the parts of one query.
  await client.query(`select set_config('search_path', 'dba', false)`);
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select relname as name, pg_get_viewdef(oid) as definition
     from pg_class
     where relnamespace = 'dba'::regnamespace and relname ~ '^(role_)?snapshot'
     order by oid`,
  );
  const views = rows.map(({ name, definition }) => ({
    name,
    text: definition.trim().replace(/;$/, ''),
  }));
  const parts = views.filter(({ name }) => name !== 'role_snapshot');
  return {
    database: `with ${parts.map(({ name, text }) => `${name} as (${text})`).join(',\n')} table snapshot`,
    roles: views.find(({ name }) => name === 'role_snapshot')?.text ?? '',
  };
}

/** Answers one of the questions, in the transaction that the caller has begun. */
export async function ask(client: Client, question: string): Promise<Snapshot> {
  await client.query(NEUTRAL);
  const { rows } = await client.query<Row>(question);
  const snapshot = new Map<string, SnapshotObject>();
  for (const { kind, name, part_of: partOf, property, value } of rows) {
    const key = `${kind} ${name}`;
    const object = snapshot.get(key) ?? { kind, name, partOf, properties: new Map() };
    snapshot.set(key, object);
    object.properties.set(property, value);
  }
  return snapshot;
}
