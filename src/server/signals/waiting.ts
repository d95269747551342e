import pLimit from 'p-limit';

/** A flag that one waits for: raised before or while somebody waits, it lets them go on, once. */
export type Flag = { raise(): void; raised(): Promise<void> };

export function createFlag(): Flag {
  let isUp = false;
  let goOn: (() => void) | null = null;
  return {
    raise() {
      isUp = true;
      goOn?.();
    },
    async raised() {
      if (!isUp) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
      goOn = null;
      isUp = false;
    },
  };
}

/** Lets so many pass at a time, in the order in which they came. */
export type Turnstile = {
  /** Waits for a turn, and gives the function that ends it. */
  enter(): Promise<() => void>;
  /** Runs `work` in a turn of its own. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
};

export function createTurnstile(atATime: number): Turnstile {
  const limit = pLimit(atATime);
  return {
    pass: (work) => limit(work),
    enter: () => new Promise((entered) => limit(() => new Promise<void>(entered))),
  };
}

/** Waits, unless and until the signal says that it is over. */
export async function unless(signal: AbortSignal, wait: Promise<void> | undefined): Promise<void> {
  if (wait === undefined || signal.aborted) return;
  const over = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal });
  });
  await Promise.race([wait, aborted]);
  over.abort();
}
