import type { Api } from '../api/api.ts';
import { control, type Flags, toggle, type Values } from '../args/flag.ts';
import { cancelled, usageError } from '../errors.ts';
import type { Prompts } from '../prompts/prompts.ts';
import type { Invocation } from './command.ts';

/** The flag of commands that cannot be undone. */
export const yes = control(toggle('-y, --yes', 'do it without asking'));

/** What is asked before a change is sent: what exactly will happen, in words and amounts. */
export interface Confirmation<Row, F extends Flags> {
  /** About the record as it is; undefined where there is nothing to ask. */
  question(
    row: Row,
    flags: Partial<Values<F>>,
    api: Api,
  ): Promise<string | undefined> | string | undefined;
  /** Off a terminal it is done without `--yes`: it destroys nothing. */
  isHarmless?: true;
}

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
  question: () => string | undefined | Promise<string | undefined>,
): Promise<void> {
  if (flags.yes) return;
  assertCanConfirm(prompts);
  const asked = await question();
  if (asked !== undefined && !(await prompts.confirm(asked))) {
    throw cancelled('Nothing was changed.');
  }
}
