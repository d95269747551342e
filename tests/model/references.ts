import fc from 'fast-check';
import type { Reference } from './operations.ts';
import type { RecordName } from './state.ts';

/** A record: mostly of the initial state, sometimes a newer one, rarely one that does not exist. */
export function reference(to: RecordName): fc.Arbitrary<Reference> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 20, arbitrary: among(to, 'initial') },
    { weight: 9, arbitrary: among(to, 'created') },
    { weight: 1, arbitrary: among(to, 'nothing', 0) },
  );
}

/** A record of one group, by an index up to `last`. */
export function among(to: RecordName, group: Reference['among'], last = 8) {
  return fc.record({
    to: fc.constant(to),
    among: fc.constant(group),
    nth: fc.nat({ max: last }),
  });
}

/** The common one, and one time in ten the rare one. */
export function mostly<Common, Rare>(
  common: fc.Arbitrary<Common>,
  rare: fc.Arbitrary<Rare>,
): fc.Arbitrary<Common | Rare> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 9, arbitrary: common },
    { weight: 1, arbitrary: rare },
  );
}
