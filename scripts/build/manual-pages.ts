import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManual } from '../cli-manual/manual.ts';
import { manualPagesOf } from '../cli-manual/roff.ts';

/** Writes epic(1) and a page for each noun, from the definitions of the commands. */
export async function writeManualPages(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of manualPagesOf(await readManual())) {
    writeFileSync(join(folder, name), content);
  }
}
