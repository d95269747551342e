// Software bills of materials in CycloneDX, which npm makes of package-lock.json: for all platforms, and offline.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BundledPackage } from './notices.ts';

const root = join(import.meta.dirname, '../..');

/** What is read of a bill of materials. */
export interface Sbom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  /** `commander@15.1.0`. */
  'bom-ref': string;
  name: string;
  licenses?: ({ license: { id?: string; name?: string } } | { expression: string })[];
}

/**
 * The packages that the server needs at run time: those of its workspace. `--omit=dev` would also omit what the root package
 * needs to build or test.
 */
export async function serverSbom(): Promise<Sbom> {
  const { metadata, components, dependencies, ...rest } = await readSbom(
    '--workspace=epic-events-server',
  );
  const isServer = (component: Component) => component['bom-ref'].startsWith('epic-events-server@');
  const component = components.find(isServer) ?? metadata.component;
  return {
    ...rest,
    metadata: { ...metadata, component: { ...component, name: 'epic-events-server' } },
    components: components.filter((each) => !isServer(each)),
    dependencies: dependencies.filter(({ ref }) => ref !== metadata.component['bom-ref']),
  };
}

async function readSbom(...options: string[]): Promise<Sbom> {
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', ...options];
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd: root,
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  const sbom: Sbom = JSON.parse(stdout);
  // npm calls it like the folder
  sbom.metadata.component.name = 'epic-events';
  return sbom;
}

/** The licence of a component as an SPDX expression; undefined if it names none that SPDX has. */
export function licenceOf({ licenses = [] }: Component): string | undefined {
  const each = licenses.map((one) =>
    'expression' in one ? one.expression : (one.license.id ?? one.license.name),
  );
  return each.length > 1 ? each.map((one) => `(${one})`).join(' AND ') : each[0];
}

/** Writes dist/epic-server.cdx.json, and dist/epic.cdx.json of what is in dist/epic.mjs. */
export async function writeSboms(bundled: readonly BundledPackage[]): Promise<void> {
  const [server, all] = await Promise.all([serverSbom(), readSbom()]);
  write('epic-server', server);
  write('epic', restrictSbom(all, bundled));
}

/** A bill of materials of these packages alone. Throws when it does not name one. */
export function restrictSbom(
  sbom: Sbom,
  packages: readonly { name: string; version: string }[],
): Sbom {
  const refs = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components = sbom.components.filter((component) => refs.delete(component['bom-ref']));
  const [missing] = refs;
  if (missing !== undefined) throw new Error(`package-lock.json has no ${missing}: run npm ci.`);
  const own = sbom.metadata.component['bom-ref'];
  const kept = components.map((component) => component['bom-ref']);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => kept.includes(ref))
    .map(({ ref, dependsOn }) => ({
      ref,
      dependsOn: dependsOn.filter((other) => kept.includes(other)),
    }));
  return { ...sbom, components, dependencies: [{ ref: own, dependsOn: kept }, ...dependencies] };
}

function write(program: string, sbom: Sbom): void {
  writeFileSync(join(root, `dist/${program}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`);
}
