import type { Client } from 'pg';

/** What a rule found, as dba.lint says it. */
export type Finding = {
  name: string;
  level: Level;
  object: string;
  detail: string;
  why: string;
  fix: string;
};

/** ERROR and WARN fail; INFO is worth knowing. */
export type Level = 'ERROR' | 'WARN' | 'INFO';

/** A rule, what it found, and which of its findings are accepted. */
export type RuleReport = {
  name: string;
  level: Level;
  why: string;
  fix: string;
  findings: { object: string; detail: string }[];
  suppressed: { object: string; reason: string }[];
};

/** Every rule, the worst first, with what it finds in this database at one moment. */
export async function lint(client: Client): Promise<RuleReport[]> {
  // What names mean must not depend on the settings of the login.
  await client.query('begin isolation level repeatable read read only');
  try {
    await client.query(`set local search_path = ''`);
    const { rows: rules } = await client.query<Omit<RuleReport, 'findings' | 'suppressed'>>(
      `select name, level, why, fix from dba.lint_rule
       order by array_position(array['ERROR', 'WARN', 'INFO'], level), name`,
    );
    const { rows: findings } = await client.query<{ name: string; object: string; detail: string }>(
      'select name, object, detail from dba.finding order by object, detail',
    );
    const { rows: suppressed } = await client.query<{
      name: string;
      object: string;
      reason: string;
    }>('select rule as name, object, reason from dba.suppression order by object');

    const of = <Row extends { name: string }>(rows: Row[], rule: string) =>
      rows.filter(({ name }) => name === rule).map(({ name: _, ...rest }) => rest);
    return rules.map((rule) => ({
      ...rule,
      findings: of(findings, rule.name),
      suppressed: of(suppressed, rule.name),
    }));
  } finally {
    await client.query('rollback');
  }
}

/** Whether there is something to be put right. */
export function fails(rules: readonly RuleReport[]): boolean {
  return rules.some(({ level, findings }) => level !== 'INFO' && findings.length > 0);
}

/** The findings one by one, as dba.finding has them. */
export function findingsOf(rules: readonly RuleReport[]): Finding[] {
  return rules.flatMap(({ name, level, why, fix, findings }) =>
    findings.map(({ object, detail }) => ({ name, level, object, detail, why, fix })),
  );
}
