import type { Person } from './company.ts';
import type { Ledger, Mark } from './ledger.ts';
import type { Line, Question, Reply } from './line.ts';
import { Sessions, type SoakSession } from './sessions.ts';
import type { Tally } from './tally.ts';

/** What came of a request, as far as whoever made it is concerned. */
export type Result<Data> =
  | { state: 'done'; data: Data }
  | { state: 'refused' }
  /** It may have been done or not. */
  | { state: 'unknown' };

/** A request, and whether it has to be allowed. */
export type Task = Omit<Question, 'token'> & {
  must: 'succeed' | 'be forbidden';
};

export type Identity = { me?: { id: number; department: string } | null };

/** Codes that say nothing about rights: the database was away, another was faster, or something broke. */
const passing = ['UNAVAILABLE', 'CONFLICT', 'INTERNAL', 'RATE_LIMITED'];

/** One person's place of work: holds their session, makes their requests, and judges every answer. */
export class Desk {
  readonly person: Person;
  readonly sessions: Sessions;
  readonly #line: Line;
  readonly #ledger: Ledger;
  readonly #tally: Tally;

  constructor(person: Person, tools: { line: Line; ledger: Ledger; tally: Tally }) {
    this.person = person;
    this.#line = tools.line;
    this.#ledger = tools.ledger;
    this.#tally = tools.tally;
    this.sessions = new Sessions(person, tools.line, (sentence) => this.wrong(sentence));
  }

  /** Takes down an answer that should not have been given. */
  wrong(sentence: string): void {
    this.#tally.wrongAnswers.push(`${this.person.email}: ${sentence}`);
  }

  /** Makes a request in the person's session, which is opened first if there is none. */
  async ask<Data>(task: Task): Promise<Result<Data>> {
    const session = await this.sessions.current();
    return session === null ? { state: 'refused' } : this.#askIn(session, task);
  }

  /** Asks in a session that is over, and whose answers are judged accordingly. */
  async tryAgain(session: SoakSession): Promise<void> {
    await this.#askIn(session, {
      query: 'query TooLate { me { id department } }',
      must: 'succeed',
    });
  }

  async #askIn<Data>(session: SoakSession, task: Task): Promise<Result<Data>> {
    const begunAt = performance.now();
    const reply = await this.#line.ask<Data & Identity>({ ...task, token: session.accessToken });
    return this.#judge(task, session, begunAt, reply);
  }

  /** Makes a request that writes, and keeps it in the ledger. */
  async write<Data>(
    task: Omit<Task, 'must'> & {
      mark: Mark;
      cell?: { name: string; value: string };
    },
  ): Promise<Result<Data>> {
    const entry = this.#ledger.begin(task.mark, this.person.id, task.cell ?? null);
    const result = await this.ask<Data>({ ...task, must: 'succeed' });
    if (result.state === 'done') entry.settle('acknowledged');
    if (result.state === 'refused') entry.settle('refused');
    return result;
  }

  #judge<Data>(
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
      if (session.endedAt !== null && session.endedAt < begunAt) {
        this.wrong(`${what} was answered in a session that had ended.`);
      }
      if (must === 'be forbidden') this.wrong(`${what} succeeded, and is forbidden.`);
      if (data === null) {
        this.wrong(`${what} was answered with nothing.`);
        return { state: 'unknown' };
      }
      if (data.me !== undefined) this.#judgeIdentity(what, data);
      return { state: 'done', data };
    }

    const { code } = error.extensions;
    if (code === 'UNAUTHENTICATED') {
      if (session.endingAt === null) this.wrong(`${what}: ${error.message} It has not.`);
      this.sessions.forget(session);
      return { state: 'refused' };
    }
    if (code === 'UNAVAILABLE' || code === 'INTERNAL') return { state: 'unknown' };
    if (code === 'FORBIDDEN' && must === 'be forbidden') this.#tally.rightlyRefused++;
    else if (!passing.includes(code)) {
      this.wrong(`${what} was answered ${code}, and must ${must}: ${error.message}`);
    }
    return { state: 'refused' };
  }

  #judgeIdentity(what: string | undefined, { me }: Identity): void {
    const { id, department } = this.person;
    if (me?.id === id && me.department === department) return;
    this.wrong(`${what} was answered to ${me?.department ?? 'nobody'} ${me?.id ?? ''}.`);
  }
}
