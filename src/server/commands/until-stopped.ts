import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { OperatorError } from '../errors/errors.ts';
import type { RunningService } from '../service/serve.ts';

/** A request to stop, by a signal or by this program. */
export type StopRequest = {
  made: Promise<void>;
  make(): void;
  /** How long the shutdown may take, in ms, before the process exits at once. */
  timeoutMs: number;
};

/** More than requests and deliveries in progress take, in ms. */
const shutdownTimeoutMs = 25_000;

/**
 * Takes SIGTERM and SIGINT as a request to stop. The process exits at once after a second signal, or when the shutdown
 * takes too long. A worker is asked by its primary process instead of SIGINT, which a terminal sends to both.
 */
export function onStopSignal(): StopRequest {
  let isMade = false;
  const { promise: made, resolve } = Promise.withResolvers<void>();
  const request: StopRequest = {
    made,
    make() {
      if (!isMade) setTimeout(() => process.exit(1), request.timeoutMs).unref();
      isMade = true;
      resolve();
    },
    timeoutMs: shutdownTimeoutMs,
  };
  const onSignal = () => {
    if (isMade) process.exit(1);
    request.make();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', cluster.isWorker ? () => undefined : onSignal);
  if (cluster.isWorker) process.on('message', (message) => message === 'stop' && request.make());
  return request;
}

/**
 * Resolves when the server should stop: on request, or, with exit code 1, when it or its database crashed. `stop` is
 * created before the start, so that a signal meanwhile is not lost.
 */
export function waitUntilStopped(options: {
  service: RunningService;
  log: Logger;
  /** Resolves if the embedded database crashes. */
  failure?: Promise<Error> | undefined;
  stop?: StopRequest;
}): Promise<void> {
  const { service, failure, log, stop = onStopSignal() } = options;
  const crash = (error: unknown) => {
    process.exitCode = 1;
    service.reportCrash(error);
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

/** Aborts after SIGINT or SIGTERM, so that work can stop and clean up. A second signal ends the process. */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  onStopSignal().made.then(() => controller.abort(new OperatorError('Interrupted.')));
  return controller.signal;
}
