// node tests/operations/install.ts: the package of the server, installed as an operator does, and run as a container does. It
// needs root, Debian's packages debootstrap, buildah, haproxy and systemd, and dist/ (npm run build). Run by .ci/run.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runTests, test } from '../../scripts/test-runner.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { root } from '../support/paths.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { loginUrlsOf, startTestServer, type TestServer } from '../support/test-server.ts';
import { until } from '../support/until.ts';

const account = 10_001;
const mostMegabytes = 150;

async function run(program: string, args: string[], options = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    maxBuffer: 2 ** 26,
    ...options,
  });
  return stdout.trim();
}

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  try {
    await chmod(folder, 0o755);
    await run(process.execPath, ['scripts/pack-server.ts', '--pack-destination', folder], {
      cwd: root,
    });
    const [name = ''] = (await readdir(folder)).filter((each) => each.endsWith('.tgz'));
    const tarball = join(folder, name);
    const installed = join(folder, 'installed');

    await test('the server is installed from its package without a registry, in less than 150 MB', () =>
      install(tarball, installed));
    await test('the units of systemd are valid', () => checkUnits(folder, installed));
    await test('the configuration of HAProxy is valid', () => checkHaproxy(folder));

    const { stop, ...postgres } = await startTestServer();
    try {
      const system = join(folder, 'debian');
      await makeDebian(system);
      await test('the image is built, and its server runs in a read-only root, as PID 1 of an account without rights', () =>
        withImage(folder, system, tarball, (image) =>
          runAsPid1(image, 'usr/local/bin/epic-server', postgres),
        ));
      await test('the installed package runs the same way', async () => {
        const package_ = join(installed, 'node_modules/epic-events-server');
        await cp(package_, join(system, 'opt/epic-events-server'), { recursive: true });
        await runAsPid1(system, 'opt/epic-events-server/dist/server/main.js', postgres);
      });
    } finally {
      await stop();
    }
  } finally {
    await removeFolder(folder);
  }
});

async function install(tarball: string, folder: string): Promise<void> {
  await mkdir(folder);
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', tarball], {
    cwd: folder,
  });
  const megabytes = Number((await run('du', ['-sm', folder])).split('\t')[0]);
  process.stdout.write(`${megabytes} MB\n`);
  assert.ok(megabytes < mostMegabytes);
  const program = join(folder, 'node_modules/.bin/epic-server');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal(await run(program, ['--version']), version);
}

/** A small Debian with Node: the files of its packages, which need no configuration here. */
async function makeDebian(folder: string): Promise<void> {
  await run('debootstrap', [
    ...['--foreign', '--variant=minbase', '--include=libstdc++6'],
    ...['bookworm', folder],
  ]);
  await removeFolder(join(folder, 'var/cache/apt/archives'));
  // where it may not mount one, debootstrap links to the machine's
  await rm(join(folder, 'proc'), { force: true, recursive: true });
  await mkdir(join(folder, 'proc'));
  await mkdir(join(folder, 'usr/local/bin'), { recursive: true });
  await copyFile(process.execPath, join(folder, 'usr/local/bin/node'));
}

/**
 * Runs a server in a file system of its own that cannot be written to, as PID 1 of a namespace, with signing keys as Kubernetes
 * mounts a Secret: of root, readable by the group, behind links. It gets ready, and ends with 0 when it is told to.
 */
async function runAsPid1(system: string, program: string, postgres: TestServer): Promise<void> {
  const keys = join(system, 'etc/epic/keys');
  await mountSecret(keys, { 'keys.json': JSON.stringify(generateJwks()) });
  const { authenticatorUrl, workerUrl } = loginUrlsOf(postgres, postgres.template);
  const database = join(system, 'etc/epic/database');
  await mountSecret(database, {
    'database-url': `${authenticatorUrl}\n`,
    'database-worker-url': `${workerUrl}\n`,
  });
  const script = [
    `mount --bind ${system} ${system}`,
    `mount -o remount,bind,ro ${system}`,
    `mount -t proc proc ${system}/proc`,
    `exec chroot --userspec=${account}:${account} --groups= ${system} /usr/local/bin/node /${program} start`,
  ].join(' && ');
  const unshare = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
        DATABASE_URL_FILE: '/etc/epic/database/database-url',
        DATABASE_WORKER_URL_FILE: '/etc/epic/database/database-worker-url',
        EPIC_JWT_KEYS: '/etc/epic/keys/keys.json',
        EPIC_PORT: '0',
      },
    },
  );
  const end = once(unshare, 'exit');
  let output = '';
  unshare.stdout.setEncoding('utf8').on('data', (data: string) => {
    output += data;
  });
  try {
    await until(() => unshare.exitCode !== null || output.includes('epic-server is ready'));
    const url = /"url":"([^"]+)"/.exec(output)?.[1];
    assert.ok(url, output);
    const ready = await fetch(`${url}/readyz`);
    assert.equal(ready.status, 200, await ready.text());
    const explorer = await fetch(url);
    assert.match(await explorer.text(), /The explorer is not installed/);

    const server = await childOf(unshare.pid ?? 0);
    const status = await readFile(`/proc/${server}/status`, 'utf8');
    assert.match(status, /^NSpid:\t\d+\t1$/m);
    assert.match(status, new RegExp(`^Uid:\\t${account}\\t${account}\\t`, 'm'));
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(await readFile(`/proc/${server}/mountinfo`, 'utf8'), / \/ ro[ ,]/);
    process.kill(server, 'SIGTERM');
    const [code] = await end;
    assert.equal(code, 0, output);
  } finally {
    unshare.kill('SIGKILL');
    await end;
  }
}

