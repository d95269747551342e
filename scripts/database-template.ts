// Run by `npm ci`: the template that makes the first `npm run demo` fast. Without one it takes a few seconds more.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTemplate } from '../src/server/database/deploy/template.ts';

const scratch = await mkdtemp(join(tmpdir(), 'epic-template-'));
try {
  await chmod(scratch, 0o711);
  await makeTemplate(join(scratch, 'data'));
} catch (error) {
  // an installation without an embedded PostgreSQL is complete too
  process.stderr.write(`There is no template for the demo: ${error}\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
