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
  /** A condition in SQL under which it changes nothing for any role of the API. */
  equivalence: string | null;
}

/**
 * killed: a test of what happens failed. structural: only a test that reads the catalogue did. equivalent: it changes
 * nothing. survived: no test failed.
 */
export type Status = 'killed' | 'structural' | 'equivalent' | 'survived';

export interface Outcome {
  status: Status;
  /** The first failing test: file, line and description. */
  killedBy: string | null;
}

export interface Verdict extends Outcome {
  mutant: Mutant;
}

/** What `policies mutate --json` prints. */
export interface MutationReport {
  /**
   * The score of behaviour: the share of the mutants that are neither equivalent nor accepted as structural that a test
   * of what happens has killed.
   */
  score: number;
  total: number;
  killed: number;
  /** Killed by a test of the catalogue alone, and accepted as such, with a reason. */
  structural: number;
  survived: number;
  equivalent: number;
  /** The control changes nothing and is not counted; if it is killed, the run fails. */
  control: 'survived';
  mutants: (Mutant & Outcome)[];
}

/** All mutants of a deployed database, and the control, which changes nothing. */
export async function readMutants(client: Client): Promise<{ mutants: Mutant[]; control: Mutant }> {
  const { rows } = await client.query<Mutant>(
    'select name, kind, object, sql, equivalence from dba.mutation order by object, kind, name',
  );
  const control = rows.find(({ kind }) => kind === 'control');
  if (control === undefined) throw new OperatorError('dba.mutation has no control.');
  return { mutants: rows.filter((mutant) => mutant !== control), control };
}

/** The names of the mutants whose condition of equivalence holds in this database. */
export async function findEquivalents(
  client: Client,
  mutants: readonly Mutant[],
): Promise<Set<string>> {
  const conditions = new Map<string, boolean>();
  for (const condition of new Set(mutants.flatMap(({ equivalence }) => equivalence ?? []))) {
    const { rows } = await client.query<{ holds: boolean | null }>(`select ${condition} as holds`);
    conditions.set(condition, rows[0]?.holds === true);
  }
  const isEquivalent = ({ equivalence }: Mutant) => conditions.get(equivalence ?? '') === true;
  return new Set(mutants.filter(isEquivalent).map(({ name }) => name));
}

export function reportOf(verdicts: readonly Verdict[], accepted: AcceptedMutants): MutationReport {
  const count = (wanted: Status) => verdicts.filter(({ status }) => status === wanted).length;
  const killed = count('killed');
  const structural = verdicts.filter(
    ({ status, mutant }) => status === 'structural' && accepted.structural.has(mutant.name),
  ).length;
  const equivalent = count('equivalent');
  const judged = verdicts.length - equivalent - structural;
  return {
    score: judged === 0 ? 1 : killed / judged,
    total: verdicts.length,
    killed,
    structural,
    survived: judged - killed,
    equivalent,
    control: 'survived',
    mutants: verdicts.map(({ mutant, status, killedBy }) => ({ ...mutant, status, killedBy })),
  };
}

/** The mutants that no test of what happens has to kill. */
export interface AcceptedMutants {
  /** They behave like the original. */
  equivalent: ReadonlySet<string>;
  /** What they change shows only in the catalogue. */
  structural: ReadonlySet<string>;
}

const FILE = 'tests/mutation/accepted.json';

/** Reads the list of accepted mutants, each with its reason. */
export async function readAccepted(): Promise<AcceptedMutants> {
  type Listed = Record<keyof AcceptedMutants, { name: string; reason: string }[]>;
  try {
    const listed: Listed = JSON.parse(await readFile(databasePath('..', FILE), 'utf8'));
    const { equivalent, structural } = listed;
    const unexplained = [...equivalent, ...structural].find(
      ({ name, reason }) => !name || !reason?.trim(),
    );
    if (unexplained !== undefined)
      throw new Error(`an entry has no name or no reason: ${unexplained.name}`);
    const namesOf = (entries: readonly { name: string }[]) =>
      new Set(entries.map(({ name }) => name));
    return { equivalent: namesOf(equivalent), structural: namesOf(structural) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { equivalent: new Set(), structural: new Set() };
    throw new OperatorError(`${FILE} cannot be read: ${error}`, undefined, error);
  }
}

/** The entries of the list that are not true: it must name only existing mutants, with the verdict that they get. */
export function findStaleEntries(
  { equivalent, structural }: AcceptedMutants,
  mutants: readonly Mutant[],
  verdicts: readonly Verdict[],
): string[] {
  const names = new Set(mutants.map(({ name }) => name));
  const verdictOf = new Map(verdicts.map((verdict) => [verdict.mutant.name, verdict]));
  const stale = (name: string, claim: 'equivalent' | 'structural') => {
    if (!names.has(name)) return `${FILE} lists a mutant that does not exist: ${name}`;
    const verdict = verdictOf.get(name);
    if (verdict === undefined || verdict.status === claim) return [];
    const reason = verdict.killedBy ?? 'No test of the catalogue fails for it.';
    return `${FILE} lists a mutant as ${claim} that is not: ${name}\n  ${reason}`;
  };
  return [
    ...[...equivalent].flatMap((name) => stale(name, 'equivalent')),
    ...[...structural].flatMap((name) => stale(name, 'structural')),
  ];
}

/** A verdict as text: its status, the change, and the failing test. */
export function describeVerdict({ mutant, status, killedBy }: Verdict, width: number): string {
  // the statement of a function is its whole source; the name says which line is changed
  const isLong = mutant.sql.includes('$function$');
  const statement =
    mutant.sql === mutant.name || (isLong && status === 'killed') ? [] : [mutant.sql.trimEnd()];
  const reason =
    status === 'equivalent'
      ? mutant.equivalence && `since ${mutant.equivalence}`
      : killedBy && `by ${killedBy}`;
  const body = [mutant.name, ...statement, ...(reason ? [reason] : [])];
  const lines = body.flatMap((text) => text.split('\n').flatMap((line) => wrap(line, width - 12)));
  const [first = '', ...rest] = lines;
  return `${status.padEnd(12)}${first}\n${rest.map((line) => `            ${line}\n`).join('')}`;
}

export function describeReport(report: MutationReport): string {
  const { score, total, killed, structural, survived, equivalent } = report;
  // never rounded up to 100 %
  const percent = Math.floor(score * 1000) / 10;
  const count = (number: number, what: string) =>
    `${number.toLocaleString('en').padStart(9)}  ${what}\n`;
  return (
    `\n${total.toLocaleString('en')} mutants; the control, which changes nothing, survived.\n` +
    count(killed, 'killed by a test of what happens') +
    count(structural, 'killed by a test of the catalogue alone, with a reason') +
    count(equivalent, 'equivalent: the condition beside it holds, or it is listed with a proof') +
    count(survived, 'survived, or were killed by a test of the catalogue alone') +
    `Score of behaviour: ${percent} %\n`
  );
}

function wrap(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const space = line.lastIndexOf(' ', width);
  const end = space > width / 2 ? space : width;
  return [line.slice(0, end), ...wrap(`  ${line.slice(end).trimStart()}`, width)];
}
