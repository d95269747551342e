import { password } from '../../server/support/people.ts';
import type { Employee, Session } from '../company.ts';
import type { Key } from './door.ts';

const otherPasswords = ['seven quiet harbours', 'staple under the moon'] as const;

/** What people hold and the model need not know: passwords and tokens. */
export class Keyring {
  #keys: Key[];
  #passwords: Map<number, string>;

  constructor(keys: readonly Key[] = [], passwords: ReadonlyMap<number, string> = new Map()) {
    this.#keys = [...keys];
    this.#passwords = new Map(passwords);
  }

  /** A copy that can be used without changing this one. */
  copy(): Keyring {
    return new Keyring(this.#keys, this.#passwords);
  }

  keyOf(session: Session | null): Key | null {
    return (session && this.#keys[session.key]) ?? null;
  }

  /** Keeps the key of a new session. */
  add(key: Key, { id, department }: Employee): Session {
    this.#keys.push(key);
    return { key: this.#keys.length - 1, employee_id: id, department, is_open: true };
  }

  passwordOf(employeeId: number | null): string {
    return this.#passwords.get(employeeId ?? 0) ?? password;
  }

  /** One that somebody may change theirs to. */
  nextPasswordOf(employeeId: number | null): string {
    const [one, other] = otherPasswords;
    return this.passwordOf(employeeId) === one ? other : one;
  }

  setPassword(employeeId: number, newPassword: string): void {
    this.#passwords.set(employeeId, newPassword);
  }
}
