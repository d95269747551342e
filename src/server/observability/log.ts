import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config/values.ts';

/** One JSON object a line on stdout. Nothing that a person typed is ever logged. */
export function createLog(level: LogLevel): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  });
}

/** Without the other properties of a PostgreSQL error: `detail` and `where` quote values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && { code: error.code }),
    stack: error.stack,
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  };
}
