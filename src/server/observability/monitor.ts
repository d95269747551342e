import type { JournalEntry } from '../queue/journal.ts';

/** Where the operator hears of what happened: Sentry, or nowhere. */
export type Monitor = {
  /** An exception that nobody foresaw, with the id that the person saw. */
  unexpected(error: unknown, about: { errorId: string; operation: string | null }): void;
  /** Something the company wants to see: ids only. Resolves once it has arrived; throws Undelivered otherwise. */
  business(entry: JournalEntry, signal: AbortSignal): Promise<void>;
  /** Sends what is still on its way. */
  close(): Promise<void>;
};

const silent: Monitor = {
  unexpected: () => {},
  business: async () => {},
  close: async () => {},
};

/** Sentry for a DSN. Sentry is loaded only then: it takes longer than everything else together. */
export async function createMonitor(dsn: string | null, environment: string): Promise<Monitor> {
  if (dsn === null) return silent;
  const { createSentryMonitor } = await import('./sentry.ts');
  return createSentryMonitor(dsn, environment);
}
