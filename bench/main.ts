// npm run bench -- NAME [flags]: runs one benchmark. Its file says what it measures, and its flags.

const benchmarks: Record<string, () => Promise<unknown>> = {
  audit: () => import('./audit.ts'),
  cli: () => import('./cli.ts'),
  export: () => import('./export.ts'),
  login: () => import('./login.ts'),
  refusal: () => import('./refusal.ts'),
  releases: () => import('./releases.ts'),
  soak: () => import('./soak/main.ts'),
};

// What remains are the benchmark's own flags.
const [name = ''] = process.argv.splice(2, 1);
const run = benchmarks[name];
if (run === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(benchmarks).join('|')} [flags]\n`);
  process.exitCode = 2;
} else {
  await run();
}
