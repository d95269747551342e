import type { Secret } from 'otpauth';
import { password } from '../../support/people.ts';
import type { Employee, Session } from '../state.ts';
import type { SessionTokens } from './driver.ts';

const otherPasswords = ['seven quiet harbours', 'staple under the moon'] as const;

/** The passwords and tokens of the employees, which are not part of the model. */
export class CredentialStore {
  #keys: SessionTokens[];
  #passwords: Map<number, string>;
  #factors: Map<number, Secret>;

  constructor(
    keys: readonly SessionTokens[] = [],
    passwords: ReadonlyMap<number, string> = new Map(),
    factors: ReadonlyMap<number, Secret> = new Map(),
  ) {
    this.#keys = [...keys];
    this.#passwords = new Map(passwords);
    this.#factors = new Map(factors);
  }

  copy(): CredentialStore {
    return new CredentialStore(this.#keys, this.#passwords, this.#factors);
  }

  keyOf(session: Session | null): SessionTokens | null {
    return (session && this.#keys[session.key]) ?? null;
  }

  /** Stores the tokens of a new session. */
  add(
    key: SessionTokens,
    { id, department }: Employee,
    { isReadOnly = false, isProgram = false }: { isReadOnly?: boolean; isProgram?: boolean } = {},
  ): Session {
    this.#keys.push(key);
    return {
      key: this.#keys.length - 1,
      employee_id: id,
      department,
      is_open: true,
      is_read_only: isReadOnly,
      has_second_factor: !isProgram && this.#factors.has(id),
      is_program: isProgram,
    };
  }

  factorOf(employeeId: number | null): Secret | null {
    return this.#factors.get(employeeId ?? 0) ?? null;
  }

  setFactor(employeeId: number, factor: Secret | null): void {
    if (factor === null) this.#factors.delete(employeeId);
    else this.#factors.set(employeeId, factor);
  }

  passwordOf(employeeId: number | null): string {
    return this.#passwords.get(employeeId ?? 0) ?? password;
  }

  /** A different password to change to. */
  nextPasswordOf(employeeId: number | null): string {
    const [one, other] = otherPasswords;
    return this.passwordOf(employeeId) === one ? other : one;
  }

  setPassword(employeeId: number, newPassword: string): void {
    this.#passwords.set(employeeId, newPassword);
  }
}
