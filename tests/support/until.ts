import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds, for ten minutes at most. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 600_000; Date.now() < end; await sleep(20)) {
    if (await isTrue()) return;
  }
  throw new Error(`This did not become true: ${isTrue}`);
}
