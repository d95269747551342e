import { spawn } from 'node:child_process';
import { missingProgram } from '../settings/program.ts';
import { exitCodeOf } from './child.ts';

/**
 * Shows a text that is longer than the terminal in a pager, and returns when it has been left. False when there is no
 * pager to be had: then nothing was shown.
 */
export async function page(text: string, pager: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (missingProgram(pager, env)) return false;
  // less: leave at once if it fits, keep the colours, leave the text on the screen; colours in any case.
  const { LESS = '' } = env;
  const less = LESS === '' ? 'FRX' : /r/i.test(LESS) ? LESS : `-R ${LESS}`;
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // less would show an encoded text where the locale is not installed
    env: { LV: '-c', LESSCHARSET: 'utf-8', ...env, LESS: less },
  });
  // Left before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const code = await exitCodeOf(child);
  // What a shell says when there is no such program.
  return code !== undefined && code !== 127;
}
