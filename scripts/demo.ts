// `npm run demo`: `epic-server demo` from the sources, while `epic` is being bundled beside it.

import { checkNodeVersion } from '../src/server/node-version.ts';

checkNodeVersion();
(await import('node:module')).enableCompileCache();
process.env.GRAPHILE_ENV ??= 'production';

const epicIsBuilt = import('./build-cli.ts').then(({ bundleIfStale }) => bundleIfStale());
const { runServerProgram } = await import('../src/server/commands/program.ts');
const [node = '', script = '', ...flags] = process.argv;
await runServerProgram([node, script, 'demo', ...flags], { epicIsBuilt });
