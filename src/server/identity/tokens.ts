import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import QuickLRU from 'quick-lru';
import type { Claims } from '../database/claims.ts';
import { ApiError } from '../errors/errors.ts';
import type { Keys } from './keys.ts';

const audience = 'epic-events-crm';
const tokenType = 'at+jwt';

/** Signs and verifies access tokens. */
export type Tokens = {
  /** A signed access token, which expires when the database says. */
  sign(claims: Claims, expiresAt: Date): string;
  /** The claims of a token that this server signed. Throws an ApiError (UNAUTHENTICATED). */
  verify(token: string): Claims;
};

/** Verified tokens that are remembered until they expire: a verification takes longer than the rest of a short request. */
const rememberedTokens = 10_000;

/** Tokens signed with the current signing key, ES256. They say in which zone the company's times are, as OpenID's `zoneinfo`. */
export function createTokens(
  keys: Keys,
  { issuer, timeZone }: { issuer: string; timeZone: string },
): Tokens {
  const verified = new QuickLRU<string, { claims: Claims; key: KeyObject; kid: string }>({
    maxSize: rememberedTokens,
  });

  return {
    sign({ employeeId, sessionId, department, secret }, expiresAt) {
      const { kid, privateKey } = keys.signing;
      const iat = Math.floor(Date.now() / 1000);
      const exp = Math.floor(expiresAt.getTime() / 1000);
      const claims = { sid: sessionId, department, secret, zoneinfo: timeZone, iat, exp };
      return jwt.sign(claims, privateKey, {
        algorithm: 'ES256',
        header: { alg: 'ES256', kid, typ: tokenType },
        issuer,
        audience,
        subject: String(employeeId),
      });
    },

    verify(token) {
      const known = verified.get(token);
      // a key may have been replaced since
      if (known && keys.verifying.get(known.kid) === known.key) return known.claims;
      try {
        const header = jwt.decode(token, { complete: true })?.header;
        const kid = header?.kid ?? '';
        const key = keys.verifying.get(kid);
        if (key === undefined || header?.typ !== tokenType) throw invalidToken();
        // RFC 7515: critical extensions must be understood, and none is
        if (header.crit !== undefined) throw invalidToken();
        const payload = jwt.verify(token, key, { algorithms: ['ES256'], issuer, audience });
        const claims = claimsOf(payload);
        verified.set(
          token,
          { claims, key, kid },
          { maxAge: expiryOf(token).getTime() - Date.now() },
        );
        return claims;
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) {
          throw new ApiError('UNAUTHENTICATED', 'Your access token has expired.', {
            kind: 'token_expired',
            hint: 'Refresh the session, or log in again.',
          });
        }
        throw error instanceof ApiError ? error : invalidToken(error);
      }
    },
  };
}

/** The expiry of a verified token. */
export function expiryOf(token: string): Date {
  const payload = jwt.decode(token);
  const exp = typeof payload === 'object' ? payload?.exp : undefined;
  return new Date((exp ?? 0) * 1000);
}

/** A secret of 32 random bytes, in base64url, and its digest. Only the digest is ever stored. */
export type Secret = { secret: string; digest: Buffer };

/** Draws a refresh token. */
export function newRefreshToken(): Secret {
  const secret = randomBytes(32).toString('base64url');
  return { secret, digest: refreshTokenDigest(secret) };
}

/** The SHA-256 digest by which the database finds a refresh token. */
export function refreshTokenDigest(refreshToken: string): Buffer {
  return createHash('sha256').update(refreshToken).digest();
}

/** Draws the secret of an access token. */
export function newAccessSecret(): Secret {
  const secret = randomBytes(32);
  return {
    secret: secret.toString('base64url'),
    digest: createHash('sha256').update(secret).digest(),
  };
}

const accessSecret = /^[\w-]{43}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function claimsOf(payload: string | jwt.JwtPayload): Claims {
  if (typeof payload === 'string') throw invalidToken();
  const { sub, sid, department, secret, iat, exp } = payload;
  const employeeId = Number(sub);
  if (
    !Number.isSafeInteger(employeeId) ||
    typeof sid !== 'string' ||
    !uuid.test(sid) ||
    typeof department !== 'string' ||
    typeof secret !== 'string' ||
    !accessSecret.test(secret) ||
    typeof exp !== 'number' ||
    typeof iat !== 'number' ||
    // issued in the future, beyond clock skew
    iat > Date.now() / 1000 + 60
  ) {
    throw invalidToken();
  }
  return { employeeId, sessionId: sid, department, secret };
}

function invalidToken(cause?: unknown): ApiError {
  return new ApiError(
    'UNAUTHENTICATED',
    'The access token is not valid.',
    { kind: 'token_invalid', hint: 'Log in again.' },
    cause,
  );
}
