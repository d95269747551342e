import type { Contact } from '../../../client/index.ts';
import type { Problem } from '../errors.ts';
import { formatCell, localTime } from './format.ts';
import { json } from './machine.ts';
import { mark, wordsOnly } from './marks.ts';
import type { Paint } from './paint.ts';
import { printableLines, wrapped } from './text.ts';

/** Whom to ask, and how to reach them: `Ask Farid Benali (sales): +33 1 99 00 10 09, farid.benali@epic.example` */
export function askThem({ fullName, department, phone, email }: Contact): string {
  const reached = [phone && formatCell('phone', phone), email].filter(Boolean).join(', ');
  const person = fullName === null ? department : `${fullName} (${department})`;
  return `Ask ${person}${reached ? `: ${reached}` : '.'}`;
}

/** The moments that a problem tells of, as people write them where they are. */
function whenItWas({ facts = {} }: Problem): string | undefined {
  const { since, changedAt, changedBy } = facts;
  if (typeof since === 'string') return `Since ${localTime(since)}.`;
  if (typeof changedAt !== 'string') return undefined;
  const when = localTime(changedAt);
  return typeof changedBy === 'string'
    ? `${changedBy} changed it on ${when}.`
    : `It was changed on ${when}.`;
}

/** What happened, why, whom to ask, and what to type next, in lines of at most `maxWidth` columns. */
export function problemAsText(problem: Problem, paint: Paint, maxWidth: number): string {
  const { message, reason = whenItWas(problem), hint, again } = problem;
  const contact = problem.code === 'FORBIDDEN' && problem.contact && askThem(problem.contact);
  const indented = (text: string) => wrapped(printableLines(text), maxWidth, '  ');
  // What does not fit goes on below itself, so that each line of a list can be told from the next.
  const hanging = (text: string) =>
    printableLines(text)
      .split('\n')
      .map((line) => `  ${wrapped(line, maxWidth, '    ').slice(4)}`)
      .join('\n');
  // what the person chose is no failure
  const isChosen = problem.code === 'CANCELLED';
  const parts = [
    isChosen
      ? paint.quiet(indented(message).slice(2))
      : wordsOnly()
        ? indented(`${mark('failed')} ${message}`).trimStart()
        : paint.bad(mark('failed')) + indented(message).slice(1),
  ];
  if (reason) parts.push(indented(reason));
  if (contact) parts.push(indented(contact));
  if (hint) parts.push(paint.quiet(hanging(`${mark('next')} ${hint}`)));
  // The command stays on a line of its own, however long: it is there to be copied.
  if (again)
    parts.push('  Nothing you typed is lost. Run it again:', `    ${printableLines(again)}`);
  return `${parts.join('\n')}\n`;
}

/** `{"error": {code, kind, message, field, reason, contact, facts, hint, again, id}}`, nothing left out. */
export function problemAsJson(problem: Problem): string {
  const { code, kind = null, message, field = null, reason = null, facts = null } = problem;
  const { hint = null, again = null } = problem;
  const contact = problem.code === 'FORBIDDEN' ? (problem.contact ?? null) : null;
  const id = problem.code === 'INTERNAL' ? (problem.id ?? null) : null;
  return json({
    error: { code, kind, message, field, reason, contact, facts, hint, again, id },
  });
}
