import type { Client } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/** One small change of the rules, as dba.mutation has it. */
export interface Mutant {
  name: string;
  kind: string;
  object: string;
  /** The statements that make the change. */
  sql: string;
}

export interface Verdict {
  mutant: Mutant;
  status: 'killed' | 'survived' | 'equivalent';
  /** The test that noticed: file, line and description. */
  killedBy: string | null;
}

/** What `policies mutate --json` prints. */
export interface Proof {
  /** Of the mutants that are not equivalent, the share that was killed. */
  score: number;
  total: number;
  killed: number;
  survived: number;
  equivalent: number;
  /** What became of the control, which changes nothing and is not counted; had it been killed, there were no proof. */
  control: 'survived';
  mutants: (Mutant & Pick<Verdict, 'status' | 'killedBy'>)[];
}

/** All mutants of a deployed database, and the control, which changes nothing. */
export async function readMutants(client: Client): Promise<{ mutants: Mutant[]; control: Mutant }> {
  const { rows } = await client.query<Mutant>(
    'select name, kind, object, sql from dba.mutation order by object, kind, name',
  );
  const control = rows.find(({ kind }) => kind === 'control');
  if (control === undefined) throw new OperatorError('dba.mutation has no control.');
  return { mutants: rows.filter((mutant) => mutant !== control), control };
}

export function proofOf(verdicts: readonly Verdict[]): Proof {
  const count = (wanted: string) => verdicts.filter(({ status }) => status === wanted).length;
  const killed = count('killed');
  const survived = count('survived');
  return {
    score: killed + survived === 0 ? 1 : killed / (killed + survived),
    total: verdicts.length,
    killed,
    survived,
    equivalent: count('equivalent'),
    control: 'survived',
    mutants: verdicts.map(({ mutant, status, killedBy }) => ({ ...mutant, status, killedBy })),
  };
}
