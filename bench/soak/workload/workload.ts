import { setTimeout as sleep } from 'node:timers/promises';
import { assigning, running } from './events.ts';
import { tryForbidden } from './forbidden.ts';
import { logOut, readSomething, refresh } from './reads.ts';
import { selling } from './sales.ts';
import { pickAction, type VirtualUser, type Workload } from './shared.ts';

/** Runs one action after the other, with think time between them, until aborted. */
export async function runUser(user: VirtualUser, signal: AbortSignal): Promise<void> {
  const workload = workloadOf(user);
  while (!signal.aborted) {
    await pickAction(workload, user.random)();
    const thinkTime = user.random.between(50, 350);
    await sleep(thinkTime, undefined, { signal }).catch(() => undefined);
  }
}

function workloadOf(user: VirtualUser): Workload {
  const { person } = user.client;
  const always: Workload = [
    [30, readSomething(user)],
    [2, refresh(user)],
    [1, logOut(user)],
    [6, tryForbidden(user)],
  ];
  if (person.isReader) return always;
  switch (person.department) {
    case 'sales': {
      const actions = selling(user);
      return [
        ...always,
        [8, actions.createClient],
        [16, actions.updateClient],
        [10, actions.createContract],
        [8, actions.sign],
        [2, actions.lookUp],
        [12, actions.pay],
        [8, actions.planEvent],
      ];
    }
    case 'support': {
      return [...always, [25, running(user).takeNotes]];
    }
    case 'management': {
      return [...always, [25, assigning(user).assign]];
    }
  }
}
