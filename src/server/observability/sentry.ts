import { isAbsolute, relative, resolve } from 'node:path';
import type * as Sentry from '@sentry/node';
import { version } from '../config/version.ts';
import { DeliveryError } from '../queue/delivery.ts';
import type { JournalEntry } from '../queue/journal.ts';

/** What is reported to the operator. */
export type Monitor = {
  /** An unexpected exception, with the error id that the response carries. */
  unexpected(error: unknown, about: { errorId: string; operation: string | null }): void;
  /** A business event: ids only. Resolves once it has arrived; throws DeliveryError otherwise. */
  business(entry: JournalEntry, signal: AbortSignal): Promise<void>;
  /** Flushes what is still being sent. */
  close(): Promise<void>;
};

type SentryEvent = Sentry.ErrorEvent;
type Frame = NonNullable<NonNullable<Sentry.Exception['stacktrace']>['frames']>[number];

const root = resolve(import.meta.dirname, '..', '..', '..');
const tagNames = ['error_id', 'operation', 'sqlstate', 'kind', 'id', 'actor'];

const silent: Monitor = {
  unexpected: () => {},
  business: async () => {},
  close: async () => {},
};

/**
 * Sends to Sentry what `allowed` keeps, without the integrations that collect data by themselves; without a DSN, sends
 * nothing and does not load Sentry, which takes longer than everything else together.
 */
export async function createMonitor(dsn: string | null, environment: string): Promise<Monitor> {
  if (dsn === null) return silent;
  const Sentry = await import('@sentry/node');
  const client = Sentry.init({
    dsn,
    release: `epic-server@${version()}`,
    environment,
    defaultIntegrations: false,
    integrations: [],
    maxBreadcrumbs: 0,
    beforeBreadcrumb: () => null,
    sendClientReports: false,
    enableOpenTelemetrySetup: false,
    beforeSend: allowed,
  });

  return {
    unexpected(error, { errorId, operation }) {
      Sentry.captureException(error, {
        tags: {
          error_id: errorId,
          operation: operation ?? undefined,
          sqlstate: sqlStateOf(error),
        },
      });
    },
    async business(entry, signal) {
      if (client === undefined) throw new DeliveryError('Sentry could not be started.');
      const status = await deliver(client, eventOf(entry), signal);
      if (status === undefined || status >= 300) {
        throw new DeliveryError(`Sentry did not take it (${status ?? 'no answer'}).`);
      }
    },
    async close() {
      await Sentry.close(2_000);
    },
  };
}

/** With the id of the entry, so that a repeated delivery is one event in Sentry. */
function eventOf({
  event,
  kind,
  id,
  actor,
  at,
}: JournalEntry): Sentry.Event & { event_id: string } {
  return {
    event_id: event.replaceAll('-', ''),
    timestamp: Date.parse(at) / 1000,
    level: 'info',
    message: kind,
    tags: { kind, id: String(id), ...(actor !== null && { actor: String(actor) }) },
  };
}

/** Sends an event. Returns the HTTP status of the response; undefined without one. */
async function deliver(
  client: Sentry.NodeClient,
  event: Sentry.Event & { event_id: string },
  signal: AbortSignal,
): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const unsubscribe = client.on('afterSendEvent', (sent, answer) => {
    if (sent.event_id === event.event_id) resolve(answer.statusCode);
  });
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort);
  try {
    client.captureEvent(event);
    return await promise;
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * An event with only the fields that hold nothing private. The message of an exception may quote what a person typed; it
 * is in the log, under the same error id.
 */
export function allowed(event: SentryEvent): SentryEvent {
  const { event_id, timestamp, level, release, environment, tags = {} } = event;
  const kind = typeof tags.kind === 'string' ? tags.kind : undefined;
  return {
    type: undefined,
    platform: 'node',
    tags: Object.fromEntries(Object.entries(tags).filter(([name]) => tagNames.includes(name))),
    ...(event_id !== undefined && { event_id }),
    ...(timestamp !== undefined && { timestamp }),
    ...(level !== undefined && { level }),
    ...(release !== undefined && { release }),
    ...(environment !== undefined && { environment }),
    ...(kind !== undefined
      ? { message: kind }
      : { exception: { values: event.exception?.values?.map(allowedException) ?? [] } }),
  };
}

function allowedException({ type, stacktrace }: Sentry.Exception): Sentry.Exception {
  return {
    value: 'The log has the message.',
    ...(type !== undefined && { type }),
    ...(stacktrace?.frames && { stacktrace: { frames: stacktrace.frames.map(allowedFrame) } }),
  };
}

function allowedFrame({ filename, function: name, lineno, colno, in_app }: Frame): Frame {
  const path = filename?.replace(/^file:\/\//, '');
  return {
    ...(path !== undefined && { filename: isAbsolute(path) ? relative(root, path) : path }),
    ...(name !== undefined && { function: name }),
    ...(lineno !== undefined && { lineno }),
    ...(colno !== undefined && { colno }),
    ...(in_app !== undefined && { in_app }),
  };
}

function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z_]{5,20}$/.test(code) ? code : undefined;
}
