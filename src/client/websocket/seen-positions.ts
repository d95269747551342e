/** The positions that have been delivered. */
export interface SeenPositions {
  /** Takes note of one; false when it was there before. */
  add(position: string): boolean;
}

/** How many are remembered: far more than the server delivers again. */
const remembered = 10_000;

/** Positions, of which `onLatest` is told the greatest. */
export function createSeenPositions(onLatest: (position: string) => void): SeenPositions {
  const positions = new Set<string>();
  let latest = -1n;
  return {
    add(position) {
      if (positions.has(position)) return false;
      positions.add(position);
      for (const oldest of positions) {
        if (positions.size <= remembered) break;
        positions.delete(oldest);
      }
      if (BigInt(position) > latest) {
        latest = BigInt(position);
        onLatest(position);
      }
      return true;
    },
  };
}

/** The `position` of what a subscription to changes delivers, from which to go on; null where it has none. */
export function changePositionOf(data: object): string | null {
  for (const delivered of Object.values(data)) {
    const { position } = { position: null, ...delivered };
    if (typeof position === 'string') return position;
  }
  return null;
}

/** The `id` of what a subscription delivers: that of its one field. Throws when the operation did not ask for it. */
export function positionOf(data: object): string {
  for (const delivered of Object.values(data)) {
    const { id } = { id: null, ...delivered };
    if (typeof id === 'string' && /^\d+$/.test(id)) return id;
  }
  throw new TypeError(
    'The subscription has to ask for the id, or the position, of what is delivered.',
  );
}
