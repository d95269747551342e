import { Refusal } from '../errors.ts';

/** Does a piece of work when it is its turn, and gives its result. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets at most `atOnce` pieces of work run at a time and `waiting` more wait, first come, first served.
 * Rejects any further one with a Refusal (UNAVAILABLE), without having begun it.
 */
export function createTurns({ atOnce, waiting }: { atOnce: number; waiting: number }): InTurn {
  let running = 0;
  const queue: (() => void)[] = [];

  return async (work) => {
    if (running < atOnce) {
      running++;
    } else {
      if (queue.length >= waiting) throw busy();
      // Whoever ends hands their turn on, so that `running` stays what it is.
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

function busy(): Refusal {
  return new Refusal('UNAVAILABLE', 'Too many people are logging in at this moment.', {
    kind: 'busy',
    hint: 'Try again in a few seconds.',
    retryAfter: 5,
  });
}
