import type { Claims } from '../database/claims.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';
import { createQueryOne, locked, type ParametersRow, wrongPassword } from './attempts.ts';
import {
  checkNewPassword,
  checkPresentedPassword,
  hashNewPassword,
  hashPresentedPassword,
} from './passwords.ts';
import { createSecondFactor, type SecondFactor } from './second-factor.ts';
import { newAccessSecret, newRefreshToken, refreshTokenDigest, type Tokens } from './tokens.ts';

// Login, refresh and logout, through the functions of schema identity. Passwords are hashed between transactions, so that no
// connection is held meanwhile.

/** The answer to a login or a refresh. */
export type OpenedSession = {
  accessToken: string;
  /** ISO 8601. */
  accessTokenExpiresAt: Date;
  /** Null when a concurrent refresh has got the next one. */
  refreshToken: string | null;
  mustChangePassword: boolean;
  employee: SessionEmployee;
};

/** An access token that only reads. */
export type ReadOnlyToken = {
  accessToken: string;
  /** ISO 8601. */
  accessTokenExpiresAt: Date;
};

/** The employee whose session it is. */
export type SessionEmployee = { id: number; fullName: string; email: string; department: string };

/** The session of a service account. It has no refresh token: the program signs another assertion. */
export type ServiceSession = {
  accessToken: string;
  /** ISO 8601. */
  accessTokenExpiresAt: Date;
  /** As whom the program acts. */
  employee: SessionEmployee;
};

/** Why an assertion was refused, and what it says that its service account is: for the log alone. */
export type RefusedAssertion = { reason: string; serviceAccount: string | null };

export type Sessions = {
  /** Throws an ApiError: UNAUTHENTICATED, or RATE_LIMITED while the account or the address is locked. */
  logIn(login: {
    email: string;
    password: string;
    /** The session only reads. */
    readOnly?: boolean | null | undefined;
    /** Of the second factor, for those who have one. */
    code?: string | null;
    userAgent: string | null;
    /** The caller's network address; null when it is not known. */
    address: string | null;
  }): Promise<OpenedSession>;
  /**
   * Opens a session of a service account. The database verifies the assertion. Throws an ApiError: UNAUTHENTICATED,
   * whatever the reason, or RATE_LIMITED.
   */
  authenticateService(request: {
    assertion: string;
    userAgent: string | null;
    address: string | null;
  }): Promise<ServiceSession>;
  /** Throws an ApiError (UNAUTHENTICATED) when the session has ended. */
  refresh(refreshToken: string): Promise<OpenedSession>;
  /** A token of the session that only reads, until the caller's own expires. Throws an ApiError. */
  createReadOnlyToken(claims: Claims): Promise<ReadOnlyToken>;
  logOut(claims: Claims): Promise<void>;
  /** Ends the employee's other sessions. Throws an ApiError. */
  changePassword(
    claims: Claims,
    change: { currentPassword: string; newPassword: string; address: string | null },
  ): Promise<void>;
  readonly secondFactor: SecondFactor;
};

type OpenedRow = {
  outcome: string;
  session_id: string;
  employee_id: number;
  department: string;
  access_token_expires_at: Date;
};

type OutcomeRow = OpenedRow & { must_change_password: boolean };

