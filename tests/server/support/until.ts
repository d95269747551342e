import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, at most a minute, until something is true. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    if (await isTrue()) return;
  }
  throw new Error(`It did not come true: ${isTrue}`);
}
