import type { GeneratedStep } from './operations.ts';

/** Runs a sequence; returns the script if the model and the database disagree. */
export type Replay = (sequence: readonly GeneratedStep[]) => Promise<readonly string[] | null>;

/**
 * Shrinks further than fast-check: leaves out steps and columns, prefers SQL and employees of the initial state, as long as
 * the two still disagree. Returns the script of the simplest sequence.
 */
export async function simplify(
  sequence: readonly GeneratedStep[],
  replay: Replay,
): Promise<readonly string[] | null> {
  let simplest = sequence;
  let script = await replay(sequence);
  // From the end: a step may be needed only by a later one that can be simplified.
  for (let index = sequence.length - 1; script !== null && index >= 0; ) {
    const next = await firstFailing(simplerAt(simplest, index), replay);
    if (next === null) {
      index -= 1;
    } else {
      if (next.sequence.length < simplest.length) index -= 1;
      ({ sequence: simplest, script } = next);
    }
  }
  return script;
}

async function firstFailing(
  sequences: Iterable<readonly GeneratedStep[]>,
  replay: Replay,
): Promise<{ sequence: readonly GeneratedStep[]; script: readonly string[] } | null> {
  for (const sequence of sequences) {
    const script = await replay(sequence);
    if (script !== null) return { sequence, script };
  }
  return null;
}

/** The sequence without one step, or with a simpler one in its place. */
function* simplerAt(sequence: readonly GeneratedStep[], index: number): Generator<GeneratedStep[]> {
  yield sequence.toSpliced(index, 1);
  const step = sequence[index];
  if (step === undefined) return;
  for (const simpler of simplerSteps(step)) yield sequence.with(index, { ...step, ...simpler });
}

const activeEmployees = [0, 1, 2, 3, 4, 5, 6];

function* simplerSteps({
  by,
  via,
  firstSession,
  operation,
}: GeneratedStep): Generator<Partial<GeneratedStep>> {
  if (via !== 'SQL') yield { via: 'SQL' };
  if (firstSession) yield { firstSession: false };
  if (by !== null && typeof by === 'object' && by.among === 'created') {
    for (const nth of activeEmployees) yield { by: { to: 'employee', among: 'initial', nth } };
  }
  if (operation.verb !== 'update') return;
  const columns = Object.entries(operation.values);
  if (columns.length < 2) return;
  for (const [dropped] of columns) {
    const values = Object.fromEntries(columns.filter(([column]) => column !== dropped));
    yield { operation: { ...operation, values } };
  }
}