async function childOf(parent: number): Promise<number> {
  return Number((await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim());
}

/** Writes files as the kubelet does, for a pod with fsGroup and defaultMode 0440. */
async function mountSecret(folder: string, files: Record<string, string>): Promise<void> {
  const data = join(folder, '..2026_12_01_00_00_00.1');
  await mkdir(data, { recursive: true });
  await symlink('..2026_12_01_00_00_00.1', join(folder, '..data'));
  for (const [name, content] of Object.entries(files)) {
    const file = join(data, name);
    await writeFile(file, content);
    await chown(file, 0, account);
    await chmod(file, 0o440);
    await symlink(`..data/${name}`, join(folder, name));
  }
}

/** Builds deploy/Containerfile on a Debian of the caller's, and mounts the image. */
async function withImage(
  folder: string,
  debian: string,
  tarball: string,
  work: (mounted: string) => Promise<void>,
): Promise<void> {
  const store = join(folder, 'containers');
  const buildah = (...args: string[]) =>
    run('buildah', [
      '--root',
      store,
      '--runroot',
      `${store}-run`,
      '--storage-driver',
      'vfs',
      ...args,
    ]);
  const context = join(folder, 'context');
  await mkdir(context);
  await copyFile(tarball, join(context, tarball.slice(dirname(tarball).length + 1)));
  const base = await buildah('from', 'scratch');
  await buildah('add', '--quiet', base, debian, '/');
  await buildah('commit', '--quiet', base, 'localhost/debian-node');
  await buildah('rm', base);
  await buildah(
    ...['build', '--isolation', 'chroot', '--format', 'docker', '--quiet', '--pull-never'],
    ...['--build-arg', 'NODE=localhost/debian-node', '--tag', 'localhost/epic-events-server'],
    ...['--file', join(root, 'deploy/Containerfile'), context],
  );
  const container = await buildah('from', '--pull-never', 'localhost/epic-events-server');
  const { Docker } = JSON.parse(await buildah('inspect', container));
  assert.equal(Docker.config.User, `${account}:${account}`);
  assert.deepEqual(Docker.config.Entrypoint, ['epic-server']);
  assert.deepEqual(Docker.config.Cmd, ['start']);
  assert.equal(Docker.config.Healthcheck.Test[0], 'CMD');
  try {
    await work(await buildah('mount', container));
  } finally {
    await buildah('umount', container);
  }
}

/** On a machine whose Node and package are elsewhere. */
async function checkUnits(folder: string, installed: string): Promise<void> {
  const units = join(root, 'deploy/systemd');
  const files = (await readdir(units)).map(async (name) => {
    const file = join(folder, name);
    const text = await readFile(join(units, name), 'utf8');
    await writeFile(
      file,
      text.replace('/usr/bin/node /opt/epic-events-server', `${process.execPath} ${installed}`),
    );
    return file;
  });
  await run('systemd-analyze', ['verify', '--man=no', ...(await Promise.all(files))]);
}

async function checkHaproxy(folder: string): Promise<void> {
  const certificate = join(folder, 'tls.pem');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=crm.example.com', '-keyout', `${certificate}.key`, '-out', certificate],
  ]);
  await writeFile(
    certificate,
    `${await readFile(certificate, 'utf8')}${await readFile(`${certificate}.key`, 'utf8')}`,
  );
  const config = join(folder, 'haproxy.cfg');
  const text = await readFile(join(root, 'deploy/compose/haproxy.cfg'), 'utf8');
  await writeFile(config, text.replace('/run/secrets/tls.pem', certificate));
  await run('haproxy', ['-c', '-f', config]);
}
