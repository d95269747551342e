/** A measured figure, beside what it should be. */
export type Figure = {
  /** What was measured, in words: unique within its benchmark. */
  name: string;
  value: number;
  /** Such as `ms`, `requests/s` or `× limit`. */
  unit: string;
  target: number;
  holds: boolean;
};

/** A figure that should be at most its target. */
export function atMost(name: string, value: number, target: number, unit: string): Figure {
  return { name, value, unit, target, holds: value <= target };
}

/** A figure that should be at least its target. */
export function atLeast(name: string, value: number, target: number, unit: string): Figure {
  return { name, value, unit, target, holds: value >= target };
}

/** The rows of a table of figures, with its head. */
export function figureRows(figures: readonly Figure[]): string[][] {
  return [
    ['', 'value', 'target', 'unit', ''],
    ...figures.map(({ name, value, target, unit, holds }) => [
      name,
      rounded(value),
      rounded(target),
      unit,
      holds ? 'holds' : 'missed',
    ]),
  ];
}

function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
