import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/**
 * Shows a text that is longer than the terminal in a pager, and returns when it has been left. False when there is no
 * pager to be had: then nothing was shown.
 */
export async function page(text: string, pager: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  // less: leave at once if it fits, keep the colours, leave the text on the screen.
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', LV: '-c', ...env },
  });
  // Ctrl-C is for the pager, as long as there is one.
  const listeners = process.rawListeners('SIGINT');
  const ignore = () => {};
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  // Left before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  try {
    const [code] = await once(child, 'close');
    // What a shell says when there is no such program.
    return code !== 127;
  } catch {
    return false;
  } finally {
    process.removeListener('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener as () => void);
  }
}
