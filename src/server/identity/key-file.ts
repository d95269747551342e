import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../errors/errors.ts';
import { activeKeys, type Keys, loadKeys, type PrivateJwk, readJwks } from './keys.ts';

/** The file of the keys that a server without EPIC_JWT_KEYS creates. */
export function defaultKeysFile(dataFolder: string): string {
  return join(dataFolder, 'keys.json');
}

/**
 * Creates the keys of a data folder unless they exist, and the folder, which no other user can read or write. Returns the
 * file. Throws an OperatorError when root would use keys that another account may replace.
 */
export function ensureDefaultKeys(dataFolder: string): string {
  const path = defaultKeysFile(dataFolder);
  if (!existsSync(path)) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    // PostgreSQL's account may have to enter it
    chmodSync(dataFolder, statSync(dataFolder).mode & 0o710);
    writeNewKeys(path);
  }
  refuseOthers(dataFolder);
  refuseOthers(path);
  return path;
}

/** Root starts PostgreSQL under another account, which must not choose the keys. */
function refuseOthers(path: string): void {
  if (process.getuid?.() !== 0 || statSync(path).uid === 0) return;
  throw new OperatorError(
    `${path} belongs to another account than root, which could replace the signing keys.`,
    'Run epic-server as that account, or name other keys in EPIC_JWT_KEYS.',
  );
}

/** Writes a JWK Set with one new key to a file that does not exist yet, for this user only (0600). */
export function writeNewKeys(path: string): void {
  writeFileSync(path, textOf(generateJwks()), { mode: 0o600, flag: 'wx' });
}

/** A new JWK Set with one private key, in the form that EPIC_JWT_KEYS takes. */
export function generateJwks(): { keys: PrivateJwk[] } {
  return { keys: [newKey()] };
}

/** How long before it signs a new key is published, in seconds, so that every server has read it. */
const publishedBeforeSeconds = 60;

/**
 * Adds a key that signs in a minute, and removes those that no valid token was signed with. Running servers read the
 * file again; sessions continue. Throws an OperatorError.
 */
export function rotateKeys(path: string): { signsFrom: Date; removed: number } {
  loadKeys(path);
  const now = Math.floor(Date.now() / 1000);
  const before = readJwks(path);
  const coming = before.find((key) => (key.nbf ?? 0) > now);
  if (coming !== undefined) {
    throw new OperatorError(
      `A new key is there already: it signs from ${new Date((coming.nbf ?? 0) * 1000).toISOString()} on.`,
      'Rotate again once it does.',
    );
  }
  const kept = activeKeys(before, now);
  const signsFrom = now + publishedBeforeSeconds;
  replace(path, textOf({ keys: [{ ...newKey(), nbf: signsFrom }, ...kept] }));
  return { signsFrom: new Date(signsFrom * 1000), removed: before.length - kept.length };
}

function newKey(): PrivateJwk {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
}

function textOf(jwks: { keys: readonly PrivateJwk[] }): string {
  return `${JSON.stringify(jwks, null, 2)}\n`;
}

/** Replaces a file atomically, with the same owner and mode. */
function replace(path: string, text: string): void {
  const real = realpathSync(path);
  const { uid, gid, mode } = statSync(real);
  const next = `${real}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(next, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const mine = statSync(next);
    if (mine.uid !== uid || mine.gid !== gid) chownSync(next, uid, gid);
    chmodSync(next, mode & 0o777);
    renameSync(next, real);
  } catch (error) {
    rmSync(next, { force: true });
    throw new OperatorError(
      `The keys cannot be written to ${path}.`,
      'Run this as the user who owns the file and may write to its folder.',
      error,
    );
  }
}

const watchIntervalMs = 2_000;

/** Keys that are read again when their file changes. */
export type WatchedKeys = Keys & { close(): void };

/**
 * Reads a JWK Set file now and whenever it changes, so that keys can be rotated under a running server. When it cannot be
 * read again, the keys stay as they were and `onError` gets an OperatorError. Throws one when it cannot be read at first.
 */
export function watchKeys(
  path: string,
  on: { onChange?: (keys: Keys) => void; onError?: (error: unknown) => void } = {},
): WatchedKeys {
  // before the file is read, so that a change in between is noticed
  let seen = fingerprintOf(path);
  let keys = loadKeys(path);

  const timer = setInterval(() => {
    const fingerprint = fingerprintOf(path);
    if (fingerprint === seen) return;
    seen = fingerprint;
    try {
      keys = loadKeys(path);
      on.onChange?.(keys);
    } catch (error) {
      on.onError?.(error);
    }
  }, watchIntervalMs);
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

/** Changes with the file. */
function fingerprintOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs, stats.mode].join(' ') : '';
}
