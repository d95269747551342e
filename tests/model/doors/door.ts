import type { Operation } from '../operations.ts';
import type { Code } from '../verdict.ts';

/** What somebody holds of a session. */
export interface Key {
  employeeId: number;
  sessionId: string;
  department: string;
  refreshToken: string;
  /** Null until the API is asked for one. */
  accessToken: string | null;
}

/** Who comes through a door. */
export interface Caller {
  /** Null for somebody without a session. */
  key: Key | null;
  /** What they log in with. */
  email: string;
  password: string;
  /** What they would change it to. */
  nextPassword: string;
}

/** What came of it. */
export interface Answer {
  /** A code that the model knows, or whatever else came. */
  code: 'OK' | Code | (string & {});
  /** A refusal in its own words. */
  detail: string;
  /** The id of what was created. */
  id?: number;
  /** The password of an employee who was created. */
  password?: string;
  /** The ids of what was read. */
  seen?: number[];
  /** What a login opened. */
  key?: Key;
}

/** A way into the database. */
export interface Door {
  perform(operation: Operation, caller: Caller): Promise<Answer>;
}

export function done(more: Omit<Answer, 'code' | 'detail'> = {}): Answer {
  return { code: 'OK', detail: '', ...more };
}
