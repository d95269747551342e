import type { IncomingMessage } from 'node:http';
import type { Observer, Step } from '../database/observe.ts';

/** Adds up how long the steps of a request take. */
export type ServerTiming = Observer & {
  /** The value of the header `server-timing`, in ms. */
  value(): string;
};

/** For a request that asks for it with the header `epic-server-timing: 1`; null for any other. */
export function createServerTiming({ headers }: IncomingMessage): ServerTiming | null {
  if (headers['epic-server-timing'] !== '1') return null;
  const startedAt = performance.now();
  const sums: Record<Step, number> = { token: 0, wait: 0, database: 0, execution: 0 };
  return {
    begin(step) {
      const begunAt = performance.now();
      return () => {
        sums[step] += performance.now() - begunAt;
      };
    },
    value() {
      return Object.entries({ ...sums, total: performance.now() - startedAt })
        .map(([step, milliseconds]) => `${step};dur=${milliseconds.toFixed(2)}`)
        .join(', ');
    },
  };
}
