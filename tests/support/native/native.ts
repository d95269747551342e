import type { runEpic } from './epic.ts';
import type { serveHere } from './server.ts';

/** What runs in this process, loaded by Node itself. */
export interface Native {
  runEpic: typeof runEpic;
  serveHere: typeof serveHere;
}

/** Loads it with the first use. */
export const createNative = (): Native => ({
  runEpic: async (line) => (await import('./epic.ts')).runEpic(line),
  serveHere: async (env) => (await import('./server.ts')).serveHere(env),
});

declare global {
  var loadedByNode: Native | undefined;
}

/** Jest loads modules anew for each test file; this one comes from its environment, and is loaded once a worker. */
export const native = globalThis.loadedByNode ?? createNative();
