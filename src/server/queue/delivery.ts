import type { Task } from 'graphile-worker';
import type { QueryResultRow } from 'pg';
import type { Logger } from 'pino';

/** A job as a delivery sees it. */
export type Job = {
  payload: unknown;
  /** Asks the database, as epic_worker. */
  query<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]>;
  /** Aborts when the delivery has taken too long, or the server wants to stop. */
  signal: AbortSignal;
};

/** What a delivery did, for the log: ids and words of our own, nothing that a person typed. */
export type Delivered = {
  line: string;
  about: object;
  /** Nothing was to be done: of no interest unless somebody looks for it. */
  isIdle?: boolean;
};

/** Delivers one job. Throws Undelivered when it could not. */
export type Delivery = (job: Job) => Promise<Delivered>;

/** Why something was not delivered. The reason is logged and kept with the job, so it quotes nothing. */
export class Undelivered extends Error {
  /** Trying again would change nothing. */
  readonly isFinal: boolean;

  constructor(
    reason: string,
    { isFinal = false, cause }: { isFinal?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { cause });
    this.name = 'Undelivered';
    this.isFinal = isFinal;
  }
}

/** How long a delivery may take, in ms. */
const patience = 60_000;

/**
 * A delivery as graphile-worker calls it: with one line in the log for each attempt. What could not be delivered is
 * tried again, later and later; what cannot be delivered at all stays on the queue as failed, for an operator to see.
 */
export function asTask(name: string, deliver: Delivery, log: Logger): Task {
  return async (payload, { job, query, abortSignal }) => {
    const started = performance.now();
    const attempt = () => ({
      job: job.id,
      attempt: job.attempts,
      ms: Math.round(performance.now() - started),
    });
    try {
      const { line, about, isIdle } = await deliver({
        payload,
        query: async <Row extends QueryResultRow>(sql: string, values: unknown[]) =>
          (await query<Row>(sql, values)).rows,
        signal: AbortSignal.any([abortSignal, AbortSignal.timeout(patience)]),
      });
      log[isIdle ? 'debug' : 'info']({ ...about, ...attempt() }, line);
    } catch (error) {
      if (!(error instanceof Undelivered)) {
        log.error({ err: error, task: name, ...attempt() }, 'a delivery failed unexpectedly');
        throw new Error('It failed unexpectedly: the log of the server says how.');
      }
      const reason = error.message;
      log.warn(
        { task: name, ...attempt(), reason, payload },
        error.isFinal ? 'not delivered, and not tried again' : 'not delivered yet',
      );
      if (error.isFinal) {
        await query(
          'update graphile_worker._private_jobs set max_attempts = attempts where id = $1',
          [job.id],
        );
      }
      throw new Error(reason);
    }
  };
}
