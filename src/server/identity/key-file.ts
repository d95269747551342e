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
import { dirname, join } from 'node:path';
import { OperatorError } from '../errors/errors.ts';
import { inUse, loadKeys, type PrivateJwk, readJwks } from './keys.ts';

/** The keys that a server makes for itself in its data folder. */
export function ownKeysFile(dataFolder: string): string {
  return join(dataFolder, 'keys.json');
}

/** Makes the keys of a data folder if they are missing, and the folder (0700). Gives the file. */
export function ensureOwnKeys(dataFolder: string): string {
  const path = ownKeysFile(dataFolder);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    writeNewKeys(path);
  }
  return path;
}

/** Writes a JWK Set with one new key to a file that does not exist yet, for this user only (0600). */
export function writeNewKeys(path: string): void {
  writeFileSync(path, textOf(generateJwks()), { mode: 0o600, flag: 'wx' });
}

/** A new JWK Set with one private key, in the form that EPIC_JWT_KEYS takes. */
export function generateJwks(): { keys: PrivateJwk[] } {
  return { keys: [newKey()] };
}

/** How long every server knows a new key before it signs, in seconds. */
const notice = 60;

/**
 * Adds a key that will sign in a minute, and takes out those that nobody needs any more.
 * Servers that are running read the file again; nobody is logged out. Throws an OperatorError.
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
  const kept = inUse(before, now);
  const signsFrom = now + notice;
  replace(path, textOf({ keys: [{ ...newKey(), nbf: signsFrom }, ...kept] }));
  return { signsFrom: new Date(signsFrom * 1000), removed: before.length - kept.length };
}

function newKey(): PrivateJwk {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
}

function textOf(jwks: { keys: readonly PrivateJwk[] }): string {
  return `${JSON.stringify(jwks, null, 2)}\n`;
}

/** Whoever reads the file at any moment reads the old or the new text, and no one else can than could before. */
function replace(path: string, text: string): void {
  const real = realpathSync(path);
  const { uid, gid } = statSync(real);
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
