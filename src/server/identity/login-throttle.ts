import pLimit from 'p-limit';
import { ApiError } from '../errors/errors.ts';

/** Does a piece of work when it is its turn, and gives its result. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets at most `atOnce` pieces of work run at a time and `waiting` more wait, first come, first served.
 * Rejects any further one with an ApiError (UNAVAILABLE), without having begun it.
 */
export function createTurns({ atOnce, waiting }: { atOnce: number; waiting: number }): InTurn {
  const limit = pLimit(atOnce);
  return async (work) => {
    if (limit.pendingCount >= waiting) throw busy();
    return limit(work);
  };
}

function busy(): ApiError {
  return new ApiError('UNAVAILABLE', 'Too many people are logging in at this moment.', {
    kind: 'busy',
    hint: 'Try again in a few seconds.',
    retryAfter: 5,
  });
}
