import pino, { type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../config/values.ts';

/**
 * One JSON object a line, on stdout by default: within a tenth of a second, since a write for each request would take
 * longer than its line. Nothing that a person typed is logged.
 */
export function createLog(
  level: LogLevel,
  destination: DestinationStream = standardOutput(),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      // pino copies the message of an error under `err` when the line has none
      errorKey: 'error',
    },
    destination,
  );
}

function standardOutput(): DestinationStream {
  const destination = pino.destination({
    dest: 1,
    minLength: 4_096,
    periodicFlush: 100,
    // otherwise pino flushes on exit by a call that tries for ever to write to what has been closed
    sync: true,
  });
  process.once('exit', () => destination.flush());
  return destination;
}

/** Without the other properties of a PostgreSQL error: `detail` and `where` quote values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { message, stack = '' } = error;
  return {
    type: error.name,
    ...('code' in error && { code: error.code }),
    ...(mayQuote(error)
      ? {
          message: 'Withheld: it may quote what a person typed.',
          stack: stack.replace(message, ''),
        }
      : { message, stack }),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  };
}

// Parsers quote their input; PostgreSQL quotes values in data exceptions (22) and raised errors (P0). Its other messages
// name tables, columns and roles only.
function mayQuote(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return ['SyntaxError', 'GraphQLError'].includes(error.name) || /^(22|P0)\w{3}$/.test(code);
}
