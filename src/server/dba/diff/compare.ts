import { type Fix, fixOf } from './fix.ts';
import { normaliseExpression } from './normalise.ts';
import type { Snapshot, SnapshotObject } from './reference.ts';

/** An object that is not as db/ defines it. */
export interface Difference {
  kind: string;
  name: string;
  /** missing: only db/ has it. extra: only the database has it. */
  state: 'missing' | 'extra' | 'changed';
  fix: Fix;
  /** pending: db/ has changed since it was deployed, here too. drift: it has not. */
  cause: 'pending' | 'drift';
  /** Of a changed object those that differ, otherwise all. */
  properties: PropertyDifference[];
  /** The number of its parts that differ for the same reason, such as the columns of a table; they are not listed. */
  parts: number;
}

export interface PropertyDifference {
  property: string;
  /** Null: absent. */
  expected: string | null;
  found: string | null;
}

type ObjectDifference = {
  object: SnapshotObject;
  state: Difference['state'];
  properties: PropertyDifference[];
};

/**
 * What differs between db/ (`expected`) and a database (`found`), in the order of kinds and names; `replaceable` names the
 * objects of db/functions, `isPending` what was not deployed yet.
 */
export function compareSnapshots(
  expected: Snapshot,
  found: Snapshot,
  replaceable: ReadonlySet<string>,
  isPending: (object: SnapshotObject) => boolean = () => false,
): Difference[] {
  const different = new Map<string, ObjectDifference>();
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const one = compareObjects(expected.get(key), found.get(key));
    if (one !== undefined) different.set(key, one);
  }
  const all = new Map([...found, ...expected]);
  const parts = new Map<ObjectDifference, number>();
  for (const one of different.values()) {
    const whole = ownerOf(one, different, all);
    parts.set(whole, (parts.get(whole) ?? 0) + (whole === one ? 0 : 1));
  }
  return [...parts]
    .map(([one, count]) => difference(one, count, replaceable, isPending))
    .sort(byKindAndName);
}

function compareObjects(
  expected: SnapshotObject | undefined,
  found: SnapshotObject | undefined,
): ObjectDifference | undefined {
  const object = expected ?? found;
  if (object === undefined) return undefined;
  const names = new Set([
    ...(expected?.properties.keys() ?? []),
    ...(found?.properties.keys() ?? []),
  ]);
  const properties = [...names]
    .map((property) => ({
      property,
      expected: expected?.properties.get(property) ?? null,
      found: found?.properties.get(property) ?? null,
    }))
    .filter((one) => !isSame(one))
    .sort((a, b) => compareText(a.property, b.property));
  if (properties.length === 0) return undefined;
  const state = expected === undefined ? 'extra' : found === undefined ? 'missing' : 'changed';
  return { object, state, properties };
}

// a restored dump has other parentheses
const EXPRESSIONS = /^(definition|using|with check|default|where)$/;
// of a function whose body PostgreSQL keeps as a tree and not as it was typed
const PARSED_BODY = /^(RETURN|BEGIN ATOMIC)\s/;

function isSame({ property, expected, found }: PropertyDifference): boolean {
  if (expected === null || found === null || expected === found) return expected === found;
  const isPrinted =
    EXPRESSIONS.test(property) || (property === 'body' && PARSED_BODY.test(expected));
  return isPrinted && normaliseExpression(expected) === normaliseExpression(found);
}

/** The outermost object whose difference explains this one, or itself. */
function ownerOf(
  one: ObjectDifference,
  different: ReadonlyMap<string, ObjectDifference>,
  all: Snapshot,
): ObjectDifference {
  const seen = new Set<string>();
  let whole = one;
  for (let key = one.object.partOf; key !== null && !seen.has(key); ) {
    seen.add(key);
    const owner = different.get(key);
    if (owner !== undefined && explains(owner, one)) whole = owner;
    key = all.get(key)?.partOf ?? null;
  }
  return whole;
}

function explains(owner: ObjectDifference, part: ObjectDifference): boolean {
  if (owner.state !== part.state) return false;
  if (part.state !== 'changed') return true;
  return part.properties.every(({ property, expected, found }) =>
    owner.properties.some(
      (one) => one.property === property && one.expected === expected && one.found === found,
    ),
  );
}

function difference(
  { object, state, properties }: ObjectDifference,
  parts: number,
  replaceable: ReadonlySet<string>,
  isPending: (object: SnapshotObject) => boolean,
): Difference {
  const { kind, name } = object;
  const changed = properties.map(({ property }) => property);
  return {
    kind,
    name,
    state,
    fix: fixOf(object, state, changed, replaceable),
    cause: isPending(object) ? 'pending' : 'drift',
    properties,
    parts,
  };
}

function byKindAndName(a: Difference, b: Difference): number {
  return compareText(a.kind, b.kind) || compareText(a.name, b.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
