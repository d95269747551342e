import type { Client } from 'pg';
import { OperatorError } from '../../errors/errors.ts';
import type { AcceptedFinding } from '../exceptions.ts';

/** A finding of a rule, as in dba.finding. */
export type Finding = {
  number: number;
  name: string;
  level: Level;
  object: string;
  detail: string;
  why: string;
  fix: string;
  /** How many of the roles that requests run as reach the object. */
  exposure: number;
};

/** ERROR and WARN fail, INFO does not. */
export type Level = 'ERROR' | 'WARN' | 'INFO';

/** A rule with its findings and its suppressed findings. */
export type RuleReport = {
  /** Stays with the rule. */
  number: number;
  name: string;
  level: Level;
  why: string;
  fix: string;
  /** Those that most roles of the API reach first. */
  findings: { object: string; detail: string; exposure: number }[];
  suppressed: { object: string; reason: string }[];
};

/**
 * Every rule with its findings, in the snapshot of the caller: the most severe first, and of these what most roles of the
 * API reach. What a deployment accepts counts as suppressed.
 */
export async function lint(
  client: Client,
  accepted: readonly AcceptedFinding[] = [],
): Promise<RuleReport[]> {
  // names must not depend on the search path of the login
  await client.query(`set local search_path = ''`);
  // compiling a query of this length takes longer than running it
  await client.query('set local jit = off');
  const { rows: rules } = await client.query<Omit<RuleReport, 'findings' | 'suppressed'>>(
    'select number, name, level, why, fix from dba.lint_rule order by number',
  );
  const { rows } = await client.query<Pick<Finding, 'name' | 'object' | 'detail' | 'exposure'>>(
    'select name, object, detail, exposure from dba.finding order by exposure desc, object, detail',
  );
  const { rows: suppressions } = await client.query<AcceptedFinding>(
    'select rule, object, reason from dba.suppression order by object',
  );
  const suppressed = [...suppressions, ...accepted].map(({ rule: name, ...rest }) => ({
    name,
    ...rest,
  }));
  const findings = rows.filter(
    ({ name, object }) => !accepted.some((one) => one.rule === name && one.object === object),
  );

  const of = <Row extends { name: string }>(rows: Row[], rule: string) =>
    rows.filter(({ name }) => name === rule).map(({ name: _, ...rest }) => rest);
  const reports = rules.map((rule) => ({
    ...rule,
    findings: of(findings, rule.name),
    suppressed: of(suppressed, rule.name),
  }));
  const severity = ({ level }: RuleReport) => levels.indexOf(level);
  const exposure = ({ findings: [first] }: RuleReport) => first?.exposure ?? -1;
  return reports.toSorted(
    (one, other) => severity(one) - severity(other) || exposure(other) - exposure(one),
  );
}

const levels: readonly Level[] = ['ERROR', 'WARN', 'INFO'];

/** Which rules and findings are wanted. */
export interface LintSelection {
  /** By name or number. */
  rule?: string | undefined;
  /** With its schema or without: `crm.client`, `client`. */
  table?: string | undefined;
}

/** The rules and findings that are wanted. Throws an OperatorError when there is no such rule. */
export function selectFindings(
  rules: readonly RuleReport[],
  { rule, table }: LintSelection,
): RuleReport[] {
  const concerns = ({ object }: { object: string }) =>
    table === undefined || tablesIn(object).includes(table);
  return (rule === undefined ? rules : [ruleNamed(rules, rule)]).map((report) => ({
    ...report,
    findings: report.findings.filter(concerns),
    suppressed: report.suppressed.filter(concerns),
  }));
}

// sales_update_own on crm.client, crm.client.email, select on crm.client to epic_sales
function tablesIn(object: string): string[] {
  const [, schema, table] = /(?:^|\bon )([\w$]+)\.([\w$]+)/.exec(object) ?? [];
  return table === undefined ? [] : [table, `${schema}.${table}`];
}

/** A rule by its name or number. Throws an OperatorError when there is none. */
export function ruleNamed(rules: readonly RuleReport[], wanted: string): RuleReport {
  const found = rules.find(({ name, number }) => name === wanted || String(number) === wanted);
  if (found !== undefined) return found;
  const alike = rules.filter(({ name }) => name.includes(wanted)).map(({ name }) => name);
  throw new OperatorError(
    `There is no rule ${wanted}.`,
    alike.length > 0
      ? `Did you mean ${alike.slice(0, 5).join(', ')}?`
      : 'epic-server policies lint --explain lists them all.',
  );
}

/** Whether there is an ERROR or a WARN. */
export function fails(rules: readonly RuleReport[]): boolean {
  return rules.some(({ level, findings }) => level !== 'INFO' && findings.length > 0);
}

/** The findings as a flat list. */
export function findingsOf(rules: readonly RuleReport[]): Finding[] {
  return rules.flatMap(({ number, name, level, why, fix, findings }) =>
    findings.map(({ object, detail, exposure }) => ({
      number,
      name,
      level,
      object,
      detail,
      why,
      fix,
      exposure,
    })),
  );
}
