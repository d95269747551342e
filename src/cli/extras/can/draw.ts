import type { Contact } from '../../../client/index.ts';
import { mark } from '../../core/output/marks.ts';
import type { Paint } from '../../core/output/paint.ts';
import { askThem } from '../../core/output/problem.ts';
import { printable, wrapped } from '../../core/output/text.ts';

interface PermissionRow {
  allowed: boolean | null;
  verdict: string;
  contact: Contact | null;
  steps: readonly {
    kind: string;
    mode?: string | null;
    isMine: boolean;
    holds?: boolean | null;
    sentence?: string | null;
  }[];
}

const verdictWords = new Map([
  [true, 'Yes'],
  [false, 'No'],
  [null, 'It depends'],
]);

/** The verdict, the grants and policies behind it, and whom to ask. */
export function drawAccess(answer: PermissionRow, paint: Paint, width: number): string {
  const { allowed, verdict, contact, steps } = answer;
  const colour = { true: paint.good, false: paint.bad, null: paint.heading }[`${allowed}`];
  const word = `${verdictWords.get(allowed)}.`;
  const first = wrapped(printable(`${word} ${verdict}`), width, '');
  const parts = [colour(word) + first.slice(word.length)];

  const mine = steps.filter(({ isMine }) => isMine);
  if (mine.length > 0) parts.push('');
  for (const { kind, mode, holds, sentence } of mine) {
    const shown =
      holds === true
        ? paint.good(mark('holds'))
        : holds === false
          ? paint.bad(mark('fails'))
          : paint.quiet(mark('depends'));
    // the sentence of a restrictive policy is what to do where it does not hold
    const met = holds === true && mode === 'restrictive' ? 'Met: ' : '';
    const margin = `   ${' '.repeat(mark('holds').length)}${kind.padEnd(8)}`;
    const text = wrapped(
      printable(`${met}${sentence ?? 'It has no comment.'}`),
      width,
      ' '.repeat(margin.length),
    );
    parts.push(`  ${shown} ${paint.quiet(kind.padEnd(8))}${text.slice(margin.length)}`);
  }
  if (contact) parts.push('', wrapped(printable(askThem(contact)), width, ''));
  return `${parts.join('\n')}\n`;
}
