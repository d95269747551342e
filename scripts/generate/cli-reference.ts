import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManual } from '../cli-manual/manual.ts';
import { markdownOf } from '../cli-manual/markdown.ts';
import { manualPagesOf } from '../cli-manual/roff.ts';
import { type GeneratedFile, root } from './generated-file.ts';

const marker = '<!-- What follows is made by `npm run generate`. -->\n';

/**
 * What follows from the definitions of the commands: the reference in docs/cli.md, below what is written by hand, and the
 * list of manual pages in package.json, which npm links when it installs the package.
 */
export async function cliReference(): Promise<GeneratedFile[]> {
  const manual = await readManual();
  const [byHand = ''] = (await readFile(join(root, 'docs/cli.md'), 'utf8')).split(marker);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  manifest.man = [...manualPagesOf(manual).keys()].map((name) => `./dist/man/${name}`);
  return [
    { path: 'docs/cli.md', content: `${byHand}${marker}\n${markdownOf(manual)}` },
    { path: 'package.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
  ];
}
