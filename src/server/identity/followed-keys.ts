import { statSync } from 'node:fs';
import { type Keys, loadKeys } from './keys.ts';

/** How often the file is looked at, in ms. */
const interval = 2_000;

/** Keys that follow their file. */
export type FollowedKeys = Keys & { close(): void };

/**
 * Reads a JWK Set file, and reads it again whenever it has changed, so that keys can be rotated under a running
 * server. When it cannot be read any more, the keys stay what they were and `onTrouble` gets an OperatorError.
 * Throws one when it cannot be read at first.
 */
export function followKeys(
  path: string,
  on: { onChange?: (keys: Keys) => void; onTrouble?: (error: unknown) => void } = {},
): FollowedKeys {
  // Noted before the file is read: what is written in between is read again, rather than missed.
  let seen = stampOf(path);
  let keys = loadKeys(path);

  const timer = setInterval(() => {
    const stamp = stampOf(path);
    if (stamp === seen) return;
    seen = stamp;
    try {
      keys = loadKeys(path);
      on.onChange?.(keys);
    } catch (error) {
      on.onTrouble?.(error);
    }
  }, interval);
  timer.unref();

  return {
    get signing() {
      return keys.signing;
    },
    get verifying() {
      return keys.verifying;
    },
    get published() {
      return keys.published;
    },
    close: () => clearInterval(timer),
  };
}

/** Differs whenever the file does. */
function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs, stats.mode].join(' ') : '';
}
