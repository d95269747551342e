import type { Api } from '../../core/api/api.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { localTime } from '../../core/output/format.ts';
import type { Output } from '../../core/output/output.ts';
import { readAll } from '../../core/prompts/read-all.ts';
import { sessionOfToken } from '../../core/session/session.ts';

const withToken = '--with-token';
const refreshToken = /^[\w-]{43}$/;

/** Goes on with the session of a token on stdin, and gives whose it is. */
export async function adoptToken({
  api,
  output,
  stdin: open,
}: {
  api: Api;
  output: Output;
  stdin(): NodeJS.ReadStream;
}) {
  const stdin = open();
  if (stdin.isTTY) {
    throw usageError(
      `${withToken}: the token comes from stdin.`,
      `epic login ${withToken} < token.txt`,
    );
  }
  const text = (await readAll(stdin, { flag: withToken, most: 16 * 1024 })).trim();
  const lent = sessionOfToken(text);
  if (!lent && !refreshToken.test(text)) {
    throw usageError(
      `${withToken}: what stdin holds is not a token.`,
      `On the other machine: epic token. Here: epic login ${withToken} < token.txt`,
    );
  }
  const session = lent ?? { email: '', accessToken: '', expiresAt: 0, refreshToken: text };
  const employee = await api.adopt(session).catch((error: unknown) => {
    throw isRefused(error) ? notGood(error) : error;
  });
  if (lent) {
    const ends = localTime(new Date(lent.expiresAt).toISOString());
    output.note(`This lasts until the token ends, at ${ends}: nothing can refresh it.`);
  }
  return employee;
}

const isRefused = (error: unknown): error is CliError =>
  error instanceof CliError && error.problem.code === 'UNAUTHENTICATED';

function notGood(cause: CliError): CliError {
  const hint = 'Get another: epic token, where you are logged in.';
  return new CliError({ ...cause.problem, hint }, { cause });
}
