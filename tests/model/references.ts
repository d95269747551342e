import fc from 'fast-check';
import type { RecordName } from './company.ts';
import type { Reference } from './operations.ts';

/** A record: mostly of the opening company, sometimes a newer one, rarely one that never was. */
export function reference(to: RecordName): fc.Arbitrary<Reference> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 20, arbitrary: among(to, 'company') },
    { weight: 9, arbitrary: among(to, 'created') },
    { weight: 1, arbitrary: among(to, 'nothing', 0) },
  );
}

/** A record of the opening company, or one of those created since, up to the nth. */
export function among(to: RecordName, place: Reference['among'], last = 8) {
  return fc.record({
    to: fc.constant(to),
    among: fc.constant(place),
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
