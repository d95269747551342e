import { CliError } from '../errors.ts';
import type { Output } from '../output/output.ts';
import type { Prompts } from './prompts.ts';

/** How often one is asked: more would only lock the account. */
const attempts = 3;

const isTyped = (typed: string) =>
  typed.trim() !== '' || 'Type the six digits that the app shows, or a recovery code.';

/** Of a login, too, once the password was right. */
const isWrong = (error: unknown): error is CliError =>
  error instanceof CliError &&
  ['second_factor_wrong', 'login_refused'].includes(error.problem.kind ?? '');

/** Asks for a code of the second factor, and again while `send` finds it wrong, three times at most. */
export async function askForCode<Result>(
  { prompts, output }: { prompts: Prompts; output: Pick<Output, 'note'> },
  send: (code: string) => Promise<Result>,
  question = 'Code of the app, or a recovery code',
): Promise<Result> {
  for (let left = attempts - 1; ; left -= 1) {
    const code = await prompts.line(question, { check: isTyped });
    try {
      return await send(code.trim());
    } catch (error) {
      if (!isWrong(error) || left === 0) throw error;
      output.note('This code is wrong, or was used before.');
    }
  }
}
