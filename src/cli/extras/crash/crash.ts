import { randomBytes } from 'node:crypto';
import type { Problem } from '../../core/errors.ts';

/** The id by which a crash is found in Sentry: `EPIC-1F3A9C7E`. */
const newErrorId = () => `EPIC-${randomBytes(4).toString('hex').toUpperCase()}`;

/** An unexpected exception, reported to Sentry if configured, as a problem to show. */
export async function reportCrash(
  error: unknown,
  about: { command: string; env: NodeJS.ProcessEnv },
): Promise<Problem> {
  const id = newErrorId();
  const dsn = about.env.SENTRY_DSN;
  try {
    if (dsn) {
      const { sendToSentry } = await import('./sentry.ts');
      await sendToSentry(dsn, error, { id, command: about.command });
    }
  } catch {
    // show the crash even if it cannot be reported
  }
  return {
    code: 'INTERNAL',
    id,
    message: `Something went wrong inside epic: ${id}.`,
    hint: 'Try again. If it happens again, report it with this number and what you typed.',
  };
}
