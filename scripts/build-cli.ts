// Bundles src/cli into dist/epic.mjs: one file that Node runs alone. Beside it are the notices of what is in it.

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { noticesOf } from './notices.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist/epic.mjs');
const notices = join(root, 'dist/epic.notices.txt');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * In one file every `import` of a Node module would move to the top and load at each start. This way it loads with the
 * module that imports it, and of its parts, some of which load others, only those that are used.
 */
const builtinsOnDemand: Plugin = {
  name: 'builtins-on-demand',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      builtins.has(path)
        ? { path, namespace: kind.startsWith('require') ? 'builtin' : 'part' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    onLoad({ filter: /./, namespace: 'part' }, ({ path }) => {
      const loaded = `/* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`;
      const parts = Object.keys(createRequire(import.meta.url)(path)).filter(
        (name) => name !== 'default',
      );
      return {
        contents: [
          `export default ${loaded};`,
          `const part = (name) => process.getBuiltinModule(${JSON.stringify(path)})[name];`,
          ...parts.map((name) => `export const ${name} = /* @__PURE__ */ part('${name}');`),
        ].join('\n'),
      };
    });
  },
};

/** commander holds it for programs of several files, which this is not; it takes a quarter as long to load as Node. */
const noChildProcess: Plugin = {
  name: 'no-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'none' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'export default {};' }));
  },
};

/**
 * string-width takes 50 ms to load and texts of letters do not need it: it loads with the first text
 * that does.
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

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  define: { EPIC_VERSION: JSON.stringify(version) },
  // prompts has a second copy of itself, for Node 6.
  alias: { prompts: 'prompts/lib/index.js' },
  loader: { '.bash': 'text', '.zsh': 'text', '.fish': 'text' },
  // They are in the notices.
  legalComments: 'none',
  absWorkingDir: root,
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * A library that some commands load is a packed text in the bundle: Node reads past it, rather than through it. What
 * stands for it is a module with a `then`, which `await import()` awaits in its turn.
 */
const librariesAsText = (bundled: Set<string>): Plugin => ({
  name: 'libraries-as-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^.]|\/sentry\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import' || builtins.has(path) || path === 'commander') return undefined;
      const file = path.startsWith('.') ? relative(root, join(resolveDir, path)) : path;
      return { path: file, namespace: 'text' };
    });
    onLoad({ filter: /./, namespace: 'text' }, async ({ path }) => {
      const { outputFiles, metafile } = await build({
        ...shared,
        entryPoints: [path.startsWith('src/') ? join(root, path) : path],
        // As a script, which is there at once; a module would be fetched like one from elsewhere.
        format: 'cjs',
        minify: true,
        write: false,
        plugins: [widthOnDemand, builtinsOnDemand],
      });
      for (const file of Object.keys(metafile.inputs)) bundled.add(file);
      const code = outputFiles[0]?.text ?? '';
      const packed = JSON.stringify(brotliCompressSync(code).toString('base64'));
      return {
        contents: `
          let loaded;
          const load = () => {
            if (loaded) return loaded;
            const module = { exports: {} };
            const unpack = process.getBuiltinModule('node:zlib').brotliDecompressSync;
            const text = unpack(Buffer.from(${packed}, 'base64'));
            new Function('module', 'exports', text)(module, module.exports);
            const { exports } = module;
            loaded = exports.__esModule ? exports : { ...exports, default: exports };
            return loaded;
          };
          export const then = (resolve, reject) => {
            try {
              resolve(load());
            } catch (error) {
              reject(error);
            }
          };
        `,
      };
    });
  },
});

/** Makes dist/epic.mjs. */
async function bundle(): Promise<void> {
  const bundled = new Set<string>();
  const { metafile } = await build({
    ...shared,
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: target,
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [librariesAsText(bundled), widthOnDemand, noChildProcess, builtinsOnDemand],
  });
  // A single character beyond ASCII, and Node takes twice as long to read the file. The bundler escapes them in texts,
  // but not in regular expressions.
  const strange = /.{0,40}[^\0-\x7f].{0,40}/.exec(readFileSync(target, 'utf8'));
  if (strange) throw new Error(`Write this with \\u escapes: ${strange[0]}`);
  writeFileSync(notices, noticesOf(root, [...Object.keys(metafile.inputs), ...bundled]));
  chmodSync(target, 0o755);
}

/** Makes dist/epic.mjs unless it is newer than everything it is made of. */
export async function bundleIfStale(): Promise<void> {
  const sources = ['src/cli', 'src/client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const inputs = [...sources, 'package-lock.json', 'scripts/build-cli.ts', 'scripts/notices.ts'];
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.some((name) => statSync(join(root, name)).mtimeMs >= builtAt)) await bundle();
}

if (import.meta.main) await bundle();
