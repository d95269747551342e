import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programs } from '../support/paths.ts';
import { plainEnvironment, runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

interface Manifest {
  man?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const manifestOf = async (path: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(root, path), 'utf8'));

async function namesOf(packed: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', packed]);
  return stdout.trim().split('\n');
}

let folder: string;
beforeAll(async () => {
  folder = await makeTemporaryFolder();
});
afterAll(() => removeFolder(folder));

test('the npm package is small and has nothing of the server', async () => {
  const env = { ...plainEnvironment(), npm_config_cache: join(folder, 'cache') };
  const pack = ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: root, env });
  const [packed] = Object.values<{ filename: string; size: number }>(JSON.parse(stdout));
  expect(packed?.size).toBeLessThan(2_000_000);

  const names = await namesOf(join(folder, packed?.filename ?? ''));
  const files = [
    'epic.mjs',
    'epic.notices.txt',
    'epic.cdx.json',
    'client/index.js',
    'client/subscriptions.d.ts',
  ];
  for (const name of files) expect(names).toContain(`package/dist/${name}`);
  const { man = [] } = await manifestOf('package.json');
  expect(man).toContain('./dist/man/epic.1');
  expect(names).toEqual(expect.arrayContaining(man.map((page) => join('package', page))));
  const foreign = names.filter((name) =>
    /server|^package\/(src|db|tests|bench|scripts)/.test(name),
  );
  expect(foreign).toEqual([]);
});

test('the npm package has the licences of what it bundles', async () => {
  const notices = await readFile(join(root, 'dist/epic.notices.txt'), 'utf8');
  const of = new Map(notices.split(/^-{80}$/m).map((each) => [each.trim().split(' ')[0], each]));
  // In the bundle itself, packed in it, and only needed by one that is.
  for (const name of ['commander', 'ical-generator', 'sisteransi']) {
    expect(of.get(name)).toMatch(/^\S+ [\d.]+ \(MIT\)\n[\s\S]*Permission is hereby granted/m);
  }
  for (const [name, notice] of of) {
    expect({ name, isLong: notice.length > 500 }).toEqual({ name, isLong: true });
  }
});

test('the npm package depends on graphql-ws alone, optionally', async () => {
  const manifest = await manifestOf('package.json');
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.optionalDependencies ?? {}).toEqual({});
  expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(['graphql-ws']);
  expect(manifest.peerDependenciesMeta).toEqual({ 'graphql-ws': { optional: true } });
});

test('libraries of both the server and epic have one version', async () => {
  const { dependencies = {} } = await manifestOf('src/server/package.json');
  const { devDependencies = {} } = await manifestOf('package.json');
  const both = Object.keys(dependencies).filter((name) => name in devDependencies);
  expect(both).toEqual(expect.arrayContaining(['commander']));
  for (const name of both) expect(devDependencies[name]).toBe(dependencies[name]);
});

test('epic.mjs runs alone in an empty folder', async () => {
  const alone = await makeTemporaryFolder();
  try {
    const epic = join(alone, 'epic.mjs');
    await copyFile(programs.epic, epic);
    const options = { cwd: alone, env: { NODE_PATH: '' } };
    const version = await runProgram(epic, ['--version'], options);
    expect(version).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
    const help = await runProgram(epic, ['contract', 'list', '--help'], options);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(alone)).toEqual(['epic.mjs']);
  } finally {
    await removeFolder(alone);
  }
});
