import { AsyncLocalStorage } from 'node:async_hooks';

// What a request spends its time on, for those that have asked: Server-Timing and traces. Others cost one look-up a step.

/** A step of a request: verifying its token, executing its operation, waiting for a connection, and for PostgreSQL. */
export type Step = 'token' | 'execution' | 'wait' | 'database';

/** Is told of the steps of one request. */
export type Observer = {
  /** Called when a step begins, with the operation or the statements; the result is called when it ends. */
  begin(step: Step, about: readonly string[]): (error?: unknown) => void;
};

const observers = new AsyncLocalStorage<Observer>();

let active = 0;

/** Does some work, and tells the observer its steps. */
export async function withObserver<Result>(
  observer: Observer,
  work: () => Promise<Result>,
): Promise<Result> {
  active += 1;
  try {
    return await observers.run(observer, work);
  } finally {
    active -= 1;
    // while it is enabled, Node 22 follows every promise of the process
    if (active === 0) observers.disable();
  }
}

/** What a step is about: the operation, or the statements. */
type About = readonly string[] | (() => readonly string[]);

/** Tells the observer, if there is one, that a step begins. The result tells it that the step has ended. */
export function beginStep(
  step: Step,
  about: About = [],
): ReturnType<Observer['begin']> | undefined {
  return observers.getStore()?.begin(step, typeof about === 'function' ? about() : about);
}

/** Does a step, of which the observer, if there is one, is told. */
export function observed<Result>(
  step: Step,
  work: () => Promise<Result>,
  about?: About,
): Promise<Result>;
export function observed<Result>(
  step: Step,
  work: () => Promise<Result> | Result,
  about?: About,
): Promise<Result> | Result;
export function observed<Result>(
  step: Step,
  work: () => Promise<Result> | Result,
  about?: About,
): Promise<Result> | Result {
  const end = beginStep(step, about);
  return end === undefined ? work() : endAfter(work, end);
}

async function endAfter<Result>(
  work: () => Promise<Result> | Result,
  end: (error?: unknown) => void,
): Promise<Result> {
  try {
    const result = await work();
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}
