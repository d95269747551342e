import type { SessionSettings, WithSession } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';

// What logging in, changing a password and a second factor share: one statement each, and the limit on failures.

/** Runs one statement that returns one row, in a transaction of its own. */
export type QueryOne = <Row>(
  settings: SessionSettings,
  text: string,
  values: unknown[],
) => Promise<Row>;

/** Statements in the sessions of `withSession`. */
export function createQueryOne(withSession: WithSession): QueryOne {
  return async <Row>(settings: SessionSettings, text: string, values: unknown[]) => {
    const { rows } = await withSession(settings, (client) => client.query<Row>({ text, values }));
    const [row] = rows;
    if (row === undefined) throw new Error(`No row came back from: ${text}`);
    return row;
  };
}

/** How to hash the presented password; or until when logins are refused. */
export type ParametersRow = { parameters: string | null; retry_at: Date | null };

/** The error while failed logins lock the account or the address. */
export function locked(retryAt: Date | null): ApiError {
  const seconds = Math.max(1, Math.ceil(((retryAt?.getTime() ?? 0) - Date.now()) / 1000));
  return new ApiError('RATE_LIMITED', 'Too many failed logins in a row.', {
    kind: 'locked',
    hint: `Try again in ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}.`,
    retryAfter: seconds,
  });
}

/** The error for a wrong password of the caller's own. */
export function wrongPassword(): ApiError {
  return new ApiError('INVALID', 'The current password is wrong.', {
    field: 'currentPassword',
    kind: 'password_wrong',
  });
}
