import type { Client } from 'pg';
import type { Policy, Table } from './access.ts';
import { VERBS, type Verb } from './condition.ts';

/** A policy that differs. */
export interface PolicyChange {
  name: string;
  state: 'added' | 'removed' | 'changed' | 'comment';
  /** What differs, before and after; null where there is none. */
  differences: { property: string; before: string | null; after: string | null }[];
}

const PROPERTIES: [string, (policy: Policy) => string | null][] = [
  ['as', ({ isPermissive }) => (isPermissive ? 'permissive' : 'restrictive')],
  ['for', ({ command }) => command],
  ['to', ({ roles }) => roles.join(', ')],
  ['using', ({ shown }) => shown.using],
  ['with check', ({ shown }) => shown.check],
];

const COMMENT: typeof PROPERTIES = [['comment', ({ sentence }) => sentence]];

/** The policies about a verb that differ, by name. */
export function policyChanges(
  { before, after }: { before: Table | undefined; after: Table | undefined },
  verb: Verb,
): PolicyChange[] {
  const isAbout = ({ command }: Policy) => command === 'all' || command === VERBS[verb];
  const named = (table: Table | undefined, name: string) =>
    table?.policies.find((policy) => policy.name === name);
  const all = [...(before?.policies ?? []), ...(after?.policies ?? [])];
  const names = new Set(all.filter(isAbout).map(({ name }) => name));
  return [...names]
    .sort()
    .map((name) => changeOf(name, named(before, name), named(after, name)))
    .filter(({ differences }) => differences.length > 0);
}

function changeOf(
  name: string,
  before: Policy | undefined,
  after: Policy | undefined,
): PolicyChange {
  const differing = (properties: typeof PROPERTIES) =>
    properties
      .map(([property, read]) => ({
        property,
        before: before === undefined ? null : read(before),
        after: after === undefined ? null : read(after),
      }))
      .filter((one) => one.before !== one.after);
  const differences = differing(PROPERTIES);
  if (differences.length === 0) return { name, state: 'comment', differences: differing(COMMENT) };
  const state = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return { name, state, differences };
}

/** Prints their expressions as a person would write them, with the database that holds db/. */
export async function readable(
  client: Client,
  policies: readonly PolicyChange[],
): Promise<(policy: PolicyChange) => PolicyChange> {
  const expressions = policies.flatMap(({ differences }) =>
    differences.filter(isExpression).flatMap(({ before, after }) => [before, after]),
  );
  const { rows } = await client.query<{ text: string; pretty: string }>(
    `select text, dba.pretty_expression(text) as pretty from unnest($1::text[]) text`,
    [[...new Set(expressions)].filter((text) => text !== null)],
  );
  const pretty = new Map(rows.map((row) => [row.text, row.pretty]));
  const printed = (text: string | null) => (text === null ? null : (pretty.get(text) ?? text));
  return (policy) => ({
    ...policy,
    differences: policy.differences.map((difference) =>
      isExpression(difference)
        ? { ...difference, before: printed(difference.before), after: printed(difference.after) }
        : difference,
    ),
  });
}

function isExpression({ property }: PolicyChange['differences'][number]): boolean {
  return property === 'using' || property === 'with check';
}
