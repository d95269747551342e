import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is true; ten minutes without it are a failure. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 600_000; Date.now() < end; await sleep(20)) {
    if (await isTrue()) return;
  }
  throw new Error(`It did not come true: ${isTrue}`);
}
