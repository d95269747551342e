import { isAbsolute, relative, resolve } from 'node:path';
import * as Sentry from '@sentry/node';
import type { Monitor } from './monitor.ts';

type SentryEvent = Sentry.ErrorEvent;
type Frame = NonNullable<NonNullable<Sentry.Exception['stacktrace']>['frames']>[number];

const root = resolve(import.meta.dirname, '..', '..', '..');
const tagNames = ['error_id', 'operation', 'sqlstate', 'kind', 'id', 'actor'];

/** Sends to Sentry what `allowed` lets through, and nothing that Sentry would collect by itself. */
export function createSentryMonitor(dsn: string): Monitor {
  Sentry.init({
    dsn,
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
    business({ kind, id, actor }) {
      Sentry.captureMessage(kind, {
        level: 'info',
        tags: { kind, id: String(id), actor: actor === null ? undefined : String(actor) },
      });
    },
    async close() {
      await Sentry.close(2_000);
    },
  };
}

/**
 * An event with only what is known to hold nothing private. Everything else stays here, the message of an
 * exception included: it can quote what somebody typed. The log has it, under the same id.
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
