// Bundles src/cli into dist/epic.mjs: one file that Node runs alone.

import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist/epic.mjs');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * In one file every `import` of a Node module would move to the top and load at each start.
 * This way it loads with the module that imports it.
 */
const builtinsOnDemand: Plugin = {
  name: 'builtins-on-demand',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path }) =>
      builtins.has(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * string-width takes 50 ms to load and texts of letters do not need it: it loads with the first text
 * that does. cli-table3 gets the same one, rather than an old one that counts emoji otherwise.
 */
const widthOnDemand: Plugin = {
  name: 'width-on-demand',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ path, namespace }) =>
      namespace === 'width' ? undefined : { path, namespace: 'width' },
    );
    onLoad({ filter: /./, namespace: 'width' }, () => ({
      contents: String.raw`
        const oneCellEach = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u0384-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*$/;
        module.exports = (text) =>
          oneCellEach.test(text) ? text.length : require('string-width').default(text);
      `,
      resolveDir: root,
    }));
  },
};

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  define: { EPIC_VERSION: JSON.stringify(version) },
  // prompts has a second copy of itself, for Node 6.
  alias: { prompts: 'prompts/lib/index.js' },
  legalComments: 'none',
  logLevel: 'warning',
};

/** What only a crash needs is a text in the bundle: Node reads past it, rather than through it. */
const sentryAsText: Plugin = {
  name: 'sentry-as-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/sentry\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      namespace: 'text',
    }));
    onLoad({ filter: /./, namespace: 'text' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...shared,
        entryPoints: [path],
        minify: true,
        write: false,
        plugins: [builtinsOnDemand],
      });
      const code = JSON.stringify(outputFiles[0]?.text);
      return {
        contents: `
          const code = ${code};
          const loaded = () => import('data:text/javascript,' + encodeURIComponent(code));
          export const sendToSentry = async (...all) => (await loaded()).sendToSentry(...all);
        `,
      };
    });
  },
};

/** Makes dist/epic.mjs. */
async function bundle(): Promise<void> {
  await build({
    ...shared,
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: target,
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [widthOnDemand, builtinsOnDemand, sentryAsText],
  });
  chmodSync(target, 0o755);
}

/** Makes dist/epic.mjs unless it is newer than everything it is made of. */
export async function bundleIfStale(): Promise<void> {
  const sources = ['src/cli', 'src/client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const inputs = [...sources, 'package-lock.json', 'scripts/build-cli.ts'];
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.some((name) => statSync(join(root, name)).mtimeMs >= builtAt)) await bundle();
}

if (import.meta.main) await bundle();
