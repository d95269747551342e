// What `epic` loads: nothing that the command in question does not need. Time itself is measured in bench/cli.ts.

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { root } from '../support/paths.ts';
import { type Office, openOffice } from './office.ts';

let graph: Metafile['inputs'];
let office: Office;

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ['src/cli/main.ts'],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.bash': 'text', '.zsh': 'text', '.fish': 'text' },
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  graph = metafile.inputs;
  office = await openOffice();
});
afterAll(() => office.close());

/** Everything that loads with a file, at once. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of graph[file]?.imports ?? []) {
    if (kind === 'import-statement') loadedWith(path, seen);
  }
  return seen;
}

/** Packages, but for the one that the build has loaded with the first text that needs it. */
const packagesOf = (files: Iterable<string>) =>
  [...files].filter((path) => !/^(src\/|node:|string-width$)/.test(path));
const commandsOf = (files: Iterable<string>) => {
  const loadedByCatalog = new Set(
    (graph['src/cli/catalog.ts']?.imports ?? [])
      .filter(({ kind }) => kind === 'dynamic-import')
      .map(({ path }) => path),
  );
  return [...files].filter((path) => loadedByCatalog.has(path));
};

test('before a command is looked for, none is loaded, and no library', () => {
  for (const file of ['src/cli/fast-path.ts', 'src/cli/run.ts']) {
    const loaded = loadedWith(file);
    expect(loaded.size).toBeGreaterThan(5);
    expect(commandsOf(loaded)).toEqual([]);
    expect(packagesOf(loaded)).toEqual([]);
  }
});

test('a command loads no other command, and no library', () => {
  const files = commandsOf(Object.keys(graph));
  expect(files.length).toBeGreaterThan(8);
  for (const file of files) {
    const loaded = loadedWith(file);
    expect([file, commandsOf(loaded)]).toEqual([file, [file]]);
    expect([file, packagesOf(loaded)]).toEqual([file, []]);
  }
});

test('a completion loads no library, and how to ask the server only for ids', () => {
  const loaded = loadedWith('src/cli/extras/completion/answer.ts');
  expect(loaded.size).toBeGreaterThan(5);
  expect(commandsOf(loaded)).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
  expect([...loaded].filter((path) => /(core\/api|src\/client)\//.test(path))).toEqual([]);
});

test('nothing of the server is in it, and the server has nothing of it', () => {
  expect(Object.keys(graph).filter((path) => path.startsWith('src/server/'))).toEqual([]);
  expect(Object.keys(graph).every((path) => /^src\/(cli|client)\//.test(path))).toBe(true);
});

test('no file of it imports, by whatever way, one that loads with it', () => {
  for (const file of Object.keys(graph)) {
    for (const { path, kind } of graph[file]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      expect([file, path, loadedWith(path).has(file)]).toEqual([file, path, false]);
    }
  }
});

/** What a file of src/cli names in imports, those of types too. */
async function namedIn(file: string): Promise<string[]> {
  const text = await readFile(join(root, file), 'utf8');
  return [...text.matchAll(/\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g)]
    .map(([, named, loaded]) => join(dirname(file), named ?? loaded ?? ''))
    .filter((path) => path.startsWith('src/cli/'));
}

/** A way from one back to itself, if there is one. */
function circleIn(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const follow = (from: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(from)) return [...way.slice(way.indexOf(from)), from];
    if (done.has(from)) return undefined;
    for (const to of arrows.get(from) ?? []) {
      const circle = follow(to, [...way, from]);
      if (circle) return circle;
    }
    done.add(from);
    return undefined;
  };
  for (const from of arrows.keys()) {
    const circle = follow(from, []);
    if (circle) return circle;
  }
  return undefined;
}

test('what the files and the folders name goes one way, types and late imports too', async () => {
  const files = (await readdir(join(root, 'src/cli'), { recursive: true }))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => join('src/cli', path));
  const between = new Map<string, Set<string>>();
  const folders = new Map<string, Set<string>>();
  const folderOf = (path: string) => (dirname(path) === 'src/cli' ? path : dirname(path));
  for (const file of files) {
    const named = await namedIn(file);
    between.set(file, new Set(named));
    const others = named.map(folderOf).filter((folder) => folder !== folderOf(file));
    folders.set(folderOf(file), new Set([...(folders.get(folderOf(file)) ?? []), ...others]));
  }
  expect(between.size).toBeGreaterThan(50);
  expect([circleIn(between), circleIn(folders)]).toEqual([undefined, undefined]);
});

/** The parts of Node that a run loads. */
async function builtinsOf(epic: Epic, ...args: string[]): Promise<string> {
  const tell =
    "process.on('exit',()=>require('node:fs').writeSync(2,process.moduleLoadList.join(String.fromCharCode(10))))";
  const { stderr } = await epic.run(args, {
    env: {
      NODE_OPTIONS: `--import "data:text/javascript,import{createRequire}from'node:module';const require=createRequire('file:///');${tell}"`,
    },
  });
  expect(stderr).toContain('NativeModule url');
  return stderr;
}

test('help loads no network, and a request not the one of Node that is slow to load', async () => {
  const stranger = await setUpEpic(office.server.url);
  try {
    const forHelp = await builtinsOf(stranger, '--help');
    for (const part of ['http', 'child_process', 'readline', 'internal/deps/undici/undici']) {
      expect(forHelp).not.toMatch(new RegExp(`^NativeModule ${part}$`, 'm'));
    }
  } finally {
    await stranger.dispose();
  }
  const forList = await builtinsOf(await office.at('sales'), 'contract', 'list');
  expect(forList).toMatch(/^NativeModule http$/m);
  for (const part of ['https', 'tls', 'child_process', 'readline', 'internal/deps/undici/undici']) {
    expect(forList).not.toMatch(new RegExp(`^NativeModule ${part}$`, 'm'));
  }
});
