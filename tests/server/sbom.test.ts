import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPermissive } from '../../scripts/build/licences.ts';
import { licenceOf, serverSbom } from '../../scripts/build/sbom.ts';

const root = join(import.meta.dirname, '..', '..');

interface LockedPackage {
  name?: string;
  version?: string;
  dev?: boolean;
  devOptional?: boolean;
}

test('the bill of materials of the server has every package that npm installs without development', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const installed = Object.entries<LockedPackage>(lock.packages)
    .filter(([path, { dev, devOptional }]) => /node_modules\//.test(path) && !dev && !devOptional)
    .filter(([, { version }]) => version !== undefined)
    .map(
      ([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`,
    );

  const { metadata, components } = await serverSbom();
  const listed = components.map((component) => component['bom-ref']);

  expect(metadata.component.name).toBe('epic-events-server');
  expect(installed.length).toBeGreaterThan(100);
  expect(listed).toEqual(expect.arrayContaining(installed));
  expect(listed.filter((ref) => /^(sentry|jest|esbuild)@/.test(ref))).toEqual([]);
  for (const component of components) {
    expect({ ref: component['bom-ref'], licence: licenceOf(component) }).toEqual({
      ref: component['bom-ref'],
      licence: expect.any(String),
    });
  }
});

test('a bill of materials is a CycloneDX document of one program', async () => {
  const read = async (name: string) => JSON.parse(await readFile(join(root, 'dist', name), 'utf8'));
  for (const program of ['epic', 'epic-server']) {
    const { bomFormat, components, dependencies } = await read(`${program}.cdx.json`);
    const refs = components.map((component: { 'bom-ref': string }) => component['bom-ref']);
    expect(bomFormat).toBe('CycloneDX');
    expect(new Set(refs).size).toBe(refs.length);
    const own = dependencies
      .map(({ ref }: { ref: string }) => ref)
      .filter((ref: string) => !refs.includes(ref));
    expect(own).toEqual([expect.stringMatching(/^epic-events/)]);
  }
});

test('the bill of materials of epic has the packages whose licences it comes with', async () => {
  const notices = await readFile(join(root, 'dist/epic.notices.txt'), 'utf8');
  const packages = [...notices.matchAll(/^(\S+) ([\d.]+) \(.+\)$/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  );
  const { components } = JSON.parse(await readFile(join(root, 'dist/epic.cdx.json'), 'utf8'));

  expect(packages).toEqual(expect.arrayContaining([expect.stringMatching(/^commander@/)]));
  expect(components.map((component: { 'bom-ref': string }) => component['bom-ref']).sort()).toEqual(
    packages.sort(),
  );
});

test.each([
  ['MIT', true],
  ['Apache-2.0 AND MIT', true],
  ['(GPL-3.0-only OR MIT)', true],
  ['GPL-3.0-only', false],
  ['MIT AND GPL-3.0-only', false],
  ['FSL-1.1-ALv2', false],
  ['FSL-1.1-Apache-2.0', false],
  ['SEE LICENSE IN LICENSE.md', false],
  [undefined, false],
])('a package with the licence %s is released: %p', (licence, expected) => {
  expect(isPermissive(licence)).toBe(expected);
});
