import type { PatroniCluster } from '../../tests/support/patroni.ts';
import { type Fault, type FaultContext, inject, pause } from './chaos.ts';

const failures = ['primary', 'switchover', 'freeze'] as const;

/** What can happen to the primary. */
export type Failure = (typeof failures)[number];

export function isFailure(kill: string): kill is Failure {
  return failures.some((failure) => failure === kill);
}

/** Between two failures. */
const pauseMs = 8_000;

/** Lets these failures happen one after the other, each once the standby of the last one has caught up. */
export async function injectFailovers(
  context: FaultContext,
  cluster: PatroniCluster,
  planned: readonly Failure[],
): Promise<void> {
  const { servers, signal } = context;

  const faults: Record<Failure, Fault> = {
    async primary() {
      const primary = await cluster.leader();
      await primary.kill();
      return {
        what: `killed the primary, node ${primary.name}, and its Patroni (SIGKILL)`,
        affected: servers.urls,
        repair: () => primary.start(),
      };
    },
    async switchover() {
      const { name } = await cluster.leader();
      await cluster.switchover();
      return { what: `switched over from node ${name}`, affected: servers.urls };
    },
    async freeze() {
      const primary = await cluster.leader();
      await primary.freeze();
      await cluster.untilReplaced(primary);
      return {
        what: `stopped the primary, node ${primary.name}, and its Patroni (SIGSTOP)`,
        affected: servers.urls,
        repair: () => primary.thaw(),
      };
    },
  };

  for (const failure of planned) {
    if (!(await pause(pauseMs, signal))) return;
    await inject(context, failure, faults[failure]);
    await cluster.untilSynchronous();
  }
  await pause(pauseMs, signal);
}
