import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManual } from './cli-docs/manual.ts';
import { markdownOf } from './cli-docs/markdown.ts';
import { manualPagesOf } from './cli-docs/roff.ts';
import { type GeneratedFile, root } from './generated-file.ts';

const marker = '<!-- What follows is made by `npm run generate`. -->\n';

/** The reference in docs/cli.md and the pages of man/, from the definitions of the commands. */
export async function cliDocs(): Promise<GeneratedFile[]> {
  const manual = await readManual();
  const [byHand = ''] = (await readFile(join(root, 'docs/cli.md'), 'utf8')).split(marker);
  const pages = manualPagesOf(manual);
  const stored = await readdir(join(root, 'man')).catch(() => []);
  return [
    { path: 'docs/cli.md', content: `${byHand}${marker}\n${markdownOf(manual)}` },
    ...Array.from(pages, ([name, content]) => ({ path: `man/${name}`, content })),
    ...stored
      .filter((name) => !pages.has(name))
      .map((name) => ({ path: `man/${name}`, content: null })),
  ];
}
