import type { Monitor } from './sentry.ts';

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
