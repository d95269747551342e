import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** Reminds of notes on their day, as long as the server runs. */
export type Reminders = {
  /** Looks for notes of today at once, and then every minute. */
  start(): void;
  stop(): void;
};

/** How often it looks for notes of today, in ms. */
const intervalMs = 60_000;

/**
 * Reminders through `pool`, of epic_worker, at seven in the morning of a time zone, an IANA name. The database writes each
 * once, however many servers ask.
 */
export function createReminders(options: { pool: Pool; timeZone: string; log: Logger }): Reminders {
  const { pool, timeZone, log } = options;
  let timer: NodeJS.Timeout | undefined;
  async function remind(): Promise<void> {
    try {
      const { rows } = await pool.query<{ reminded: number }>(
        'select crm_private.remind_of_notes($1) as reminded',
        [timeZone],
      );
      const reminded = rows[0]?.reminded ?? 0;
      if (reminded > 0) log.info({ reminded }, 'notes');
    } catch (error) {
      // the queue reports a lost database; the next minute tries again
      log.debug({ err: error }, 'no reminders were written');
    }
  }
  return {
    start() {
      void remind();
      timer = setInterval(remind, intervalMs);
    },
    stop: () => clearInterval(timer),
  };
}
