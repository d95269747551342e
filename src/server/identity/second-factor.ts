import { Secret, TOTP } from 'otpauth';
import type { Claims } from '../database/claims.ts';
import { sessionSettings } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';
import { locked, type ParametersRow, type QueryOne, wrongPassword } from './attempts.ts';
import { checkPresentedPassword, hashPresentedPassword } from './passwords.ts';

// One's own second factor. The database draws the secrets and checks the codes; here they become what an app reads.

/** An address of the caller, by which failures are counted; null when it is not known. */
type Address = { address: string | null };

/** A secret for an authenticator app. */
export type AppSecret = {
  /** In base32, to be typed. */
  secret: string;
  /** The same as an `otpauth:` URI, to be shown as a QR code. */
  uri: string;
};

/** Every method throws an ApiError: INVALID for a wrong code or password, RATE_LIMITED, CONFLICT in the wrong state. */
export type SecondFactor = {
  begin(claims: Claims, input: { currentPassword: string } & Address): Promise<AppSecret>;
  enable(claims: Claims, input: { code: string } & Address): Promise<{ recoveryCodes: string[] }>;
  confirm(claims: Claims, input: { code: string } & Address): Promise<void>;
  disable(
    claims: Claims,
    input: { currentPassword: string; code: string } & Address,
  ): Promise<void>;
  replaceRecoveryCodes(
    claims: Claims,
    input: { code: string } & Address,
  ): Promise<{ recoveryCodes: string[] }>;
};

type OutcomeRow = { outcome: string; retry_at: Date | null };

/** The second factors of the database behind `queryOne`. */
export function createSecondFactor(queryOne: QueryOne): SecondFactor {
  async function attempt<Row>(
    claims: Claims,
    text: string,
    values: unknown[],
  ): Promise<OutcomeRow & Row> {
    const row = await queryOne<OutcomeRow & Row>(sessionSettings(claims), text, values);
    if (row.outcome === 'locked') throw locked(row.retry_at);
    if (row.outcome === 'password_refused') throw wrongPassword();
    if (row.outcome === 'code_refused') {
      throw new ApiError('INVALID', 'The code is wrong, or was used before.', {
        field: 'code',
        kind: 'second_factor_wrong',
      });
    }
    return row;
  }

  async function hashOf(claims: Claims, password: string, address: string | null): Promise<string> {
    checkPresentedPassword(password, 'currentPassword');
    const { parameters, retry_at } = await queryOne<ParametersRow>(
      sessionSettings(claims),
      'select * from identity.my_password_parameters($1)',
      [address],
    );
    if (retry_at !== null) throw locked(retry_at);
    return hashPresentedPassword(password, parameters);
  }

  return {
    async begin(claims, { currentPassword, address }) {
      const hash = await hashOf(claims, currentPassword, address);
      const { secret, email } = await attempt<{ secret: Buffer; email: string }>(
        claims,
        `select begun.*, employee.email
         from identity.begin_second_factor($1, $2) begun, crm.employee
         where employee.id = $3`,
        [hash, address, claims.employeeId],
      );
      return appSecret(secret, email);
    },

    async enable(claims, { code, address }) {
      const { recovery_codes } = await attempt<{ recovery_codes: string[] }>(
        claims,
        'select * from identity.enable_second_factor($1, $2)',
        [code, address],
      );
      return { recoveryCodes: recovery_codes };
    },

    async confirm(claims, { code, address }) {
      await attempt(claims, 'select * from identity.confirm_second_factor($1, $2)', [
        code,
        address,
      ]);
    },

    async disable(claims, { currentPassword, code, address }) {
      const hash = await hashOf(claims, currentPassword, address);
      await attempt(claims, 'select * from identity.disable_second_factor($1, $2, $3)', [
        hash,
        code,
        address,
      ]);
    },

    async replaceRecoveryCodes(claims, { code, address }) {
      const { recovery_codes } = await attempt<{ recovery_codes: string[] }>(
        claims,
        'select * from identity.replace_recovery_codes($1, $2)',
        [code, address],
      );
      return { recoveryCodes: recovery_codes };
    },
  };
}

/** As `identity.totp` computes the codes: the defaults of RFC 6238, which every app knows. */
function appSecret(bytes: Buffer, email: string): AppSecret {
  const secret = new Secret({ buffer: Uint8Array.from(bytes).buffer });
  const totp = new TOTP({
    ...{ issuer: 'Epic Events', label: email, secret },
    ...{ algorithm: 'SHA1', digits: 6, period: 30 },
  });
  return { secret: secret.base32, uri: totp.toString() };
}
