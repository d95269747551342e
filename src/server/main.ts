#!/usr/bin/env node
import { checkNodeVersion } from './node-version.ts';

// Nothing else is loaded before the version is known to be right: a library could fail first, in its own words.
checkNodeVersion();
(await import('node:module')).enableCompileCache();
process.env.GRAPHILE_ENV ??= 'production';
// Whoever reads our output may stop reading: policies matrix | head
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? 0 : 1);
});
const { runServerProgram } = await import('./commands/program.ts');
await runServerProgram(process.argv);
