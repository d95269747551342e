// Bundles src/cli into dist/epic.mjs, one file without dependencies, and writes the licence notices of what is in it.

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { type BundledPackage, noticesOf, packagesOf } from './notices.ts';

const root = join(import.meta.dirname, '../..');

/** The bundle. */
export const target = join(root, 'dist/epic.mjs');
const notices = join(root, 'dist/epic.notices.txt');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * In one file every `import` of a Node module would be hoisted and load at each start. This loads it with the module that
 * imports it, and evaluates only the exports that are used, some of which load other modules.
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

/** commander imports it for subcommands in files of their own, which epic has not; loading it takes 6 ms. */
const noChildProcess: Plugin = {
  name: 'no-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'none' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'export default {};' }));
  },
};

/** string-width takes 50 ms to load: it is loaded by the first text with a character that is not one column wide. */
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
  // leaves out the second copy of prompts, for Node 6
  alias: { prompts: 'prompts/lib/index.js' },
  loader: { '.bash': 'text', '.zsh': 'text', '.fish': 'text' },
  // collected in the notices
  legalComments: 'none',
  absWorkingDir: root,
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * A library that only some commands import is a compressed string in the bundle, which Node does not parse at each start.
 * It is replaced by a module with a `then`, which `await import()` awaits.
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
        // a script is evaluated synchronously
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

/** Writes dist/epic.mjs and dist/epic.notices.txt. Returns the packages in it. */
export async function bundle(): Promise<BundledPackage[]> {
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
  // Node takes twice as long to read a file with a character beyond ASCII. esbuild escapes them in strings, but not in
  // regular expressions.
  const nonAscii = /.{0,40}[^\0-\x7f].{0,40}/.exec(readFileSync(target, 'utf8'));
  if (nonAscii) throw new Error(`Write this with \\u escapes: ${nonAscii[0]}`);
  const packages = packagesOf(root, [...Object.keys(metafile.inputs), ...bundled]);
  writeFileSync(notices, noticesOf(packages));
  chmodSync(target, 0o755);
  return packages;
}

/** Writes them unless they are newer than their sources. */
export async function bundleIfStale(): Promise<void> {
  const sources = ['src/cli', 'src/client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const inputs = [
    ...sources,
    'package-lock.json',
    'scripts/build/bundle.ts',
    'scripts/build/licences.ts',
    'scripts/build/notices.ts',
  ];
  const builtAt = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.some((name) => statSync(join(root, name)).mtimeMs >= builtAt)) await bundle();
}
