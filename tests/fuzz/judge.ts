import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disturbance, Outcome } from './disturbed.ts';

/** The exit codes that docs/cli.md promises, but for 1: what is unexpected is what is looked for. */
const expectedCodes = [0, 2, 3, 4, 5, 6, 7, 130];

/** What is wrong with a run, in a sentence; undefined when nothing is. */
export async function fault(
  args: readonly string[],
  disturbance: Disturbance,
  { code, signal, stdout, stderr }: Outcome,
  stateHome: string,
): Promise<string | undefined> {
  const said = `${stdout}\n${stderr}`;
  if (/^\s+at .+:\d+:\d+\)?$/m.test(said)) return 'a stack trace';
  if (/node:internal|UnhandledPromise|Warning:/.test(stderr)) return 'Node itself speaks';
  const wasKilled = disturbance.kind === 'signal' && signal === disturbance.signal;
  const leftAlone = disturbance.kind === 'none' || disturbance.kind === 'broken text';
  if (!wasKilled && !expectedCodes.includes(code ?? -1)) return `ended with ${code ?? signal}`;
  if (leftAlone && code !== 0 && stderr === '' && stdout === '') return 'failed without a word';
  // A help text is for people, whatever else is asked for.
  const isHelp = /^Usage: /m.test(stdout) || /^\d+\.\d+\.\d+\n$/.test(stdout);
  if (leftAlone && code === 0 && args.includes('--json') && !isHelp && stdout !== '') {
    if (!isJson(stdout)) return 'no JSON, though asked for';
  }
  return faultOfSession(join(stateHome, 'epic'));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What watches or streams prints a document a line.
    return text
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('{') && line.endsWith('}'));
  }
}

/** The session is one whole private file, and nothing is left beside it. */
async function faultOfSession(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const strange = names.filter((name) => !['session.json', 'session.lock'].includes(name));
  if (strange.length > 0) return `left behind: ${strange.join(', ')}`;
  const file = join(folder, 'session.json');
  if (((await stat(file)).mode & 0o077) !== 0) return 'others may read the session';
  try {
    JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return 'half a session file';
  }
  return undefined;
}
