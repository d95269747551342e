import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { rsaModulus } from '../../src/server/identity/service-accounts.ts';
import type { TestDatabase } from './database.ts';

/** A program with a private key, and the service account that knows its public key. */
export interface Program {
  name: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** An assertion, good for a minute, with claims and a header of one's own; undefined leaves a claim out. */
  assertion(claims?: Record<string, unknown>, header?: Partial<jwt.JwtHeader>): string;
}

/** Creates a service account of an employee with that e-mail address, and its key. */
export async function newProgram(
  database: TestDatabase,
  name: string,
  owner: string,
  options: { readOnly?: boolean; expiresAt?: Date } = {},
): Promise<Program> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  await database.query('select identity.create_service_account($1, $2, $3, $4, $5, $6)', [
    ...[name, owner, rsaModulus(pem), 'epic-server'],
    ...[options.readOnly ?? false, options.expiresAt ?? null],
  ]);
  return {
    name,
    privateKey,
    publicKey,
    assertion(claims = {}, header = {}) {
      const exp = Math.floor(Date.now() / 1000) + 60;
      const all = { iss: name, sub: name, aud: 'epic-server', exp, jti: randomUUID(), ...claims };
      const given = Object.entries(all).filter(([, value]) => value !== undefined);
      return jwt.sign(Object.fromEntries(given), privateKey, {
        header: { alg: 'RS256', ...header },
        noTimestamp: true,
      });
    },
  };
}
