import { type Block, code, heading, paragraph } from '../../document/block.ts';
import { describePlace } from '../place.ts';
import type { Effect, RecordEffect } from './effect.ts';
import {
  expressionLines,
  functionSentence,
  linesOf,
  policySentence,
  recordTitle,
  summaryOf,
} from './sentences.ts';
import { WORDS } from './word.ts';
/** The effect as a page, such as the comment of a pull request: a summary, a table, and the policies. */
export function effectDocument(effect: Effect): Block[] {
  const { records, functions, database } = effect;
  const changes = WORDS.flatMap((word) => records.filter((record) => record.word === word));
  const rows = changes.flatMap((record) => rowsOf(record));
  return [
    heading(2, 'What this change would open'),
    paragraph(`${summaryOf(effect).join(' ')} ${describePlace(database)}.`),
    ...(rows.length === 0
      ? []
      : [
          {
            kind: 'table' as const,
            head: ['', 'Verb', 'Who', 'Rows and columns', 'People', 'Such as'],
            rows,
          },
        ]),
    ...(functions.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            items: WORDS.flatMap((word) =>
              functions
                .filter((one) => one.word === word)
                .map((one) => [`${word} ${code(one.name)}: ${functionSentence(one)}`]),
            ),
          },
        ]),
    ...changes.flatMap(policyBlocks),
  ];
}

function rowsOf(record: RecordEffect): string[][] {
  const lines = record.roles.flatMap((role) =>
    linesOf(role).map((line) => ({ ...line, word: role.word })),
  );
  if (lines.length === 0) return [[record.word, recordTitle(record), '', '', '', '']];
  return lines.map(({ word, who, change, people, example }) => [
    word,
    recordTitle(record),
    who,
    change,
    people,
    example,
  ]);
}

function policyBlocks(record: RecordEffect): Block[] {
  if (record.policies.length === 0) return [];
  const lines = record.policies.flatMap((policy) => [
    policySentence(policy),
    ...expressionLines(policy).map(({ sign, text }) => `${sign} ${text}`),
  ]);
  return [
    heading(3, recordTitle(record)),
    { kind: 'code', language: 'diff', text: lines.join('\n') },
  ];
}