/** The sessions of the database behind `withSession`. */
export function createSessions({
  withSession,
  tokens,
  onRefusedAssertion,
}: {
  withSession: WithSession;
  tokens: Tokens;
  onRefusedAssertion(refused: RefusedAssertion): void;
}): Sessions {
  const anonymous = sessionSettings(null);

  const queryOne = createQueryOne(withSession);

  async function openedSession(
    row: OutcomeRow,
    secret: string,
    refreshToken: string | null,
  ): Promise<OpenedSession> {
    return {
      ...(await issued(row, secret)),
      refreshToken,
      mustChangePassword: row.must_change_password,
    };
  }

  /** What the sessions of employees and of service accounts have in common. */
  async function issued(row: OpenedRow, secret: string): Promise<ServiceSession> {
    const claims = {
      employeeId: row.employee_id,
      sessionId: row.session_id,
      department: row.department,
      secret,
    };
    return {
      employee: await readEmployee(claims),
      accessToken: tokens.sign(claims, row.access_token_expires_at),
      accessTokenExpiresAt: row.access_token_expires_at,
    };
  }

  function readEmployee(claims: Claims): Promise<SessionEmployee> {
    return queryOne<SessionEmployee>(
      sessionSettings(claims, { ownCredential: true }),
      `select id, full_name as "fullName", email, department from crm.employee where id = $1`,
      [claims.employeeId],
    );
  }

  return {
    secondFactor: createSecondFactor(queryOne),

    async logIn({ email, password, code, readOnly, userAgent, address }) {
      checkPresentedPassword(password, 'password');
      const { parameters, retry_at } = await queryOne<ParametersRow>(
        anonymous,
        'select * from identity.password_parameters($1, $2)',
        [email, address],
      );
      if (retry_at !== null) throw locked(retry_at);
      const passwordHash = await hashPresentedPassword(password, parameters);
      const access = newAccessSecret();
      const refresh = newRefreshToken();
      const row = await queryOne<OutcomeRow & { retry_at: Date | null }>(
        anonymous,
        'select * from identity.log_in($1, $2, $3, $4, $5, $6, $7, $8)',
        [
          ...[email, passwordHash, refresh.digest, access.digest, userAgent, address],
          ...[readOnly === true, code ?? null],
        ],
      );
      if (row.outcome === 'ok') return openedSession(row, access.secret, refresh.secret);
      if (row.outcome === 'locked') throw locked(row.retry_at);
      if (row.outcome === 'second_factor_required') {
        throw new ApiError('UNAUTHENTICATED', 'A code of your second factor is needed.', {
          kind: 'second_factor_required',
          hint: 'Send the code of your authenticator app, or a recovery code.',
        });
      }
      if (row.outcome === 'expired') {
        throw new ApiError('UNAUTHENTICATED', 'This one-time password has expired.', {
          kind: 'one_time_password_expired',
          reason: 'A one-time password is good for seven days.',
          hint: 'Ask management for a new one.',
        });
      }
      if (row.outcome === 'must_change') {
        throw new ApiError('FORBIDDEN', 'A read-only session cannot replace a one-time password.', {
          kind: 'one_time_password_is_changed_first',
          hint: 'Log in without readOnly, and choose a password first.',
        });
      }
      throw new ApiError('UNAUTHENTICATED', 'E-mail or password is wrong.', {
        kind: 'login_refused',
      });
    },

    async authenticateService({ assertion, userAgent, address }) {
      const access = newAccessSecret();
      const row = await queryOne<
        OpenedRow & { service_account: string | null; retry_at: Date | null }
      >(anonymous, 'select * from identity.authenticate_service($1, $2, $3, $4)', [
        assertion,
        access.digest,
        userAgent,
        address,
      ]);
      if (row.outcome === 'locked') throw locked(row.retry_at);
      if (row.outcome !== 'ok') {
        onRefusedAssertion({ reason: row.outcome, serviceAccount: row.service_account });
        throw new ApiError('UNAUTHENTICATED', 'The assertion is not valid.', {
          kind: 'assertion_refused',
          hint: 'The log of the server says why.',
        });
      }
      return issued(row, access.secret);
    },

    async refresh(refreshToken) {
      const access = newAccessSecret();
      const next = newRefreshToken();
      const row = await queryOne<OutcomeRow>(
        anonymous,
        'select * from identity.refresh($1, $2, $3)',
        [refreshTokenDigest(refreshToken), next.digest, access.digest],
      );
      if (row.outcome === 'rotated') return openedSession(row, access.secret, next.secret);
      if (row.outcome === 'concurrent') return openedSession(row, access.secret, null);
      throw new ApiError('UNAUTHENTICATED', 'This session has ended.', {
        kind: 'session_ended',
        hint: 'Log in again.',
      });
    },

    async createReadOnlyToken(claims) {
      const access = newAccessSecret();
      // a read-only session makes such tokens too
      const { expires_at: expiresAt } = await queryOne<{ expires_at: Date }>(
        sessionSettings(claims, { ownCredential: true }),
        'select identity.create_read_only_token($1, $2) as expires_at',
        [Buffer.from(claims.secret, 'base64url'), access.digest],
      );
      return {
        accessToken: tokens.sign({ ...claims, secret: access.secret }, expiresAt),
        accessTokenExpiresAt: expiresAt,
      };
    },

    async logOut(claims) {
      await queryOne(
        sessionSettings(claims, { ownCredential: true }),
        'select identity.log_out()',
        [],
      );
    },

    async changePassword(claims, { currentPassword, newPassword, address }) {
      checkPresentedPassword(currentPassword, 'currentPassword');
      const me = sessionSettings(claims, { ownCredential: true });
      const [employee, { parameters, retry_at }] = await Promise.all([
        readEmployee(claims),
        queryOne<ParametersRow>(me, 'select * from identity.my_password_parameters($1)', [address]),
      ]);
      if (retry_at !== null) throw locked(retry_at);
      await checkNewPassword(newPassword, employee);
      if (newPassword === currentPassword) {
        throw new ApiError('INVALID', 'The new password is the current one.', {
          field: 'newPassword',
          kind: 'password_unchanged',
        });
      }
      const [currentHash, newHash] = await Promise.all([
        hashPresentedPassword(currentPassword, parameters),
        hashNewPassword(newPassword),
      ]);
      const row = await queryOne<{ outcome: string; retry_at: Date | null }>(
        me,
        'select * from identity.change_password($1, $2, $3)',
        [currentHash, newHash, address],
      );
      if (row.outcome === 'locked') throw locked(row.retry_at);
      if (row.outcome !== 'changed') throw wrongPassword();
    },
  };
}
