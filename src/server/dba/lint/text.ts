import { styleText } from 'node:util';
import { wrapped } from '../wrapped.ts';
import type { Level, RuleReport } from './lint.ts';

/** The findings for a person: by rule, the worst first, with why it matters and what to do; last, their number. */
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
    ...wrapped(object, '       '),
    ...wrapped(detail, '         ').map((line) => styleText('dim', line)),
  ]);
}

function advice({ why, fix }: RuleReport): string[] {
  return [...wrapped(why, '  why  ', '       '), ...wrapped(fix, '  fix  ', '       ')];
}

function accepted(rules: readonly RuleReport[]): string[][] {
  const suppressing = rules.filter(({ suppressed }) => suppressed.length > 0);
  if (suppressing.length === 0) return [];
  return [
    ['Suppressed, in db/dba/41_suppression.sql'],
    ...suppressing.map((rule) => [
      title(rule),
      ...rule.suppressed.flatMap(({ object, reason }) => [
        ...wrapped(object, '       '),
        ...wrapped(reason, '         ').map((line) => styleText('dim', line)),
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
