import { usageError } from '../../core/errors.ts';
import type { Prompts } from '../../core/prompts/prompts.ts';
import { readAll } from '../../core/prompts/read-all.ts';

const onStdin = { flag: '--password-stdin', most: 64 * 1024 };

/**
 * As many passwords as there are questions: from stdin, one a line, when `fromStdin`; otherwise from
 * hidden prompts. Throws a usage error when neither can give them.
 */
export async function readPasswords(
  questions: readonly string[],
  from: { stdin(): NodeJS.ReadStream; prompts: Prompts; fromStdin: boolean },
): Promise<string[]> {
  const { stdin, prompts, fromStdin } = from;
  const passwords: string[] = [];
  if (fromStdin) {
    const lines = (await readAll(stdin(), onStdin)).split(/\r?\n/);
    passwords.push(...lines.slice(0, questions.length));
    if (lines.length < questions.length || passwords.includes('')) {
      const wanted = questions.length === 1 ? 'the password' : `${questions.length} lines`;
      throw usageError(
        `--password-stdin: stdin is not complete. It should hold ${wanted}: ${questions.join(', then ').toLowerCase()}.`,
      );
    }
    return passwords;
  }
  if (!prompts.possible) {
    throw usageError(
      '--password-stdin is missing: there is no terminal to type a password on.',
      'Pipe it in: epic … --password-stdin < file',
    );
  }
  for (const question of questions) passwords.push(await prompts.password(question));
  return passwords;
}

const least = 12;

/** A new password, typed twice the same. */
export async function chooseNewPassword(prompts: Prompts, say: (line: string) => void) {
  for (;;) {
    const first = await prompts.password(`New password (at least ${least} characters)`, (typed) =>
      [...typed].length >= least ? true : `It needs at least ${least} characters.`,
    );
    const second = await prompts.password('The same again');
    if (first === second) return first;
    say('These are not the same. Try again.');
  }
}
