import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The applications of tests/clients, which `npm run test:clients` installs and runs, and the table of them in docs/api.md.

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const guide = read('docs/api.md');

const applications = readdirSync(join(root, 'tests/clients'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The packages that an application depends on, with their versions. */
function packagesOf(application: string): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(
    read('tests/clients', application, 'package.json'),
  ) as Record<string, Record<string, string>>;
  return { ...dependencies, ...devDependencies };
}

const section = guide.split(/^## /m).find((text) => text.startsWith('Other clients\n')) ?? '';
const table = [...section.matchAll(/^\| \[.*`([^`]+)` \| (\S+) \| .+ \|$/gm)].map(
  ([, name, version]) => [name, version] as const,
);

test('the guide has a row for each application', () => {
  expect(applications).toContain('apollo');
  expect(table).toHaveLength(applications.length);
});

test.each(table)(
  'the version of %s in the guide is the one that is tested: %s',
  (name, version) => {
    const tested = applications.map((application) => packagesOf(application)[name ?? '']);
    expect(tested.filter((found) => found !== undefined)).toEqual([version]);
  },
);

describe.each(applications)('the application %s', (application) => {
  test('depends on exact versions, as its package-lock.json has them', () => {
    const lock = JSON.parse(read('tests/clients', application, 'package-lock.json'));
    const { dependencies, devDependencies } = lock.packages[''];
    const packages = packagesOf(application);
    expect({ ...dependencies, ...devDependencies }).toEqual(packages);
    expect(Object.values(packages).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual(
      [],
    );
  });

  test('has under 80 lines', () => {
    const folder = join('tests/clients', application, 'src');
    const files = readdirSync(join(root, folder)).filter((name) => /\.[jt]s$/.test(name));
    const lines = files.flatMap((name) => read(folder, name).trimEnd().split('\n'));
    expect(lines.length).toBeLessThan(80);
    expect(lines.length).toBeGreaterThan(20);
  });
});

test('the application for Relay makes its ids as the guide shows', () => {
  const example = /getDataID: .*/.exec(section)?.[0];
  expect(example).toBeDefined();
  expect(read('tests/clients/relay/src/main.js')).toContain(example);
});
