// The part of `npm run build` after tsc: dist/epic.mjs, its manual pages and its trusted documents, bills of materials, and
// the commit.

import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundle, target } from './build/bundle.ts';
import { writeManualPages } from './build/manual-pages.ts';
import { writeSboms } from './build/sbom.ts';
import { writeTrustedDocuments } from './build/trusted-documents.ts';

const root = join(import.meta.dirname, '..');

await writeSboms(await bundle());
await writeManualPages(join(root, 'dist/man'));
writeTrustedDocuments(join(root, 'dist/epic-operations.json'));
writeFileSync(join(root, 'dist/commit'), readCommit());
linkProgram();

/** Empty outside a checkout. */
function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, stdio: 'pipe' }).toString();
  } catch {
    return '';
  }
}

/** npm puts the programs of dependencies and workspaces into node_modules/.bin, but not those of the root package. */
function linkProgram(): void {
  if (process.platform === 'win32') return;
  const folder = join(root, 'node_modules/.bin');
  rmSync(join(folder, 'epic'), { force: true });
  symlinkSync(relative(folder, target), join(folder, 'epic'));
}
