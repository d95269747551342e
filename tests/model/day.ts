import type { Company, RecordName, Session } from './company.ts';
import { adoptNotifications, differences, historyGaps, strayChanges } from './compare.ts';
import { afterwards } from './effects.ts';
import type { Office, Outcome } from './office.ts';
import { type Intention, type Step, sizesOf, stepOf } from './operations.ts';
import { isWriting } from './permission.ts';
import { judge, type Verdict } from './verdict.ts';
import { sentence } from './words.ts';

/** The model and the database disagree: a line for everything that was done until then. */
export class Disagreement extends Error {
  readonly script: readonly string[];

  constructor(script: readonly string[]) {
    super(script.at(-1));
    this.script = script;
  }
}

/** Hears of every step on which they agree. */
export type Witness = (step: Step, verdict: Verdict, company: Company) => void;

/** Plays a day in the office and in the model, step by step. Throws a Disagreement. */
export async function play(
  day: readonly Intention[],
  office: Office,
  witness: Witness,
): Promise<void> {
  let company = await office.open();
  let before = await office.store.read();
  const sizes = sizesOf(company);
  const created: Record<RecordName, number[]> = {
    employee: [],
    client: [],
    contract: [],
    payment: [],
    event: [],
    notification: [],
  };
  const script: string[] = [];

  for (const intention of day) {
    const step = stepOf(intention, company, sizes, created);
    const line = `${script.length + 1}. ${sentence(step, company)}`;
    const session = sessionOf(step, company);
    const verdict = judge(company, step, session);
    const outcome = await office.perform(step, session, company);
    const wasRefused = outcome.code !== 'OK';
    // What SQL refused was rolled back, and a read writes nothing. If it did, it is seen at the next look.
    const writes = isWriting(step.operation) || step.operation.verb === 'change password';
    const isLookedAt = step.through === 'GraphQL' || (!wasRefused && writes);
    const after = isLookedAt ? await office.store.read() : { rows: before.rows, history: [] };

    const next = expectedAfter(company, step, session, verdict, outcome);
    adoptNotifications(next, before, after);
    const wrong = [
      ...verdictsDiffer(verdict, outcome),
      ...(await sightsDiffer(step, verdict, outcome, office)),
      ...differences(next, after),
      ...strayChanges([company, before], [next, after], wasRefused),
      ...historyGaps(company, next, after, step.by, wasRefused),
    ];
    if (wrong.length > 0) throw new Disagreement([...script, `${line} → ${wrong.join('; ')}`]);

    script.push(`${line} → both: ${outcome.code === 'OK' ? 'done' : outcome.code}`);
    witness(step, verdict, company);
    if (step.operation.verb === 'create' && outcome.id !== undefined) {
      created[step.operation.record].push(outcome.id);
    }
    company = next;
    before = after;
  }

  const wrong = differences(company, await office.store.read());
  if (wrong.length > 0) throw new Disagreement([...script, `In the end ${wrong.join('; ')}`]);
}

function sessionOf({ by, firstSession }: Step, { sessions }: Company): Session | null {
  const theirs = sessions.filter(({ employee_id }) => employee_id === by);
  return theirs.at(firstSession ? 0 : -1) ?? null;
}

/** The company as the model expects it: unchanged by what was refused. */
function expectedAfter(
  company: Company,
  { by, operation }: Step,
  session: Session | null,
  verdict: Verdict,
  { code, id = 0, opened }: Outcome,
): Company {
  const me = company.employee.get(by ?? 0);
  const its = opened ?? session;
  if (!verdict.allowed || code !== 'OK' || me === undefined || its === null) {
    return structuredClone(company);
  }
  return afterwards(company, operation, { me, session: its }, verdict.rows, id);
}

function verdictsDiffer(verdict: Verdict, { code, detail }: Outcome): string[] {
  const database = code === 'OK' ? 'done' : `${code} (${detail})`;
  if (verdict.allowed) return code === 'OK' ? [] : [`model: allowed; database: ${database}`];
  const { codes, why } = verdict;
  const isExpected = codes.some((expected) => expected === code);
  return isExpected ? [] : [`model: ${codes.join(' or ')} (${why}); database: ${database}`];
}

/** Of a read: whether just that was seen which may be. */
async function sightsDiffer(
  { operation }: Step,
  verdict: Verdict,
  { seen }: Outcome,
  { store }: Office,
): Promise<string[]> {
  if (!verdict.allowed || seen === undefined) return [];
  const isHistory = operation.verb === 'read history' && verdict.rows.length > 0;
  const expected = isHistory ? await store.historyOf(operation.record, operation.id) : verdict.rows;
  const sorted = (ids: readonly number[]) => [...ids].sort((one, other) => one - other).join(', ');
  if (sorted(seen) === sorted(expected)) return [];
  return [`model: they see ${sorted(expected) || 'none'}; database: ${sorted(seen) || 'none'}`];
}
