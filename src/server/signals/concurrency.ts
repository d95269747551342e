import pLimit from 'p-limit';

/** An event that releases one waiter each time it is set, and is remembered until there is one. */
export type AutoResetEvent = { set(): void; wait(): Promise<void> };

export function createAutoResetEvent(): AutoResetEvent {
  let isSet = false;
  let release: (() => void) | null = null;
  return {
    set() {
      isSet = true;
      release?.();
    },
    async wait() {
      if (!isSet) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      release = null;
      isSet = false;
    },
  };
}

/** A counting semaphore, first come, first served. */
export type Semaphore = {
  /** Waits for a permit, and gives the function that releases it. */
  acquire(): Promise<() => void>;
  /** Runs `work` with a permit of its own. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
};

export function createSemaphore(permits: number): Semaphore {
  const limit = pLimit(permits);
  return {
    run: (work) => limit(work),
    acquire: () => new Promise((acquired) => limit(() => new Promise<void>(acquired))),
  };
}

/** Waits until `promise` resolves or `signal` aborts. */
export async function untilAborted(
  signal: AbortSignal,
  promise: Promise<void> | undefined,
): Promise<void> {
  if (promise === undefined || signal.aborted) return;
  const over = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal });
  });
  await Promise.race([promise, aborted]);
  over.abort();
}
