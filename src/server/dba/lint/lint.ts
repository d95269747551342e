import { styleText } from 'node:util';
import type { Client } from 'pg';
import { wrapText } from '../text.ts';

/** A finding of a rule, as in dba.finding. */
export type Finding = {
  name: string;
  level: Level;
  object: string;
  detail: string;
  why: string;
  fix: string;
};

/** ERROR and WARN fail, INFO does not. */
export type Level = 'ERROR' | 'WARN' | 'INFO';

/** A rule with its findings and its suppressed findings. */
export type RuleReport = {
  name: string;
  level: Level;
  why: string;
  fix: string;
  findings: { object: string; detail: string }[];
  suppressed: { object: string; reason: string }[];
};

/** Every rule, the most severe first, with its findings in one snapshot. */
export async function lint(client: Client): Promise<RuleReport[]> {
  // names must not depend on the search path of the login
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

/** Whether there is an ERROR or a WARN. */
export function fails(rules: readonly RuleReport[]): boolean {
  return rules.some(({ level, findings }) => level !== 'INFO' && findings.length > 0);
}

/** The findings as a flat list. */
export function findingsOf(rules: readonly RuleReport[]): Finding[] {
  return rules.flatMap(({ name, level, why, fix, findings }) =>
    findings.map(({ object, detail }) => ({ name, level, object, detail, why, fix })),
  );
}

/** The findings as text: by rule, the most severe first, with reason and fix; then their number. */
export function lintText(rules: readonly RuleReport[], { explain }: { explain: boolean }): string {
  const broken = rules.filter(({ findings }) => findings.length > 0);
  const blocks = [
    ...broken.map((rule) => [title(rule), ...found(rule), ...advice(rule)]),
    [summary(rules)],
    ...(explain ? [['Every rule'], ...rules.map((rule) => [title(rule), ...advice(rule)])] : []),
    ...(explain ? accepted(rules) : []),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function title({ level, name }: RuleReport): string {
  return `${styleText(colours[level], level.padEnd(5))}  ${styleText('bold', name)}`;
}

const colours: Record<Level, 'red' | 'yellow' | 'blue'> = {
  ERROR: 'red',
  WARN: 'yellow',
  INFO: 'blue',
};

function found({ findings }: RuleReport): string[] {
  return findings.flatMap(({ object, detail }) => [
    ...wrapText(object, '       '),
    ...wrapText(detail, '         ').map((line) => styleText('dim', line)),
  ]);
}

function advice({ why, fix }: RuleReport): string[] {
  return [...wrapText(why, '  why  ', '       '), ...wrapText(fix, '  fix  ', '       ')];
}

function accepted(rules: readonly RuleReport[]): string[][] {
  const suppressing = rules.filter(({ suppressed }) => suppressed.length > 0);
  if (suppressing.length === 0) return [];
  return [
    ['Suppressed, in db/dba/41_suppression.sql'],
    ...suppressing.map((rule) => [
      title(rule),
      ...rule.suppressed.flatMap(({ object, reason }) => [
        ...wrapText(object, '       '),
        ...wrapText(reason, '         ').map((line) => styleText('dim', line)),
      ]),
    ]),
  ];
}

function summary(rules: readonly RuleReport[]): string {
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const counted = (level: Level) =>
    sum(rules.filter((rule) => rule.level === level).map(({ findings }) => findings.length));
  const suppressed = sum(rules.map((rule) => rule.suppressed.length));
  const tried = `${rules.length} rules, ${suppressed} suppressed.`;
  const [errors, warnings, notes] = [counted('ERROR'), counted('WARN'), counted('INFO')];
  if (errors + warnings + notes === 0) return `${styleText('green', 'No findings.')} ${tried}`;
  const total = errors + warnings + notes;
  return `${total} ${total === 1 ? 'finding' : 'findings'}: ${errors} ERROR, ${warnings} WARN, ${notes} INFO. ${tried}`;
}
