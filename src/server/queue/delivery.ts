import type { Task } from 'graphile-worker';
import type { QueryResultRow } from 'pg';
import type { Logger } from 'pino';

/** A job, as a delivery receives it. */
export type Job = {
  payload: unknown;
  /** Queries the database as epic_worker. */
  query<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]>;
  /** Aborts when the delivery takes too long, or the server stops. */
  signal: AbortSignal;
};

/** What a delivery did, for the log: ids, and nothing that a person typed. */
export type DeliveryResult = {
  message: string;
  details: object;
  /** Nothing had to be delivered. */
  isIdle?: boolean;
};

/** Delivers one job. Throws a DeliveryError when it could not. */
export type Delivery = (job: Job) => Promise<DeliveryResult>;

/** Why a job was not delivered. The message is logged and kept with the job, so it quotes nothing. */
export class DeliveryError extends Error {
  /** A retry would fail too. */
  readonly isPermanent: boolean;

  constructor(
    reason: string,
    { isPermanent = false, cause }: { isPermanent?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { cause });
    this.name = 'DeliveryError';
    this.isPermanent = isPermanent;
  }
}

/** How long a delivery may take, in ms. */
const timeoutMs = 60_000;

/**
 * A delivery as a task of graphile-worker, with one line in the log for each attempt. graphile-worker retries later and
 * later; after a permanent failure the job stays on the queue as failed, for an operator.
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
      const { message, details, isIdle } = await deliver({
        payload,
        query: async <Row extends QueryResultRow>(sql: string, values: unknown[]) =>
          (await query<Row>(sql, values)).rows,
        signal: AbortSignal.any([abortSignal, AbortSignal.timeout(timeoutMs)]),
      });
      log[isIdle ? 'debug' : 'info']({ ...details, ...attempt() }, message);
    } catch (error) {
      if (!(error instanceof DeliveryError)) {
        log.error({ err: error, task: name, ...attempt() }, 'a delivery failed unexpectedly');
        throw new Error('Unexpected error; see the log of the server.');
      }
      const reason = error.message;
      log.warn(
        { task: name, ...attempt(), reason, payload },
        error.isPermanent ? 'not delivered, and not tried again' : 'not delivered yet',
      );
      if (error.isPermanent) {
        await query(
          'update graphile_worker._private_jobs set max_attempts = attempts where id = $1',
          [job.id],
        );
      }
      throw new Error(reason);
    }
  };
}
