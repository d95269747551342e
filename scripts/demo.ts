// `npm run demo`: runs `epic-server demo` from the sources, and bundles `epic` meanwhile.

import { checkNodeVersion } from '../src/server/node-version.ts';

checkNodeVersion();
(await import('node:module')).enableCompileCache();
process.env.GRAPHILE_ENV ??= 'production';

const epicIsBuilt = import('./build/bundle.ts').then(({ bundleIfStale }) => bundleIfStale());
const { runServerProgram } = await import('../src/server/commands/program.ts');
const [node = '', script = '', ...flags] = process.argv;
await runServerProgram([node, script, 'demo', ...flags], { epicIsBuilt });
