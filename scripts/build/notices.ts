import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

function noticeIn(folder: string): Notice {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, author } = manifest;
  if (typeof license !== 'string') throw new Error(`${name} does not say what its licence is.`);
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  const by = typeof author === 'string' ? author : (author?.name ?? '');
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `${license}. ${by}`.trim();
  return { name, version, license, text };
}

/** The licence notices of the packages that these files belong to. Paths are relative to `root`. */
export function noticesOf(root: string, files: Iterable<string>): string {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = packageFolder.exec(file)?.[0];
    if (folder) folders.add(folder);
  }
  const notices = [...folders].map((folder) => noticeIn(join(root, folder)));
  notices.sort((one, other) => one.name.localeCompare(other.name));
  return notices
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}
