import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { OperatorError } from '../errors/errors.ts';
import type { InTransaction } from './employees.ts';

// The service accounts of programs, as an operator manages them. The database verifies what a program signs.

export type NewServiceAccount = {
  name: string;
  /** The e-mail address of the employee as whom it acts. */
  owner: string;
  /** Of its public key, as rsaModulus() reads it. */
  modulus: Buffer;
  /** The `aud` of its assertions. */
  audience: string;
  readOnly: boolean;
  /** Null: until it is revoked. */
  expiresAt: Date | null;
};

/** A service account that is neither revoked nor expired. */
export type ServiceAccount = {
  name: string;
  owner: string;
  readOnly: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
};

/** Creates a service account, with the caller's rights. */
export async function createServiceAccount(
  inTransaction: InTransaction,
  { name, owner, modulus, audience, readOnly, expiresAt }: NewServiceAccount,
): Promise<void> {
  await inTransaction((run) =>
    run('select identity.create_service_account($1, $2, $3, $4, $5, $6)', [
      ...[name, owner, modulus, audience, readOnly, expiresAt],
    ]),
  );
}

/** The service accounts that the caller may see, by name. */
export function listServiceAccounts(
  inTransaction: InTransaction,
): Promise<readonly ServiceAccount[]> {
  return inTransaction((run) =>
    run<ServiceAccount>(
      `select name, email as owner, read_only as "readOnly", account.created_at as "createdAt",
              last_used_at as "lastUsedAt", expires_at as "expiresAt"
       from crm.service_account account
       join crm.employee on employee.id = owner_id
       order by name`,
      [],
    ),
  );
}

/** Ends a service account and its sessions, with the caller's rights. */
export async function revokeServiceAccount(
  inTransaction: InTransaction,
  name: string,
): Promise<void> {
  await inTransaction((run) => run('select crm.revoke_service_account($1)', [name]));
}

/**
 * The modulus of an RSA public key: PEM (SPKI or PKCS #1, or a certificate) or a JWK. Throws an OperatorError that says
 * what is wrong with it, and never what is in it.
 */
export function rsaModulus(text: string): Buffer {
  const key = publicKey(text);
  if (key.asymmetricKeyType !== 'rsa') {
    throw new OperatorError(
      `The key is of the type ${key.asymmetricKeyType}; a service account has an RSA key.`,
      howToMakeOne,
    );
  }
  const { n = '', e } = key.export({ format: 'jwk' });
  if (e !== 'AQAB') {
    throw new OperatorError('The exponent of the RSA key is not 65537.', howToMakeOne);
  }
  return Buffer.from(n, 'base64url');
}

const howToMakeOne =
  'Make one, and keep it with the program: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out program.key';

function publicKey(text: string): KeyObject {
  const jwk = jwkOf(text);
  if (/PRIVATE KEY/.test(text) || jwk?.d !== undefined) {
    throw new OperatorError(
      'The file has a private key, which stays with the program.',
      'Write its public key to another file: openssl pkey -in program.key -pubout -out program.pub',
    );
  }
  try {
    return jwk === null ? createPublicKey(text) : createPublicKey({ key: jwk, format: 'jwk' });
  } catch (error) {
    throw new OperatorError(
      'The file has no public key, neither in PEM nor as a JWK.',
      howToMakeOne,
      error,
    );
  }
}

function jwkOf(text: string): JsonWebKey | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : null;
  } catch {
    return null;
  }
}
