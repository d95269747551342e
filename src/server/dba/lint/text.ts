import { styleText } from 'node:util';
import { wrapText } from '../text.ts';
import type { Level, RuleReport } from './lint.ts';

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

/** A rule by itself: why it is one and what to do, then what it finds and what is accepted. */
export function ruleText(rule: RuleReport): string {
  const blocks = [
    [title(rule), ...advice(rule)],
    rule.findings.length > 0 ? ['Found', ...found(rule)] : ['No findings.'],
    rule.suppressed.length > 0 ? ['Suppressed', ...acceptedBy(rule)] : [],
  ].filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function title({ level, number, name }: RuleReport): string {
  return `${styleText(colours[level], level.padEnd(5))}  ${number}  ${styleText('bold', name)}`;
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
    ...suppressing.map((rule) => [title(rule), ...acceptedBy(rule)]),
  ];
}

function acceptedBy({ suppressed }: RuleReport): string[] {
  return suppressed.flatMap(({ object, reason }) => [
    ...wrapText(object, '       '),
    ...wrapText(reason, '         ').map((line) => styleText('dim', line)),
  ]);
}

function summary(rules: readonly RuleReport[]): string {
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const counted = (level: Level) =>
    sum(rules.filter((rule) => rule.level === level).map(({ findings }) => findings.length));
  const suppressed = sum(rules.map((rule) => rule.suppressed.length));
  const tried = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}, ${suppressed} suppressed.`;
  const [errors, warnings, notes] = [counted('ERROR'), counted('WARN'), counted('INFO')];
  if (errors + warnings + notes === 0) return `${styleText('green', 'No findings.')} ${tried}`;
  const total = errors + warnings + notes;
  return `${total} ${total === 1 ? 'finding' : 'findings'}: ${errors} ERROR, ${warnings} WARN, ${notes} INFO. ${tried}`;
}
