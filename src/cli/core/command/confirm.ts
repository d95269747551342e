import { control, toggle } from '../args/flag.ts';
import { cancelled, usageError } from '../errors.ts';
import type { Prompts } from '../prompts/prompts.ts';
import type { Invocation } from './command.ts';

/** The flag of commands that cannot be undone. */
export const yes = control(toggle('--yes', 'do it without asking'));

/** Off a terminal, `--yes` has to confirm beforehand. */
export function assertCanConfirm({ possible }: Pick<Prompts, 'possible'>): void {
  if (possible) return;
  throw usageError(
    '--yes is missing: this cannot be undone, and there is no terminal to ask on.',
    'Add --yes if you are sure.',
  );
}

/** Asks before something that cannot be undone, unless `--yes` has said it. */
export async function confirm(
  { prompts, flags }: Pick<Invocation<never, { yes: typeof yes }>, 'prompts' | 'flags'>,
  question: () => string | Promise<string>,
): Promise<void> {
  if (flags.yes) return;
  assertCanConfirm(prompts);
  if (!(await prompts.confirm(await question()))) throw cancelled('Nothing was changed.');
}
