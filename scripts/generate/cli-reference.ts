import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManual } from '../cli-manual/manual.ts';
import { markdownOf } from '../cli-manual/markdown.ts';
import { type GeneratedFile, root } from './generated-file.ts';

const marker = '<!-- What follows is made by `npm run generate`. -->\n';

/** docs/cli.md: what is written by hand, and below it the reference, from the definitions of the commands. */
export async function cliReference(): Promise<GeneratedFile> {
  const [byHand = ''] = (await readFile(join(root, 'docs/cli.md'), 'utf8')).split(marker);
  return {
    path: 'docs/cli.md',
    content: `${byHand}${marker}\n${markdownOf(await readManual())}`,
  };
}
