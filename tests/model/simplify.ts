import type { Intention } from './operations.ts';

/** Plays a day; gives the script if the model and the database disagree. */
export type Replay = (day: readonly Intention[]) => Promise<readonly string[] | null>;

/**
 * Goes on where fast-check stops shrinking: leaves out steps and columns, prefers SQL and the people of the opening
 * company, as long as the two still disagree. Gives the script of the simplest day.
 */
export async function simplified(
  day: readonly Intention[],
  replay: Replay,
): Promise<readonly string[] | null> {
  let simplest = day;
  let script = await replay(day);
  // From the end: the steps before may be needed only by a step that can be simpler.
  for (let place = day.length - 1; script !== null && place >= 0; ) {
    const next = await firstFailing(simplerAt(simplest, place), replay);
    if (next === null) {
      place -= 1;
    } else {
      if (next.day.length < simplest.length) place -= 1;
      ({ day: simplest, script } = next);
    }
  }
  return script;
}

async function firstFailing(
  days: Iterable<readonly Intention[]>,
  replay: Replay,
): Promise<{ day: readonly Intention[]; script: readonly string[] } | null> {
  for (const day of days) {
    const script = await replay(day);
    if (script !== null) return { day, script };
  }
  return null;
}

/** The day without one step, or with a simpler one in its place. */
function* simplerAt(day: readonly Intention[], place: number): Generator<Intention[]> {
  yield day.toSpliced(place, 1);
  const step = day[place];
  if (step === undefined) return;
  for (const simpler of simplerSteps(step)) yield day.with(place, { ...step, ...simpler });
}

const everybody = [0, 1, 2, 3, 4, 5, 6];

function* simplerSteps({
  by,
  through,
  firstSession,
  operation,
}: Intention): Generator<Partial<Intention>> {
  if (through !== 'SQL') yield { through: 'SQL' };
  if (firstSession) yield { firstSession: false };
  if (by !== null && typeof by === 'object' && by.among === 'created') {
    for (const nth of everybody) yield { by: { to: 'employee', among: 'company', nth } };
  }
  if (operation.verb !== 'update') return;
  const columns = Object.entries(operation.values);
  if (columns.length < 2) return;
  for (const [dropped] of columns) {
    const values = Object.fromEntries(columns.filter(([column]) => column !== dropped));
    yield { operation: { ...operation, values } };
  }
}
