import { type Secret, TOTP } from 'otpauth';
import type { Program } from '../../support/programs.ts';
import type { Code } from '../expectation.ts';
import type { Operation } from '../operations.ts';

/** The tokens and claims of a session. */
export interface SessionTokens {
  employeeId: number;
  sessionId: string;
  department: string;
  /** Of the access token. */
  secret: string;
  refreshToken: string;
  /** Null until one is requested from the API. */
  accessToken: string | null;
}

/** Who does an operation. */
export interface Caller {
  /** Null for no session. */
  key: SessionTokens | null;
  email: string;
  password: string;
  /** The new password for a change. */
  nextPassword: string;
  /** The secret of their authenticator app; null when they have none. */
  factor: Secret | null;
  /** The program of their service account; null when they never had one. */
  program: Program | null;
}

/** The result of an operation. */
export interface Result {
  /** A code of the model, or any other. */
  code: 'OK' | Code | (string & {});
  /** The message of a refusal. */
  detail: string;
  /** The id of the created record. */
  id?: number;
  /** The password of an employee who was created. */
  password?: string;
  /** The ids of the rows that were read. */
  seen?: number[];
  /** The session that a login opened. */
  key?: SessionTokens;
  /** The secret of a second factor that was enabled. */
  factor?: Secret;
}

/** Runs operations on the system under test. */
export interface Driver {
  perform(operation: Operation, caller: Caller): Promise<Result>;
}

/** The present code of an authenticator app. */
export function codeOf(factor: Secret): string {
  return new TOTP({ secret: factor }).generate();
}

export function done(more: Omit<Result, 'code' | 'detail'> = {}): Result {
  return { code: 'OK', detail: '', ...more };
}
