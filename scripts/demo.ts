// `npm run demo`: bundles `epic`, then becomes `epic-server demo`, so that a signal meets one process only.

await import('./build-cli.ts');
process.argv.splice(2, 0, 'demo');
await import('../src/server/main.ts');
