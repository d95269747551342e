// What `epic` loads: nothing that the command in question does not need. Time itself is measured in bench/cli.ts.

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
const commandsOf = (files: Iterable<string>) =>
  [...files].filter((path) => path.startsWith('src/cli/commands/'));

test('before a command is looked for, none is loaded, and no library', () => {
  const loaded = loadedWith('src/cli/run.ts');
  expect(loaded.size).toBeGreaterThan(5);
  expect(commandsOf(loaded)).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
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
  const loaded = loadedWith('src/cli/completion/answer.ts');
  expect(loaded.size).toBeGreaterThan(5);
  expect(commandsOf(loaded)).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
  expect([...loaded].filter((path) => /\/(api|client)\//.test(path))).toEqual([]);
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
