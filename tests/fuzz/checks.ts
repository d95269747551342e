import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, Outcome } from './faults.ts';

/** The exit codes that docs/cli.md promises, except 1, which is unexpected. */
const expectedCodes = [0, 2, 3, 4, 5, 6, 7, 130];

/** What is wrong with a run; undefined if nothing is. */
export async function problemOf(
  args: readonly string[],
  injected: Fault,
  { code, signal, stdout, stderr }: Outcome,
  stateHome: string,
): Promise<string | undefined> {
  const output = `${stdout}\n${stderr}`;
  if (/^\s+at .+:\d+:\d+\)?$/m.test(output)) return 'a stack trace';
  if (/node:internal|UnhandledPromise|Warning:/.test(stderr)) return 'a message of Node';
  const wasKilled = injected.kind === 'signal' && signal === injected.signal;
  const isUndisturbed = injected.kind === 'none' || injected.kind === 'invalid UTF-8';
  if (!wasKilled && !expectedCodes.includes(code ?? -1)) return `ended with ${code ?? signal}`;
  if (isUndisturbed && code !== 0 && stderr === '' && stdout === '')
    return 'failed without a message';
  // Help is text, even with --json.
  const isHelp = /^Usage: /m.test(stdout) || /^\d+\.\d+\.\d+\n$/.test(stdout);
  if (isUndisturbed && code === 0 && args.includes('--json') && !isHelp && stdout !== '') {
    if (!isJson(stdout)) return 'no JSON despite --json';
  }
  return sessionProblem(join(stateHome, 'epic'));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Commands that watch or stream print a document a line.
    return text
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('{') && line.endsWith('}'));
  }
}

/** The session must be one complete, private file without leftovers beside it. */
async function sessionProblem(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const leftovers = names.filter((name) => !['session.json', 'session.lock'].includes(name));
  if (leftovers.length > 0) return `left behind: ${leftovers.join(', ')}`;
  const file = join(folder, 'session.json');
  if (((await stat(file)).mode & 0o077) !== 0) return 'other users may read the session';
  try {
    JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return 'an incomplete session file';
  }
  return undefined;
}
