#!/usr/bin/env node
import { checkNodeVersion } from './node-version.ts';

// before any library is loaded, which might fail with an error of its own
checkNodeVersion();
(await import('node:module')).enableCompileCache();
process.env.GRAPHILE_ENV ??= 'production';
// the reader of a pipe may close it: policies matrix | head
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? 0 : 1);
});
const { runServerProgram } = await import('./commands/program.ts');
await runServerProgram(process.argv);
