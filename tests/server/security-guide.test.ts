import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// docs/security.md names existing tests and every package with an install script.

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/security.md'), 'utf8');
const sectionOf = (title: string) => guide.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rowsOf = (section: string) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| **'))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()));

const attacks = rowsOf(sectionOf('Attacks')).map(([, attack = '', what = '', test = '']) => ({
  attack,
  what,
  ...(/^(?<file>[a-z./-]+): "(?<name>.+)"$/.exec(test)?.groups as { file: string; name: string }),
}));

test('the security guide names more than a hundred attacks, each once', () => {
  expect(attacks.length).toBeGreaterThan(100);
  expect(new Set(attacks.map(({ attack }) => attack)).size).toBe(attacks.length);
});

test.each(attacks)(
  'the security guide names an existing test for: $attack',
  ({ what, file, name }) => {
    expect(what).not.toBe('');
    const path = join(root, 'tests', file.includes('/') ? '' : 'server', `${file}.test.ts`);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(`'${name}'`);
  },
);

test('the security guide lists every package with an install script, with a reason', () => {
  const { packages }: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const withScript = Object.entries(packages)
    .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  const listed = rowsOf(sectionOf('Installing')).map(([, name = '']) => /`(.+?)`/.exec(name)?.[1]);
  const isListed = (name: string) =>
    listed.some(
      (each) => each === name || (each?.endsWith('/*') && name.startsWith(each.slice(0, -1))),
    );
  expect(withScript.filter((name) => !isListed(name))).toEqual([]);
  // And nothing that is long gone.
  expect(
    listed.filter(
      (each) => !withScript.some((name) => name.startsWith(each?.replace('*', '') ?? '?')),
    ),
  ).toEqual([]);
});
