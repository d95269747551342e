import { setTimeout as sleep } from 'node:timers/promises';
import { demoPassword } from '../../src/server/demo/company.ts';
import type { Person } from './company.ts';
import type { HttpClient } from './http.ts';

/** A session as its client holds it. Times are those of performance.now(). */
export type SoakSession = {
  accessToken: string;
  refreshToken: string | null;
  /** When ending it began: from then on it may be refused. */
  endingAt: number | null;
  /** When it had ended: from then on it must be refused. */
  endedAt: number | null;
};

type Opened = {
  accessToken: string;
  refreshToken: string | null;
  employee: { id: number; department: string };
};

const fields = 'accessToken refreshToken employee { id department }';

/** The sessions of one employee. At most one is current; an ended one must stay ended. */
export class Sessions {
  readonly #person: Person;
  readonly #http: HttpClient;
  readonly #wrong: (sentence: string) => void;
  #current: SoakSession | null = null;
  #disturbedUntil = Number.NEGATIVE_INFINITY;

  constructor(person: Person, http: HttpClient, wrong: (sentence: string) => void) {
    this.#person = person;
    this.#http = http;
    this.#wrong = wrong;
  }

  /** The current session, opened if there is none; null when that is not possible at present. */
  async current(): Promise<SoakSession | null> {
    if (this.#current !== null) return this.#current;
    if (this.#person.account.isClosed(performance.now())) return null;
    const begunAt = performance.now();
    const reply = await this.#http.ask<{ login: Opened | null }>({
      query: `mutation Login($input: LoginInput!) { login(input: $input) { ${fields} } }`,
      variables: { input: { email: this.#person.email, password: demoPassword } },
    });
    if (reply.outcome !== 'answered') return null;
    const code = reply.errors[0]?.extensions.code;
    if (code === 'RATE_LIMITED') await sleep(1_000);
    const { account } = this.#person;
    if (code === 'UNAUTHENTICATED' && !account.mayBeClosed(begunAt)) {
      this.#wrong('Login was refused to an active employee.');
    }
    const opened = reply.data?.login;
    if (!opened) return null;
    if (account.isClosed(begunAt)) this.#wrong('Login succeeded for a deactivated employee.');
    this.#current = this.#open(opened);
    // A fault that ends all sessions may have ended this one too.
    if (begunAt < this.#disturbedUntil) this.#current.endingAt = begunAt;
    return this.#current;
  }

  /** Exchanges the refresh token. If the answer is lost, the token may have been used, and the next request logs in. */
  async refresh(): Promise<void> {
    const session = this.#current;
    if (session === null || session.refreshToken === null) return;
    const reply = await this.#http.ask<{ refresh: Opened | null }>({
      query: `mutation Refresh($input: RefreshInput!) { refresh(input: $input) { ${fields} } }`,
      variables: { input: { refreshToken: session.refreshToken } },
    });
    if (reply.outcome === 'unsent') return;
    const opened = reply.outcome === 'answered' ? reply.data?.refresh : null;
    if (opened) {
      this.#check(opened);
      Object.assign(session, {
        accessToken: opened.accessToken,
        refreshToken: opened.refreshToken,
      });
      return;
    }
    const code = reply.outcome === 'answered' ? reply.errors[0]?.extensions.code : null;
    if (code === 'UNAUTHENTICATED' && session.endingAt === null) {
      this.#wrong('Refresh was refused in a session that has not ended.');
    }
    this.forget(session);
  }

  /** Logs out, and returns the session, so that it can be used again. */
  async logOut(): Promise<SoakSession | null> {
    const session = this.#current;
    if (session === null) return null;
    session.endingAt ??= performance.now();
    const reply = await this.#http.ask({
      query: 'mutation Logout { logout { ok } }',
      token: session.accessToken,
    });
    if (reply.outcome === 'answered' && reply.errors.length === 0) {
      session.endedAt ??= performance.now();
    }
    this.forget(session);
    return session;
  }

  /** Runs `work`, which ends all sessions of the employee: the current one may end during it, and must have after it. */
  async endedBy(runUser: () => Promise<void>): Promise<void> {
    const session = this.#current;
    if (session !== null) session.endingAt ??= performance.now();
    this.#disturbedUntil = Number.POSITIVE_INFINITY;
    await runUser();
    this.#disturbedUntil = performance.now();
    if (session !== null) session.endedAt ??= this.#disturbedUntil;
  }

  /** Forgets a session that has ended. */
  forget(session: SoakSession): void {
    if (this.#current === session) this.#current = null;
  }

  #open(opened: Opened): SoakSession {
    this.#check(opened);
    const { accessToken, refreshToken } = opened;
    return { accessToken, refreshToken, endingAt: null, endedAt: null };
  }

  #check({ employee }: Opened): void {
    const { id, department } = this.#person;
    if (employee.id === id && employee.department === department) return;
    this.#wrong(`A session of ${employee.department} ${employee.id} was opened.`);
  }
}
