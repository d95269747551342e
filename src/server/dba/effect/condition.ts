import type { Access, Command, Policy, Role, Table } from './access.ts';

/** The verbs of a record, as the matrix names them, each with its command. */
export const VERBS = {
  read: 'select',
  create: 'insert',
  update: 'update',
  delete: 'delete',
} as const;
export type Verb = keyof typeof VERBS;

/** What decides about the rows that a role may read, write or delete: SQL over the columns of the table. */
export interface Conditions {
  /** Of the row before; null where there is none, of create. */
  rows: string | null;
  /** Of the row as it would be stored; null where nothing is, of read and delete. */
  written: string | null;
}

/** The conditions that grants and policies make together; `false` without a grant, or without a policy. */
export function conditionsOf(table: Table | undefined, role: Role, verb: Verb): Conditions {
  const command = VERBS[verb];
  const isDenied = table === undefined || columnsOf(table, role, verb) === null;
  // a statement that names the rows that it changes sees no others
  const seen =
    !isDenied && (verb === 'update' || verb === 'delete')
      ? conditionOf(table, role, 'select', 'using')
      : 'true';
  const condition = (part: 'using' | 'check') =>
    isDenied ? 'false' : conditionOf(table, role, command, part);
  return {
    rows: verb === 'create' ? null : conjunction([seen, condition('using')]),
    written: verb === 'create' || verb === 'update' ? condition('check') : null,
  };
}

/** The columns of a verb that a role may use, of delete none; null when it has no grant at all. */
export function columnsOf(table: Table | undefined, role: Role, verb: Verb): string[] | null {
  return table?.privileges[`${role.name} ${VERBS[verb]}`] ?? null;
}

/** The policies that decide about a verb, those about reading what is changed included. */
export function policiesOf(table: Table | undefined, role: Role, verb: Verb): Policy[] {
  const commands: Command[] =
    verb === 'update' || verb === 'delete' ? ['select', VERBS[verb]] : [VERBS[verb]];
  return (table?.policies ?? []).filter((policy) =>
    commands.some((command) => applies(policy, role, command)),
  );
}

/** Whether a policy is about a command of a role. */
export function applies({ command, roles }: Policy, role: Role, wanted: Command): boolean {
  return (
    (command === 'all' || command === wanted) &&
    roles.some((name) => name === 'public' || role.inherits.includes(name))
  );
}

// As PostgreSQL combines them: permissive policies add up, restrictive ones are conditions on top, and a policy without
// an expression for this part is not there.
function conditionOf(table: Table, role: Role, command: Command, part: 'using' | 'check'): string {
  const isOwner = role.inherits.includes(table.owner);
  if (!table.isTable || !table.hasRowSecurity || role.bypassesRowSecurity) return 'true';
  if (isOwner && !table.isForced) return 'true';
  const policies = table.policies.filter((policy) => applies(policy, role, command));
  const expressions = (isPermissive: boolean) =>
    policies
      .filter((policy) => policy.isPermissive === isPermissive)
      .map(({ using, check }) => (part === 'check' ? (check ?? using) : using))
      .filter((expression) => expression !== null);
  return conjunction([disjunction(expressions(true)), ...expressions(false)]);
}

function disjunction(terms: readonly string[]): string {
  if (terms.includes('true')) return 'true';
  const open = unique(terms).filter((term) => term !== 'false');
  return open.length === 0 ? 'false' : open.map((term) => `(${term})`).join(' or ');
}

function conjunction(terms: readonly string[]): string {
  if (terms.includes('false')) return 'false';
  const limits = unique(terms).filter((term) => term !== 'true');
  return limits.length === 0 ? 'true' : limits.map((term) => `(${term})`).join(' and ');
}

function unique(terms: readonly string[]): string[] {
  return [...new Set(terms)].sort();
}

/** The functions that a text of SQL calls, and those that they call. */
export function functionsUnder(access: Access, direct: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const remaining = [...direct];
  for (let name = remaining.pop(); name !== undefined; name = remaining.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const { body } = access.functions.get(name) ?? { body: '' };
    for (const other of access.functions.keys()) {
      if (body.includes(`${other.slice(0, other.indexOf('('))}(`)) remaining.push(other);
    }
  }
  return found;
}
