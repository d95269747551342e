// Writes the reference in docs/cli.md, and man/*.1, from the definitions of the commands: node scripts/write-cli-docs.ts
// With --check it writes nothing and fails when they are not what the definitions give.

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readManual } from './cli-docs/manual.ts';
import { markdownOf } from './cli-docs/markdown.ts';
import { manualPagesOf } from './cli-docs/roff.ts';
import { writeOrCheck } from './generated-file.ts';

const root = resolve(import.meta.dirname, '..');
const marker = '<!-- What follows is made by scripts/write-cli-docs.ts. -->\n';
const shared = {
  source: 'the commands give',
  meaning: 'Their help has changed:',
  remedy: 'npm run cli-docs, and check it in.',
};

const manual = await readManual();

const guide = join(root, 'docs', 'cli.md');
const [byHand = ''] = (await readFile(guide, 'utf8')).split(marker);
await writeOrCheck({
  ...shared,
  path: guide,
  content: `${byHand}${marker}\n${markdownOf(manual)}`,
});

const folder = join(root, 'man');
const pages = manualPagesOf(manual);
await mkdir(folder, { recursive: true });
for (const [name, content] of pages) {
  await writeOrCheck({ ...shared, path: join(folder, name), content });
}
for (const name of await readdir(folder)) {
  if (pages.has(name)) continue;
  process.stderr.write(`man/${name} is about nothing that there is: remove it.\n`);
  process.exitCode = 1;
}
