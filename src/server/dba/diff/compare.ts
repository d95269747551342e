import { type Remedy, remedyOf } from './remedy.ts';
import type { Snapshot, SnapshotObject } from './snapshot.ts';

/** One object that is not as db/ says. */
export interface Difference {
  kind: string;
  name: string;
  /** missing: db/ makes it and it is not there. extra: it is there and db/ does not make it. */
  state: 'missing' | 'extra' | 'changed';
  remedy: Remedy;
  /** Of a changed object those that differ, of others all. */
  properties: PropertyDifference[];
  /** How many objects came, went or changed with it, such as the columns of a table: they are not listed. */
  parts: number;
}

export interface PropertyDifference {
  property: string;
  /** Null is nothing. */
  expected: string | null;
  found: string | null;
}

type Unlike = {
  object: SnapshotObject;
  state: Difference['state'];
  properties: PropertyDifference[];
};

/**
 * What differs between db/ (`expected`) and a database (`found`), in the order of kinds and names; `replaceable` names the
 * objects of db/functions.
 */
export function compareSnapshots(
  expected: Snapshot,
  found: Snapshot,
  replaceable: ReadonlySet<string>,
): Difference[] {
  const unlike = new Map<string, Unlike>();
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const one = compareObjects(expected.get(key), found.get(key));
    if (one !== undefined) unlike.set(key, one);
  }
  const all = new Map([...found, ...expected]);
  const parts = new Map<Unlike, number>();
  for (const one of unlike.values()) {
    const whole = wholeOf(one, unlike, all);
    parts.set(whole, (parts.get(whole) ?? 0) + (whole === one ? 0 : 1));
  }
  return [...parts].map(([one, count]) => difference(one, count, replaceable)).sort(byKindAndName);
}

function compareObjects(
  expected: SnapshotObject | undefined,
  found: SnapshotObject | undefined,
): Unlike | undefined {
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
    .filter((one) => one.expected !== one.found)
    .sort((a, b) => compareText(a.property, b.property));
  if (properties.length === 0) return undefined;
  const state = expected === undefined ? 'extra' : found === undefined ? 'missing' : 'changed';
  return { object, state, properties };
}

/** What `one` came, went or changed with: the object that it is part of, or itself. */
function wholeOf(one: Unlike, unlike: ReadonlyMap<string, Unlike>, all: Snapshot): Unlike {
  const seen = new Set<string>();
  let whole = one;
  for (let key = one.object.partOf; key !== null && !seen.has(key); ) {
    seen.add(key);
    const owner = unlike.get(key);
    if (owner !== undefined && explains(owner, one)) whole = owner;
    key = all.get(key)?.partOf ?? null;
  }
  return whole;
}

function explains(owner: Unlike, part: Unlike): boolean {
  if (owner.state !== part.state) return false;
  if (part.state !== 'changed') return true;
  return part.properties.every(({ property, expected, found }) =>
    owner.properties.some(
      (one) => one.property === property && one.expected === expected && one.found === found,
    ),
  );
}

function difference(
  { object, state, properties }: Unlike,
  parts: number,
  replaceable: ReadonlySet<string>,
): Difference {
  const { kind, name } = object;
  const changed = properties.map(({ property }) => property);
  return {
    kind,
    name,
    state,
    remedy: remedyOf(object, state, changed, replaceable),
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
