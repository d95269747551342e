#!/usr/bin/env node
import { limitMemory } from './memory.ts';
import { checkNodeVersion } from './node-version.ts';

// before any library is loaded, which might fail with an error of its own
checkNodeVersion();
if (process.argv[2] === 'start') limitMemory();
(await import('node:module')).enableCompileCache();
process.env.GRAPHILE_ENV ??= 'production';
// graphql checks every value of its own types a second time otherwise
process.env.NODE_ENV ??= 'production';
// the reader of a pipe may close it: policies matrix | head
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? 0 : 1);
});
const { runServerProgram } = await import('./commands/program.ts');
await runServerProgram(process.argv);
