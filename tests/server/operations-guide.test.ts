import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createMetrics } from '../../src/server/observability/metrics.ts';

const root = resolve(import.meta.dirname, '..', '..');

let guide: string;

beforeAll(async () => {
  guide = await readFile(resolve(root, 'docs', 'operations.md'), 'utf8');
});

/** What the first column of the guide's tables names. */
const named = () =>
  guide
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([^`{]+)[^`]*`/g)])
    .map(([, name]) => name);

test('docs/operations.md has every variable that the configuration reads', async () => {
  const folder = resolve(root, 'src', 'server', 'config');
  const files = await readdir(folder);
  const sources = await Promise.all(files.map((name) => readFile(resolve(folder, name), 'utf8')));
  const read = sources.flatMap((source) =>
    [...source.matchAll(/\bread\(\s*'(\w+)'|\benvironment\.(\w+)/g)].map(
      ([, one, other]) => one ?? other,
    ),
  );
  expect(read.length).toBeGreaterThan(8);
  expect(named()).toEqual(expect.arrayContaining(read));
});

test('docs/operations.md has every metric of our own', async () => {
  const metrics = createMetrics({
    pools: {},
    queueLag: async () => ({ ready: 0, oldestSeconds: 0, retried: 0, failed: 0 }),
    databaseRole: async () => 'primary',
    sockets: () => 0,
  });
  const { body } = await metrics.read();
  const ours = [...body.matchAll(/^# TYPE (epic_\w+)/gm)].map(([, name]) => name);
  expect(ours.length).toBeGreaterThan(8);
  expect(named()).toEqual(expect.arrayContaining(ours));
});

test('every alert has a case that it fires in, and a section that says what to do', async () => {
  const folder = resolve(root, 'deploy', 'prometheus');
  const rules = await readFile(resolve(folder, 'alerts.yml'), 'utf8');
  const cases = await readFile(resolve(folder, 'alerts.test.yml'), 'utf8');
  const valuesOf = (key: string) =>
    [...rules.matchAll(new RegExp(`\\b${key}: (.+)`, 'g'))].map(([, value]) => value ?? '');
  const alerts = valuesOf('alert');
  expect(alerts.length).toBeGreaterThan(10);
  expect(valuesOf('runbook')).toEqual(
    alerts.map((alert) => `docs/operations.md#${alert.toLowerCase()}`),
  );
  expect(valuesOf('summary').concat(valuesOf('description'))).toHaveLength(2 * alerts.length);
  for (const alert of alerts) {
    expect(guide).toContain(`\n#### ${alert}\n`);
    expect(cases).toContain(`alertname="${alert}"`);
  }
});
