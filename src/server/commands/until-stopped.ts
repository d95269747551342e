import type { Logger } from 'pino';
import type { Serving } from '../service/serve.ts';

/** A request to stop, whoever makes it first. */
export type StopRequest = {
  made: Promise<void>;
  make(): void;
};

/** How long everything may take to let go, in ms: more than requests and deliveries that are still going on. */
const patience = 45_000;

/**
 * Takes SIGTERM and SIGINT from now on as a request to stop. A second signal ends the process at once, and so does
 * whatever has not let go after all its time.
 */
export function takeStopRequests(): StopRequest {
  let isMade = false;
  const { promise: made, resolve } = Promise.withResolvers<void>();
  const make = () => {
    if (!isMade) setTimeout(() => process.exit(1), patience).unref();
    isMade = true;
    resolve();
  };
  const onSignal = () => {
    if (isMade) process.exit(1);
    make();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { made, make };
}

/**
 * Resolves when the server should stop: on request, or, with exit code 1, when it crashed or its database did.
 * Take the request early, so that a signal during the start is not lost.
 */
export function untilStopped(options: {
  serving: Serving;
  log: Logger;
  /** Resolves if the embedded database ends by itself. */
  failure?: Promise<Error> | undefined;
  stop?: StopRequest;
}): Promise<void> {
  const { serving, failure, log, stop = takeStopRequests() } = options;
  const crash = (error: unknown) => {
    process.exitCode = 1;
    serving.reportCrash(error);
    stop.make();
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  failure?.then((error) => {
    process.exitCode = 1;
    log.fatal({ err: error }, 'the database has ended');
    stop.make();
  });
  return stop.made;
}
