import type { Problem } from '../errors.ts';
import { json } from './machine.ts';
import type { Paint } from './paint.ts';
import { printableLines, wrapped } from './text.ts';

/** What happened, why, and what to do next, in lines of at most `cells` cells. */
export function problemAsText(
  { message, reason, hint }: Problem,
  paint: Paint,
  cells: number,
): string {
  const indented = (text: string) => wrapped(printableLines(text), cells, '  ');
  const parts = [paint.bad('✗') + indented(message).slice(1)];
  if (reason) parts.push(indented(reason));
  if (hint) parts.push(paint.quiet(indented(`→ ${hint}`)));
  return `${parts.join('\n')}\n`;
}

/** `{"error": {code, kind, message, reason, policy, hint, id}}`, nothing left out. */
export function problemAsJson(problem: Problem): string {
  const { code, kind = null, message, reason = null, hint = null } = problem;
  const policy = problem.code === 'FORBIDDEN' ? (problem.policy ?? null) : null;
  const id = problem.code === 'INTERNAL' ? (problem.id ?? null) : null;
  return json({ error: { code, kind, message, reason, policy, hint, id } });
}
