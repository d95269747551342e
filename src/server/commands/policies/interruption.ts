import { OperatorError } from '../../errors/errors.ts';
import { takeStopRequests } from '../until-stopped.ts';

/** Aborted by SIGINT and SIGTERM from now on, so that who works can stop and clean up. A second signal ends at once. */
export function takeInterruptions(): AbortSignal {
  const controller = new AbortController();
  takeStopRequests().made.then(() => controller.abort(new OperatorError('Interrupted.')));
  return controller.signal;
}
