import type { Api } from '../../core/api/api.ts';
import { toggle } from '../../core/args/flag.ts';
import type { Services } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { askForCode } from '../../core/prompts/code.ts';
import type { Prompts } from '../../core/prompts/prompts.ts';
import { readAll } from '../../core/prompts/read-all.ts';
import { ChangePassword } from '../../operations/index.ts';

/** The flag of a command that reads a password from stdin. */
export const passwordStdin = toggle('--password-stdin', 'read the password from stdin');

/** The flag of a command that takes a code of the second factor. */
export const codeStdin = toggle('--code-stdin', 'read a code of the second factor from stdin');

/** The same, where `--password-stdin` is read first. */
export const codeAfterPassword = {
  ...codeStdin,
  help: `${codeStdin.help}, on the line after the password`,
};

/** What stdin has for each question, one a line. A usage error that begins with `flag` when a line is missing. */
export async function readLines(
  stdin: NodeJS.ReadStream,
  questions: readonly string[],
  flag: string,
): Promise<string[]> {
  const lines = (await readAll(stdin, { flag, most: 64 * 1024 })).split(/\r?\n/);
  const answers = lines.slice(0, questions.length);
  if (answers.length === questions.length && !answers.includes('')) return answers;
  const wanted = questions.length === 1 ? 'one line' : `${questions.length} lines`;
  throw usageError(
    `${flag}: stdin is not complete. It should hold ${wanted}: ${questions.join(', then ').toLowerCase()}.`,
  );
}

/**
 * As many passwords as there are questions: from stdin, one a line, when `fromStdin`; otherwise from
 * hidden prompts. Throws a usage error when neither can give them.
 */
export async function readPasswords(
  questions: readonly string[],
  from: { stdin(): NodeJS.ReadStream; prompts: Prompts; fromStdin: boolean },
): Promise<string[]> {
  const { stdin, prompts, fromStdin } = from;
  if (fromStdin) return readLines(stdin(), questions, '--password-stdin');
  if (!prompts.possible) {
    throw usageError(
      '--password-stdin is missing: there is no terminal to type a password on.',
      'Pipe it in: epic … --password-stdin < file',
    );
  }
  const passwords: string[] = [];
  for (const question of questions) passwords.push(await prompts.password(question));
  return passwords;
}

/** The password, and the code that `--code-stdin` says is on the line after it. */
export async function readCredentials(
  question: string,
  {
    flags,
    ...from
  }: Pick<Services, 'stdin' | 'prompts'> & {
    flags: Record<'passwordStdin' | 'codeStdin', boolean>;
  },
): Promise<{ password: string; code: string | undefined }> {
  if (flags.codeStdin && !flags.passwordStdin) {
    throw usageError(
      '--code-stdin: the code is on the line after the password. Add --password-stdin.',
    );
  }
  const questions = flags.codeStdin ? [question, 'Code'] : [question];
  const [password = '', code] = await readPasswords(questions, {
    ...from,
    fromStdin: flags.passwordStdin,
  });
  return { password, code };
}

/** How often a password is asked for: more would only lock the account. */
const attempts = 3;

const kindOf = (error: unknown) => (error instanceof CliError ? error.problem.kind : undefined);

/** Sends a password; one that was typed is asked for again while it is wrong, three times at most. */
export async function withPassword<Result>(
  question: string,
  services: Parameters<typeof readCredentials>[1] & Pick<Services, 'output'>,
  send: (password: string, code: string | undefined) => Promise<Result>,
  isWrong = (error: unknown) => kindOf(error) === 'password_wrong',
): Promise<Result> {
  for (let left = attempts - 1; ; left -= 1) {
    const { password, code } = await readCredentials(question, services);
    try {
      return await send(password, code);
    } catch (error) {
      const isLast = services.flags.passwordStdin || left === 0;
      if (isLast || !(error instanceof CliError) || !isWrong(error)) throw error;
      services.output.note(`${error.problem.message} Type it again; Esc ends it.`);
    }
  }
}

/** Sends this code, or one that is asked for. A usage error where there is neither. */
export async function withCode<Result>(
  services: Pick<Services, 'output' | 'prompts'>,
  code: string | undefined,
  send: (code: string) => Promise<Result>,
): Promise<Result> {
  if (code !== undefined) return send(code);
  if (services.prompts.possible) return askForCode(services, send);
  throw usageError(
    '--code-stdin is missing: there is no terminal to type a code on.',
    'Pipe it in: epic … --code-stdin < file',
  );
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

/** Replaces the password by another. */
export const changePassword = (api: Api, currentPassword: string, newPassword: string) =>
  api.send(ChangePassword, { input: { currentPassword, newPassword } });

/** Asks for new passwords until the server accepts one; it is kept where the current one was wrong. */
export function replacePassword({ api, output, prompts }: Services) {
  let chosen: string | undefined;
  return async (currentPassword: string): Promise<void> => {
    for (;;) {
      chosen ??= await chooseNewPassword(prompts, output.note);
      try {
        await changePassword(api, currentPassword, chosen);
        return;
      } catch (error) {
        const isRefused = error instanceof CliError && error.problem.code === 'INVALID';
        if (!isRefused || error.problem.kind === 'password_wrong') throw error;
        output.problem(error.problem);
        chosen = undefined;
      }
    }
  };
}
