import { setTimeout as sleep } from 'node:timers/promises';
import { demoPassword } from '../../src/server/demo/company.ts';
import type { Person } from './company.ts';
import type { Line } from './line.ts';

/** A session as its owner holds it. Times are those of performance.now(). */
export type SoakSession = {
  accessToken: string;
  refreshToken: string | null;
  /** Since when somebody is ending it: from here on it may be refused. */
  endingAt: number | null;
  /** Since when that is done: from here on it must be refused. */
  endedAt: number | null;
};

type Opened = {
  accessToken: string;
  refreshToken: string | null;
  employee: { id: number; department: string };
};

const fields = 'accessToken refreshToken employee { id department }';

/** The sessions of one person: at most one is current, and those that ended must stay so. */
export class Sessions {
  readonly #person: Person;
  readonly #line: Line;
  readonly #wrong: (sentence: string) => void;
  #current: SoakSession | null = null;
  #disturbedUntil = Number.NEGATIVE_INFINITY;

  constructor(person: Person, line: Line, wrong: (sentence: string) => void) {
    this.#person = person;
    this.#line = line;
    this.#wrong = wrong;
  }

  /** The current session, opened if need be; null when that is not possible at the moment. */
  async current(): Promise<SoakSession | null> {
    if (this.#current !== null) return this.#current;
    if (this.#person.account.isClosed(performance.now())) return null;
    const begunAt = performance.now();
    const reply = await this.#line.ask<{ login: Opened | null }>({
      query: `mutation Login($input: LoginInput!) { login(input: $input) { ${fields} } }`,
      variables: { input: { email: this.#person.email, password: demoPassword } },
    });
    if (reply.outcome !== 'answered') return null;
    const code = reply.errors[0]?.extensions.code;
    if (code === 'RATE_LIMITED') await sleep(1_000);
    const { account } = this.#person;
    if (code === 'UNAUTHENTICATED' && !account.mayBeClosed(begunAt)) {
      this.#wrong('Login was refused to somebody who is active.');
    }
    const opened = reply.data?.login;
    if (!opened) return null;
    if (account.isClosed(begunAt)) this.#wrong('Login succeeded for somebody who is not active.');
    this.#current = this.#open(opened);
    // Whoever ended all sessions meanwhile may have ended this one too.
    if (begunAt < this.#disturbedUntil) this.#current.endingAt = begunAt;
    return this.#current;
  }

  /** Exchanges the refresh token. When the answer is lost, the token may have been used: somebody logs in again. */
  async refresh(): Promise<void> {
    const session = this.#current;
    if (session === null || session.refreshToken === null) return;
    const reply = await this.#line.ask<{ refresh: Opened | null }>({
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

  /** Ends the session, as its owner. Gives it, so that it can be tried again. */
  async logOut(): Promise<SoakSession | null> {
    const session = this.#current;
    if (session === null) return null;
    session.endingAt ??= performance.now();
    const reply = await this.#line.ask({
      query: 'mutation Logout { logout { ok } }',
      token: session.accessToken,
    });
    if (reply.outcome === 'answered' && reply.errors.length === 0) {
      session.endedAt ??= performance.now();
    }
    this.forget(session);
    return session;
  }

  /** While somebody else ends all sessions of the person: first the current one may, and then it must be over. */
  async endedBy(work: () => Promise<void>): Promise<void> {
    const session = this.#current;
    if (session !== null) session.endingAt ??= performance.now();
    this.#disturbedUntil = Number.POSITIVE_INFINITY;
    await work();
    this.#disturbedUntil = performance.now();
    if (session !== null) session.endedAt ??= this.#disturbedUntil;
  }

  /** Lets go of a session that is over. */
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
