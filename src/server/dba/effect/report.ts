import { styleText } from 'node:util';
import { describePlace } from '../place.ts';
import { WIDTH, wrapText } from '../text.ts';
import type { Effect, RecordEffect } from './effect.ts';
import type { FunctionEffect } from './functions.ts';
import type { PolicyChange } from './policies.ts';
import {
  expressionLines,
  functionSentence,
  type Line,
  linesOf,
  policySentence,
  recordTitle,
  summaryOf,
} from './sentences.ts';
import { WORDS, type Word } from './word.ts';

const MARGIN = ' '.repeat(9);
const COLOURS = { GAINED: 'red', UNKNOWN: 'magenta', LOST: 'yellow', NONE: 'green' } as const;

/** The effect as text: a block for each verb of a record, those that open something first. */
export function describeEffect(effect: Effect): string {
  const changes = [...effect.records, ...effect.functions];
  const blocks = WORDS.flatMap((word) =>
    changes.filter((change) => change.word === word).map(blockOf),
  );
  const place = [describePlace(effect.database)];
  const heading = blocks.length === 0 ? [] : [['What db/ would open and close there:']];
  return `${[place, ...heading, ...blocks, summaryOf(effect)].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function blockOf(change: RecordEffect | FunctionEffect): string[] {
  return 'table' in change ? recordBlock(change) : functionBlock(change);
}

function recordBlock(record: RecordEffect): string[] {
  const { word, policies, roles } = record;
  const lines = roles.flatMap(linesOf);
  const width = Math.max(...lines.map(({ who }) => who.length));
  return [
    ...title(word, recordTitle(record)),
    ...policies.flatMap(policyLines),
    ...lines.flatMap((line, index) =>
      effectLines(line, line.who === lines[index - 1]?.who ? '' : line.who, width),
    ),
  ];
}

function title(word: Word, text: string): string[] {
  const [first = '', ...rest] = wrapText(text, MARGIN);
  const coloured = styleText(COLOURS[word], word, { stream: process.stdout });
  return [`${coloured}${first.slice(word.length)}`, ...rest];
}

function policyLines(policy: PolicyChange): string[] {
  return [
    ...wrapText(policySentence(policy), MARGIN),
    ...expressionLines(policy).flatMap(({ sign, text }) =>
      wrapExpression(text, `${MARGIN}  ${sign} `, `${MARGIN}      `),
    ),
  ];
}

/** Wraps between the parts of a policy or before `and` and `or`, and elsewhere only what does not fit. */
function wrapExpression(text: string, first: string, next: string): string[] {
  const terms = text.replaceAll(/ (?!(?:and|or|using|with) )/g, '\u00a0');
  const lines = wrapText(terms, first, next).map((line) => line.replaceAll('\u00a0', ' '));
  return lines.every(({ length }) => length <= WIDTH) ? lines : wrapText(text, first, next);
}

function effectLines({ change, people, example }: Line, who: string, width: number): string[] {
  const indent = `${MARGIN}${' '.repeat(width)}  `;
  const first = `${MARGIN}${who.padEnd(width)}  `;
  const together = people === '' ? change : `${change}  ${people}`;
  const main =
    first.length + together.length <= WIDTH
      ? [first + together]
      : [
          ...wrapText(change, first, `${indent}  `),
          ...(people === '' ? [] : [`${indent}  ${people}`]),
        ];
  const shown = example === '' ? [] : wrapText(`such as ${example}`, `${indent}  `);
  return [...main, ...shown.map((line) => styleText('dim', line, { stream: process.stdout }))];
}

function functionBlock(effect: FunctionEffect): string[] {
  return [
    ...title(effect.word, `function ${effect.name}`),
    ...wrapText(functionSentence(effect), MARGIN),
  ];
}
