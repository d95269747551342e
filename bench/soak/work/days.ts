import { setTimeout as sleep } from 'node:timers/promises';
import { overstep } from './overstepping.ts';
import { logOut, readSomething, refresh } from './reading.ts';
import { assigning, running } from './running-events.ts';
import { selling } from './selling.ts';
import { type Day, pickDeed, type Worker } from './shared.ts';

/** Works until told to stop: one thing after the other, with a moment's thought in between. */
export async function work(worker: Worker, signal: AbortSignal): Promise<void> {
  const day = dayOf(worker);
  while (!signal.aborted) {
    await pickDeed(day, worker.random)();
    const thought = worker.random.between(50, 350);
    await sleep(thought, undefined, { signal }).catch(() => undefined);
  }
}

function dayOf(worker: Worker): Day {
  const { person } = worker.desk;
  const always: Day = [
    [30, readSomething(worker)],
    [2, refresh(worker)],
    [1, logOut(worker)],
    [6, overstep(worker)],
  ];
  if (person.isReader) return always;
  switch (person.department) {
    case 'sales': {
      const deeds = selling(worker);
      return [
        ...always,
        [8, deeds.createClient],
        [16, deeds.updateClient],
        [10, deeds.createContract],
        [8, deeds.sign],
        [2, deeds.lookUp],
        [12, deeds.pay],
        [8, deeds.planEvent],
      ];
    }
    case 'support': {
      return [...always, [25, running(worker).takeNotes]];
    }
    case 'management': {
      return [...always, [25, assigning(worker).assign]];
    }
  }
}
