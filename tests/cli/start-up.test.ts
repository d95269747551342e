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
const commandsOf = (files: Iterable<string>) => {
  const loadedByCatalog = new Set(
    (graph['src/cli/catalog.ts']?.imports ?? [])
      .filter(({ kind }) => kind === 'dynamic-import')
      .map(({ path }) => path),
  );
  return [...files].filter((path) => loadedByCatalog.has(path));
};

test('the start of epic loads no command and no library', () => {
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

test('a completion loads no library, and the client of the API only for ids', () => {
  const loaded = loadedWith('src/cli/extras/completion/complete.ts');
  expect(loaded.size).toBeGreaterThan(5);
  expect(commandsOf(loaded)).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
  expect([...loaded].filter((path) => /(core\/api|src\/client)\//.test(path))).toEqual([]);
});

/** The parts of Node that a run loads. */
async function builtinsOf(epic: Epic, ...args: string[]): Promise<string> {
  const tell =
    "process.on('exit',()=>require('node:fs').writeSync(2,process.moduleLoadList.join(String.fromCharCode(10))))";
  const { stderr } = await epic.spawn(args, {
    env: {
      NODE_OPTIONS: `--import "data:text/javascript,import{createRequire}from'node:module';const require=createRequire('file:///');${tell}"`,
    },
  });
  expect(stderr).toContain('NativeModule url');
  return stderr;
}

test('help loads no network module, and a request not the slow fetch of Node', async () => {
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
