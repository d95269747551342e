import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPermissive } from './licences.ts';

const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** A package with a part in the bundle, and the notice of its licence. */
export interface BundledPackage {
  name: string;
  version: string;
  license: string;
  notice: string;
}

function packageIn(folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, author } = manifest;
  if (!isPermissive(license)) {
    throw new Error(
      `${name} has the licence ${license}, which scripts/build/licences.ts does not name.`,
    );
  }
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  const by = typeof author === 'string' ? author : (author?.name ?? '');
  const notice = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : `${license}. ${by}`.trim();
  return { name, version, license, notice };
}

/** The packages that these files belong to, by name. Paths are relative to `root`. Throws if a licence is not permissive. */
export function packagesOf(root: string, files: Iterable<string>): BundledPackage[] {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = packageFolder.exec(file)?.[0];
    if (folder) folders.add(folder);
  }
  const packages = [...folders].map((folder) => packageIn(join(root, folder)));
  return packages.sort((one, other) => one.name.localeCompare(other.name));
}

/** The notices of their licences, as one text. */
export function noticesOf(packages: readonly BundledPackage[]): string {
  return packages
    .map(({ name, version, license, notice }) => `${name} ${version} (${license})\n\n${notice}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}
