import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { databasePath, type Statement, splitStatements, sqlFilesIn } from '../database/sql-file.ts';

/** A line of a file, with its path from the root of the repository: `db/policies/contract.sql`. */
export interface FileLine {
  file: string;
  line: number;
}

/** A grant as a person names it: `update (total_amount)` on a table, to a role. */
export interface GrantName {
  privilege: string;
  column?: string | null;
  role?: string | null;
}

/** Finds what db/policies says about a table, for tools that point at its lines. Tables are named with their schema. */
export interface PolicyFiles {
  /** The statement that creates a policy, by itself or with others: `call dba.require_session`. */
  policy(table: string, name: string): FileLine;
  /** The statement that grants this, or most of it. */
  grant(table: string, grant: GrantName): FileLine;
  /** Where the statements about a table begin. */
  table(table: string): FileLine;
  /** The definition of a function, in db/functions. */
  function(name: string): FileLine;
}

interface LocatedStatement extends Statement {
  file: string;
}

/** Reads db/policies and db/functions. What they do not hold is located at the nearest that they hold. */
export async function readPolicyFiles(): Promise<PolicyFiles> {
  const policies = await statementsIn('policies');
  const functions = await statementsIn('functions');
  const first = policies[0] ?? { file: 'db/policies', line: 1, text: '' };

  const table = (name: string): LocatedStatement =>
    policies.find(({ text }) => closes(text, name)) ??
    policies.find(({ text }) => mentions(text, name)) ?? { ...first, line: 1 };

  const policy = (on: string, name: string) =>
    policies.find(({ text }) => creates(text, on, name)) ??
    policies.find(({ text }) => adds(text, on, name)) ??
    table(on);

  const grant = (on: string, { privilege, column, role }: GrantName) => {
    const candidates = policies.filter(
      ({ text }) => /^grant\s/i.test(text) && mentions(text, on) && mentions(text, privilege),
    );
    const wanted = [role, column].filter((word) => typeof word === 'string');
    const matching = (words: string[]) =>
      candidates.find(({ text }) => words.every((word) => mentions(text, word)));
    return matching(wanted) ?? (role ? matching([role]) : undefined) ?? candidates[0] ?? table(on);
  };

  const definition = (name: string) =>
    functions.find(({ text }) =>
      new RegExp(`^create or replace (function|procedure) ${escapePattern(name)}\\s*\\(`, 'i').test(
        text,
      ),
    ) ??
    policies.find(({ text }) => mentions(text, name)) ?? { ...first, line: 1 };

  const located = ({ file, line }: LocatedStatement): FileLine => ({ file, line });
  return {
    policy: (on, name) => located(policy(on, name)),
    grant: (on, name) => located(grant(on, name)),
    table: (name) => located(table(name)),
    function: (name) => located(definition(name)),
  };
}

async function statementsIn(folder: string): Promise<LocatedStatement[]> {
  const files = await sqlFilesIn(databasePath(folder));
  const statements = await Promise.all(
    files.map(async (path) => {
      const file = `db/${relative(databasePath(), path).replaceAll('\\', '/')}`;
      const text = await readFile(path, 'utf8');
      return splitStatements(text).map((statement) => ({ ...statement, file }));
    }),
  );
  return statements.flat();
}

/** Whether a text has a name as a whole word, and not as a part of a longer one: `crm.client` in `on crm.client to`. */
function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w.])${escapePattern(name)}(?![\\w.])`, 'i').test(text);
}

function closes(text: string, table: string): boolean {
  return /^call dba\.close_table\s*\(/i.test(text) && mentions(text, table);
}

function creates(text: string, table: string, policy: string): boolean {
  return new RegExp(
    `^create policy ${escapePattern(policy)}\\s+on\\s+${escapePattern(table)}(?![\\w.])`,
    'i',
  ).test(text);
}

// the verb of the second factor's policies is the last argument of the call that adds them
function adds(text: string, table: string, policy: string): boolean {
  if (!mentions(text, table)) return false;
  if (/_in_session$/.test(policy)) return /^call dba\.require_session\s*\(/i.test(text);
  const verb = /_(create|update|delete|read)_(once_enrolled|with_second_factor)$/.exec(policy)?.[1];
  return (
    verb !== undefined &&
    /^call dba\.require_second_factor\s*\(/i.test(text) &&
    text.includes(`'${verb}'`)
  );
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
