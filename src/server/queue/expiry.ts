import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** Removes what is kept for a day, as long as the server runs. */
export type Expiry = {
  /** Every minute, from the next one on. */
  start(): void;
  stop(): void;
};

const intervalMs = 60_000;

/** The expiry of idempotency keys, through `pool`, of epic_worker. */
export function createExpiry({ pool, log }: { pool: Pool; log: Logger }): Expiry {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(() => {
        pool.query('select crm_private.forget_idempotency_keys()').catch((error: unknown) => {
          // the queue reports a lost database; the next minute tries again
          log.debug({ err: error }, 'no idempotency keys were forgotten');
        });
      }, intervalMs);
    },
    stop: () => clearInterval(timer),
  };
}
