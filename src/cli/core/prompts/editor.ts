import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../output/child.ts';

/**
 * Has a person go on with a text in their editor, a command line of the shell. Undefined when it did not start, or ended
 * with an error.
 */
export async function edit(text: string, editor: string): Promise<string | undefined> {
  // private: the text may be about a client
  const folder = mkdtempSync(join(tmpdir(), 'epic-'));
  const file = join(folder, 'text.txt');
  try {
    writeFileSync(file, text === '' ? '' : `${text}\n`, { mode: 0o600 });
    // on stderr, as questions are: stdout may lead elsewhere
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'epic', file], { stdio: [0, 2, 2] });
    if ((await exitCodeOf(child)) !== 0) return undefined;
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
