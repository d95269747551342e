import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../errors.ts';

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

/** The keys of this server: the first of its set signs, all of them verify. */
export type Keys = {
  signing: { kid: string; privateKey: KeyObject };
  verifying: ReadonlyMap<string, KeyObject>;
  published: { keys: readonly PublicJwk[] };
};

/**
 * Reads a JWK Set of private EC P-256 keys.
 * Throws an OperatorError that says what is wrong with the file, and never what is in it.
 */
export function loadKeys(path: string): Keys {
  const jwks = readJwks(path);
  const keys = jwks.map((jwk, index) => {
    const privateKey = privateKeyOf(jwk, `Key ${index + 1} of ${path}`);
    const publicKey = createPublicKey(privateKey);
    const { x, y } = publicKey.export({ format: 'jwk' });
    if (x === undefined || y === undefined) {
      throw new OperatorError(`Key ${index + 1} of ${path} has no public half.`);
    }
    const kid = thumbprint(x, y);
    return { kid, privateKey, publicKey, published: publicJwk(kid, x, y) };
  });
  const [first] = keys;
  if (first === undefined) {
    throw new OperatorError(
      `${path} holds no key.`,
      'Put at least one private EC P-256 key in it.',
    );
  }
  return {
    signing: { kid: first.kid, privateKey: first.privateKey },
    verifying: new Map(keys.map((key) => [key.kid, key.publicKey])),
    published: { keys: keys.map((key) => key.published) },
  };
}

/** Loads `keys.json` of the data folder; makes the folder (0700) and one key (0600) if missing. */
export function loadOrGenerateKeys(dataFolder: string): Keys {
  const path = join(dataFolder, 'keys.json');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    writeFileSync(path, `${JSON.stringify(generateJwks(), null, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  }
  return loadKeys(path);
}

/** A new JWK Set with one private key, in the form that EPIC_JWT_KEYS takes. */
export function generateJwks(): { keys: JsonWebKey[] } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keys: [privateKey.export({ format: 'jwk' })] };
}

function readJwks(path: string): JsonWebKey[] {
  let text: string;
  try {
    const others = statSync(path).mode & 0o077;
    if (others !== 0 && process.platform !== 'win32') {
      throw new OperatorError(
        `${path} can be read by other users of this machine.`,
        `It holds private keys: chmod 600 ${path}`,
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

function isJwks(value: unknown): value is { keys: JsonWebKey[] } {
  return (
    typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys)
  );
}

function privateKeyOf(jwk: JsonWebKey, name: string): KeyObject {
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.d !== 'string') {
    throw new OperatorError(`${name} is not a private EC P-256 key.`);
  }
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new OperatorError(`${name} is damaged.`);
  }
}

function publicJwk(kid: string, x: string, y: string): PublicJwk {
  return { kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' };
}

/** RFC 7638: the hash of the required members in lexicographic order. */
function thumbprint(x: string, y: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}
