import { adoptNewRows, differences, historyErrors, unexpectedChanges } from './compare.ts';
import { describeStep } from './describe.ts';
import { applyOperation } from './effects.ts';
import { type Expectation, predict } from './expectation.ts';
import { type GeneratedStep, initialSizes, resolveStep, type Step } from './operations.ts';
import { isWriting } from './permission.ts';
import type { RecordName, Session, State } from './state.ts';
import type { Outcome, SystemUnderTest } from './system.ts';

/** The model and the database disagree. The script has a line for each step until then. */
export class Disagreement extends Error {
  readonly script: readonly string[];

  constructor(script: readonly string[]) {
    super(script.at(-1));
    this.script = script;
  }
}

/** Called for every step on which they agree. */
export type StepListener = (step: Step, expectation: Expectation, state: State) => void;

/** Runs a sequence in the system and in the model, step by step. Throws a Disagreement. */
export async function runSequence(
  sequence: readonly GeneratedStep[],
  system: SystemUnderTest,
  onStep: StepListener,
): Promise<void> {
  let state = await system.open();
  let before = await system.store.read();
  const sizes = initialSizes(state);
  const created: Record<RecordName, number[]> = {
    employee: [],
    client: [],
    contract: [],
    payment: [],
    event: [],
    note: [],
    notification: [],
  };
  const script: string[] = [];

  for (const generated of sequence) {
    const step = resolveStep(generated, state, sizes, created);
    const line = `${script.length + 1}. ${describeStep(step, state)}`;
    const session = sessionOf(step, state);
    const expectation = predict(state, step, session);
    const outcome = await system.perform(step, session, state);
    const wasRefused = outcome.code !== 'OK';
    // A statement that SQL refused was rolled back, and a read writes nothing. If it did, the next comparison shows it.
    const writes = isWriting(step.operation) || changesCredentials(step.operation.verb);
    const readsState = step.via === 'GraphQL' || (!wasRefused && writes);
    const after = readsState ? await system.store.read() : { rows: before.rows, history: [] };

    const next = expectedState(state, step, session, expectation, outcome);
    adoptNewRows(next, before, after);
    const errors = [
      ...outcomeErrors(expectation, outcome),
      ...(await readErrors(step, expectation, outcome, system)),
      ...differences(next, after),
      ...unexpectedChanges([state, before], [next, after], wasRefused),
      ...historyErrors(state, next, after, step.by, wasRefused),
    ];
    if (errors.length > 0) throw new Disagreement([...script, `${line} → ${errors.join('; ')}`]);

    script.push(`${line} → both: ${outcome.code === 'OK' ? 'done' : outcome.code}`);
    onStep(step, expectation, state);
    if (step.operation.verb === 'create' && outcome.id !== undefined) {
      created[step.operation.record].push(outcome.id);
    }
    state = next;
    before = after;
  }

  const errors = differences(state, await system.store.read());
  if (errors.length > 0) throw new Disagreement([...script, `In the end: ${errors.join('; ')}`]);
}

/** These write history and notifications. */
function changesCredentials(verb: string): boolean {
  return verb === 'change password' || verb.endsWith(' second factor');
}

function sessionOf({ by, firstSession }: Step, { sessions }: State): Session | null {
  const theirs = sessions.filter(({ employee_id }) => employee_id === by);
  return theirs.at(firstSession ? 0 : -1) ?? null;
}

/** The state that the model expects: unchanged by a refusal. */
function expectedState(
  state: State,
  { by, operation }: Step,
  session: Session | null,
  expectation: Expectation,
  { code, id = 0, opened }: Outcome,
): State {
  const me = state.employee.get(by ?? 0);
  const ownSession = opened ?? session;
  if (!expectation.allowed || code !== 'OK' || me === undefined || ownSession === null) {
    return structuredClone(state);
  }
  return applyOperation(state, operation, { me, session: ownSession }, expectation.rows, id);
}

function outcomeErrors(expectation: Expectation, { code, detail }: Outcome): string[] {
  const database = code === 'OK' ? 'done' : `${code} (${detail})`;
  if (expectation.allowed) return code === 'OK' ? [] : [`model: allowed; database: ${database}`];
  const { codes, why } = expectation;
  const isExpected = codes.some((expected) => expected === code);
  return isExpected ? [] : [`model: ${codes.join(' or ')} (${why}); database: ${database}`];
}

/** Whether a read returned exactly the visible rows. */
async function readErrors(
  { operation }: Step,
  expectation: Expectation,
  { seen }: Outcome,
  { store }: SystemUnderTest,
): Promise<string[]> {
  if (!expectation.allowed || seen === undefined) return [];
  const isHistory = operation.verb === 'read history' && expectation.rows.length > 0;
  const expected = isHistory
    ? await store.historyOf(operation.record, operation.id)
    : expectation.rows;
  const sorted = (ids: readonly number[]) => [...ids].sort((one, other) => one - other).join(', ');
  if (sorted(seen) === sorted(expected)) return [];
  return [`model: they see ${sorted(expected) || 'none'}; database: ${sorted(seen) || 'none'}`];
}
