import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { OperatorError } from '../errors/errors.ts';

/** A public key as published at /.well-known/jwks.json. */
export type PublicJwk = {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  use: 'sig';
  alg: 'ES256';
};

/** The current keys: one signs, all of them verify. */
export type Keys = {
  readonly signing: { kid: string; privateKey: KeyObject };
  readonly verifying: ReadonlyMap<string, KeyObject>;
  readonly published: { keys: readonly PublicJwk[] };
};

/** A private key as it is in the file. */
export type PrivateJwk = JsonWebKey & {
  /** When it begins to sign, in seconds since 1970; always when missing, as in a set of another tool. */
  nbf?: number;
};

/** How long a key verifies after another one has replaced it: the life of an access token, and a minute of clock skew. */
export const verifiesAfterSeconds = 15 * 60 + 60;

/**
 * The keys in use at a time (in seconds since 1970), the signing key first: the one whose `nbf` is the latest that has
 * passed. Also in use are keys that will sign, and those that signed until recently.
 */
export function activeKeys<Key extends { nbf?: number }>(keys: readonly Key[], now: number): Key[] {
  const latest = (time: number) =>
    Math.max(0, ...keys.map(nbfOf).filter((signsFrom) => signsFrom <= time));
  const needed = keys.filter((key) => nbfOf(key) >= latest(now - verifiesAfterSeconds));
  const signing =
    needed.find((key) => nbfOf(key) === latest(now)) ??
    // every key is for later; the clock may be wrong
    needed.toSorted((one, other) => nbfOf(one) - nbfOf(other))[0];
  return signing === undefined ? [] : [signing, ...needed.filter((key) => key !== signing)];
}

function nbfOf(key: { nbf?: number }): number {
  return key.nbf ?? 0;
}

/**
 * Reads a JWK Set of private EC P-256 keys.
 * Throws an OperatorError that says what is wrong with the file, and never what is in it.
 */
export function loadKeys(path: string): Keys {
  const keys = readJwks(path).map((jwk, index) => keyOf(jwk, `Key ${index + 1} of ${path}`));
  if (keys.length === 0) {
    throw new OperatorError(
      `${path} holds no key.`,
      'Put at least one private EC P-256 key in it.',
    );
  }
  const now = () => activeKeys(keys, Date.now() / 1000);
  return {
    get signing() {
      const [signing] = now();
      if (signing === undefined) throw new Error('No key signs.');
      return signing;
    },
    get verifying() {
      return new Map(now().map((key) => [key.kid, key.publicKey]));
    },
    get published() {
      return { keys: now().map((key) => key.published) };
    },
  };
}

/** The keys in a file, unchecked. Throws an OperatorError. */
export function readJwks(path: string): PrivateJwk[] {
  let text: string;
  try {
    // a group may read: so Kubernetes mounts a Secret for an account that is not root
    const others = statSync(path).mode & 0o037;
    if (others !== 0 && process.platform !== 'win32') {
      throw new OperatorError(
        `${path} can be read by other users of this machine, or changed by its group.`,
        `It holds private keys: chmod 600 ${path}, or 640 for a group of the server alone.`,
      );
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      `${path} cannot be read.`,
      'EPIC_JWT_KEYS is the path of a JWK Set file with private EC P-256 keys.',
      error,
    );
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJwks(parsed)) return parsed.keys;
  } catch {
    // The parser's message could quote the file.
  }
  throw new OperatorError(
    `${path} is not a JWK Set.`,
    'It is JSON like {"keys":[{"kty":"EC","crv":"P-256","x":…,"y":…,"d":…}]}.',
  );
}

function isJwks(value: unknown): value is { keys: PrivateJwk[] } {
  return (
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
  );
}

function keyOf(jwk: PrivateJwk, name: string) {
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.d !== 'string') {
    throw new OperatorError(`${name} is not a private EC P-256 key.`);
  }
  if (jwk.nbf !== undefined && !Number.isFinite(jwk.nbf)) {
    throw new OperatorError(`${name} has an nbf that is not a number of seconds.`);
  }
  const { privateKey, publicKey, x, y } = keyPairOf(jwk, name);
  const kid = thumbprint(x, y);
  return {
    kid,
    privateKey,
    publicKey,
    published: { kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' } as const,
    ...(jwk.nbf === undefined ? {} : { nbf: jwk.nbf }),
  };
}

function keyPairOf(jwk: JsonWebKey, name: string) {
  try {
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    return { privateKey, publicKey, x, y };
  } catch {
    throw new OperatorError(`${name} is damaged.`);
  }
}

/** RFC 7638: the hash of the required members in lexicographic order. */
function thumbprint(x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}
