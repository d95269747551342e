// npm run bench -- NAME [flags]: runs one benchmark. Its file says what it measures, and its flags.
// npm run bench [-- --data FOLDER] [--quick] [--json]: runs all that have figures, and prints which of them hold. --data keeps
// the scaled companies, as with growth. --quick sees whether each runs through; its figures say nothing.

import { type Part, runAll } from './all.ts';

const benchmarks = {
  api: () => import('./api/main.ts'),
  cli: () => import('./cli.ts'),
  cost: () => import('./cost.ts'),
  effect: () => import('./effect.ts'),
  export: () => import('./export.ts'),
  growth: () => import('./growth.ts'),
  login: () => import('./login.ts'),
  memory: () => import('./memory.ts'),
  refusal: () => import('./refusal.ts'),
  releases: () => import('./releases.ts'),
  soak: () => import('./soak/main.ts'),
  start: () => import('./start.ts'),
  who: () => import('./who.ts'),
  workers: () => import('./workers.ts'),
  writes: () => import('./writes.ts'),
} satisfies Record<string, () => Promise<unknown>>;

/** Those that print figures. */
const withFigures: (Part & { name: keyof typeof benchmarks })[] = [
  { name: 'api', quick: ['--size', '10k', '--rounds', '1', '--seconds', '1'] },
  { name: 'cli', quick: ['--runs', '3'] },
  { name: 'cost', quick: ['--scale', '10k', '--rounds', '3'], isScaled: true },
  { name: 'export', quick: ['--contracts', '1000', '--clients', '100', '--rounds', '1'] },
  {
    name: 'growth',
    quick: ['--scale', '10k', '--rounds', '1', '--only', '^epic (client|report)'],
    isScaled: true,
  },
  { name: 'memory', quick: ['--minutes', '1', '--contracts', '1000'] },
  { name: 'start', quick: ['--rounds', '1'] },
  { name: 'workers', quick: ['--rounds', '1', '--seconds', '1'] },
  { name: 'writes', quick: ['--rounds', '20', '--bulk-rounds', '1'] },
];

const [, , given = '--'] = process.argv;
const run = Object.entries(benchmarks).find(([name]) => name === given)?.[1];
if (given.startsWith('--')) {
  await runAll(withFigures);
} else if (run === undefined) {
  process.stderr.write(`npm run bench -- [${Object.keys(benchmarks).join('|')}] [flags]\n`);
  process.exitCode = 2;
} else {
  // what remains are the benchmark's own flags
  process.argv.splice(2, 1);
  await run();
}
