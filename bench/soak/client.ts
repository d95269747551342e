import type { AcknowledgedWrites, WriteId } from './acknowledged.ts';
import type { Person } from './company.ts';
import type { Counts } from './counts.ts';
import type { GraphqlRequest, HttpClient, Reply } from './http.ts';
import { Sessions, type SoakSession } from './sessions.ts';

/** The result of a request, as its client sees it. */
export type Result<Data> =
  | { state: 'done'; data: Data }
  | { state: 'refused' }
  /** It may have been done or not. */
  | { state: 'unknown' };

/** A request, and whether it must be allowed. */
export type Task = Omit<GraphqlRequest, 'token'> & {
  must: 'succeed' | 'be forbidden';
};

export type Identity = { me?: { id: number; department: string } | null };

/** Codes that are not about permissions: the database was down, a conflict, or an error. */
const transientCodes = ['UNAVAILABLE', 'CONFLICT', 'INTERNAL', 'RATE_LIMITED'];

/** The client of one employee: holds the session, sends the requests, and checks every answer. */
export class SoakClient {
  readonly person: Person;
  readonly sessions: Sessions;
  readonly #http: HttpClient;
  readonly #writes: AcknowledgedWrites;
  readonly #counts: Counts;
  #askingSince: number | null = null;
  #longestWaitMs = 0;

  constructor(
    person: Person,
    tools: { http: HttpClient; writes: AcknowledgedWrites; counts: Counts },
  ) {
    this.person = person;
    this.#http = tools.http;
    this.#writes = tools.writes;
    this.#counts = tools.counts;
    this.sessions = new Sessions(person, tools.http, (sentence) => this.wrong(sentence));
  }

  /** Records a wrong answer. */
  wrong(sentence: string): void {
    this.#counts.wrongAnswers.push(`${this.person.email}: ${sentence}`);
  }

  /** Since when every request of the person has failed; null when the last one was answered. */
  get askingSince(): number | null {
    return this.#askingSince;
  }

  /** For how long the person has waited at most since this was last asked, in ms: to the first answer, from the first try. */
  takeLongestWait(): number {
    const longest = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    return longest;
  }

  /** Sends a request in the current session, opening one first if there is none. */
  async ask<Data>(task: Task): Promise<Result<Data>> {
    this.#askingSince ??= performance.now();
    const session = await this.sessions.current();
    if (session !== null) return this.#askIn(session, task);
    if (this.person.account.isClosed(performance.now())) this.#askingSince = null;
    return { state: 'refused' };
  }

  #wasAnswered(): void {
    if (this.#askingSince === null) return;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, performance.now() - this.#askingSince);
    this.#askingSince = null;
  }

  /** Sends a request in a session that has ended, which must be refused. */
  async useEndedSession(session: SoakSession): Promise<void> {
    await this.#askIn(session, {
      query: 'query TooLate { me { id department } }',
      must: 'succeed',
    });
  }

  async #askIn<Data>(session: SoakSession, task: Task): Promise<Result<Data>> {
    const begunAt = performance.now();
    const reply = await this.#http.ask<Data & Identity>({ ...task, token: session.accessToken });
    return this.#check(task, session, begunAt, reply);
  }

  /** Sends a request that writes, and records its status. */
  async write<Data>(
    task: Omit<Task, 'must'> & {
      writeId: WriteId;
      register?: { name: string; value: string };
    },
  ): Promise<Result<Data>> {
    const entry = this.#writes.begin(task.writeId, this.person.id, task.register ?? null);
    const result = await this.ask<Data>({ ...task, must: 'succeed' });
    if (result.state === 'done') entry.setStatus('acknowledged');
    if (result.state === 'refused') entry.setStatus('refused');
    return result;
  }

  #check<Data>(
    { query, must }: Task,
    session: SoakSession,
    begunAt: number,
    reply: Reply<Data & Identity>,
  ): Result<Data> {
    if (reply.outcome === 'unsent') return { state: 'refused' };
    if (reply.outcome === 'lost') return { state: 'unknown' };
    const { data, errors } = reply;
    const what = /\w+ (\w+)/.exec(query)?.[1];
    const [error] = errors;

    if (error === undefined) {
      this.#wasAnswered();
      if (session.endedAt !== null && session.endedAt < begunAt) {
        this.wrong(`${what} was answered in a session that had ended.`);
      }
      if (must === 'be forbidden') this.wrong(`${what} succeeded, and is forbidden.`);
      if (data === null) {
        this.wrong(`${what} was answered with nothing.`);
        return { state: 'unknown' };
      }
      if (data.me !== undefined) this.#checkIdentity(what, data);
      return { state: 'done', data };
    }

    const { code } = error.extensions;
    if (code === 'UNAUTHENTICATED') {
      if (session.endingAt === null) this.wrong(`${what}: ${error.message} It has not.`);
      this.sessions.forget(session);
      return { state: 'refused' };
    }
    if (code === 'UNAVAILABLE' || code === 'INTERNAL') return { state: 'unknown' };
    this.#wasAnswered();
    if (code === 'FORBIDDEN' && must === 'be forbidden') this.#counts.expectedRefusals++;
    else if (!transientCodes.includes(code)) {
      this.wrong(`${what} was answered ${code}, and must ${must}: ${error.message}`);
    }
    return { state: 'refused' };
  }

  #checkIdentity(what: string | undefined, { me }: Identity): void {
    const { id, department } = this.person;
    if (me?.id === id && me.department === department) return;
    this.wrong(
      `${what} was answered to ${me?.department ?? 'no employee'}${me ? ` ${me.id}` : ''}.`,
    );
  }
}
