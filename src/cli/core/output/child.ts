import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** The exit code of a program that has the terminal until it ends: Ctrl-C is for it. Undefined when it did not start. */
export async function exitCodeOf(child: ChildProcess): Promise<number | undefined> {
  const listeners = process.rawListeners('SIGINT');
  const ignore = () => {};
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  try {
    const [code] = await once(child, 'close');
    return code ?? undefined;
  } catch {
    return undefined;
  } finally {
    process.removeListener('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener as () => void);
  }
}
