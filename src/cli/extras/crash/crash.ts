import { randomBytes } from 'node:crypto';
import type { Problem } from '../../core/errors.ts';

/** A number that the person reads out and that Sentry finds: `EPIC-1F3A9C7E`. */
const newErrorId = () => `EPIC-${randomBytes(4).toString('hex').toUpperCase()}`;

/** An exception that nobody foresaw, as the person gets to know it; told to Sentry if configured. */
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
    // A crash that cannot be reported is still only one crash to the person.
  }
  return {
    code: 'INTERNAL',
    id,
    message: `Something went wrong inside epic: ${id}.`,
    hint: 'Try again. If it happens again, report it with this number and what you typed.',
  };
}
