import { wrapText } from '../text.ts';
import type { Comparison, CostReport } from './cost.ts';

/** The report as text: a table, then what differs in the plans of what is above the budget. */
export function costText({ budget, enter, comparisons, skipped }: CostReport): string {
  const above = comparisons.filter(({ holds }) => !holds);
  const rows = [
    ['', '', 'policies', 'by hand', 'ratio'],
    ...comparisons.map((one) => [
      one.department,
      one.operation,
      milliseconds(one.policies),
      milliseconds(one.byHand),
      `${one.ratio.toFixed(2)}${one.holds ? ' ' : '!'}`,
    ]),
  ];
  const blocks = [
    aligned(rows),
    wrapText(
      `Milliseconds, medians; by hand: as a role that bypasses row-level security, with the conditions of the policies in WHERE. Entering a session, once a transaction: ${milliseconds(enter)}.`,
      '',
      '',
    ),
    ...above.map(differences),
    ...skipped.map(({ department, operation, reason }) =>
      wrapText(`Not measured: ${department}, ${operation}. ${reason}`, '', '  '),
    ),
    [
      above.length === 0
        ? `All within ${budget} times the statement by hand.`
        : `${above.length} above ${budget} times the statement by hand.`,
    ],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function differences({ department, operation, plans }: Comparison): string[] {
  const { policies, byHand, onlyPolicies, onlyByHand } = plans;
  return [
    `${department}, ${operation}`,
    ...onlyPolicies.flatMap((node) => wrapText(node, '  + ', '    ')),
    ...onlyByHand.flatMap((node) => wrapText(node, '  - ', '    ')),
    `  rows ${policies.rows} (by hand ${byHand.rows}), blocks ${policies.blocks} (${byHand.blocks})`,
  ];
}

const milliseconds = (time: number) => time.toFixed(3);

/** Aligned columns: two to the left, the others to the right. */
function aligned(rows: readonly string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(width(column)) : cell.padStart(width(column)),
      )
      .join('  ')
      .trimEnd(),
  );
}
