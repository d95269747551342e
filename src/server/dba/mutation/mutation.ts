import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { databasePath } from '../../database/sql-file.ts';
import { codeOf, OperatorError } from '../../errors/errors.ts';

/** A small change of the rules, from dba.mutation. */
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
  /** The first failing test: file, line and description. */
  killedBy: string | null;
}

/** What `policies mutate --json` prints. */
export interface MutationReport {
  /** The share of the non-equivalent mutants that was killed. */
  score: number;
  total: number;
  killed: number;
  survived: number;
  equivalent: number;
  /** The control changes nothing and is not counted; if it is killed, the run fails. */
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

export function reportOf(verdicts: readonly Verdict[]): MutationReport {
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

/** A mutant that behaves like the original, and why. */
type Equivalent = { name: string; proof: string };

const FILE = 'tests/mutation/equivalent.json';

/** The mutants listed as equivalent, each with its proof. */
export async function readEquivalents(): Promise<Equivalent[]> {
  try {
    const listed: Equivalent[] = JSON.parse(await readFile(databasePath('..', FILE), 'utf8'));
    const unproven = listed.find(({ name, proof }) => !name || !proof?.trim());
    if (unproven !== undefined)
      throw new Error(`an entry has no name or no proof: ${unproven.name}`);
    return listed;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new OperatorError(`${FILE} cannot be read: ${error}`, undefined, error);
  }
}

/** The problems of the list, which must name only existing mutants that survive. */
export function findStaleEquivalents(
  listed: readonly Equivalent[],
  mutants: readonly Mutant[],
  verdicts: readonly Verdict[],
): string[] {
  const names = new Set(mutants.map(({ name }) => name));
  const killers = new Map(verdicts.map(({ mutant, killedBy }) => [mutant.name, killedBy]));
  return listed.flatMap(({ name }) => {
    if (!names.has(name)) return `${FILE} lists a mutant that does not exist: ${name}`;
    const killer = killers.get(name);
    return killer ? `${FILE} lists a mutant that is not equivalent: ${name}\n  ${killer}` : [];
  });
}

/** A verdict as text: its status, the change, and the failing test. */
export function describeVerdict({ mutant, status, killedBy }: Verdict, width: number): string {
  // the statement of a function is its whole source; the name says which line is changed
  const isLong = mutant.sql.includes('$function$');
  const statement =
    mutant.sql === mutant.name || (isLong && status === 'killed') ? [] : [mutant.sql.trimEnd()];
  const body = [mutant.name, ...statement, ...(killedBy === null ? [] : [`by ${killedBy}`])];
  const lines = body.flatMap((text) => text.split('\n').flatMap((line) => wrap(line, width - 12)));
  const [first = '', ...rest] = lines;
  return `${status.padEnd(12)}${first}\n${rest.map((line) => `            ${line}\n`).join('')}`;
}

export function describeReport({
  score,
  total,
  killed,
  survived,
  equivalent,
}: MutationReport): string {
  // never rounded up to 100 %
  const percent = Math.floor(score * 1000) / 10;
  return (
    `\n${total} mutants: ${killed} killed, ${survived} survived, ${equivalent} equivalent.\n` +
    'The control, which changes nothing, survived.\n' +
    `Score: ${percent} %\n`
  );
}

function wrap(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const space = line.lastIndexOf(' ', width);
  const end = space > width / 2 ? space : width;
  return [line.slice(0, end), ...wrap(`  ${line.slice(end).trimStart()}`, width)];
}
