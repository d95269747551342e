// Every command, in every format: on a terminal of 80 columns and in a pipe, its very words are in the snapshot; its CSV
// and its JSON say the same.

import { parse } from 'csv-parse/sync';
import stringWidth from 'string-width';
import type { Command } from '../../src/cli/core/command/command.ts';
import { everyCommand } from '../support/commands.ts';
import { cases, epicFor, openFullOffice } from './cases.ts';
import type { Office } from './office.ts';

const formats = ['terminal', 'pipe', '--json', '--csv'] as const;
type Format = (typeof formats)[number];

/** What an import says when nothing is wrong; its fields are those of problems. */
const importSummary = ['created', 'updated', 'unchanged', 'dryRun'];

/**
 * One never ends by itself, and is watched in watch.test.ts; others work once, and are in second-factor.test.ts; one shows
 * the environment; one is JSON in every format, and is in merge-and-export.test.ts.
 */
const elsewhere = [
  'client export',
  'config list',
  'notification watch',
  'second-factor disable',
  'second-factor recovery-codes',
];

let office: Office;
let commands: Map<string, Command>;

beforeAll(async () => {
  commands = await everyCommand();
  office = await openFullOffice();
});
afterAll(() => office.close());

/** What differs from run to run, as what it is. */
const settled = (text: string) =>
  text
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, '<server>')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]+…?/g, '<uuid>')
    .replace(/^[0-9a-f]{8}(?= )/gm, '<uuid>')
    .replace(/(shown only now: )\S+/g, '$1<password>')
    .replace(/\b[A-Z2-7]{32}\b/g, '<secret>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) =>
      instant.startsWith('2031') ? instant : '<instant>',
    )
    .replace(/(\w{3} )?20(?!31)\d\d-\d\d-\d\d \d\d:\d\d/g, '<time>')
    .replaceAll(new Date().toISOString().slice(0, 10), '<today>');

async function run(name: string, format: Format, n: number) {
  const { args = () => [], input } = cases[name] ?? {};
  const epic = await epicFor(office, name);
  const flags = format.startsWith('--') ? [format] : [];
  return epic.run([...name.split(' '), ...args(n), ...flags], {
    env: {
      EPIC_TIME_ZONE: 'UTC',
      TZ: 'UTC',
      ...(format === 'terminal' && { EPIC_FORCE_TTY: '80' }),
    },
    ...(input && { input: input(n) }),
  });
}

/** A cell of CSV, of what JSON has. */
function cell(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return typeof value === 'string' && /^[=+\-@]/.test(text) ? `'${text}` : text;
}

test('the list of this test has every command', () => {
  expect([...Object.keys(cases), ...elsewhere].sort()).toEqual([...commands.keys()].sort());
});

test.each(Object.keys(cases))('epic %s prints the same record in every format', async (name) => {
  const { code = 0, only, differs } = cases[name] ?? {};
  const runs = new Map<Format, { stdout: string; stderr: string }>();
  for (const [n, format] of formats.entries()) {
    if (only && format === '--csv') continue;
    if (only === 'text' && format === '--json') continue;
    const { code: ended, ...said } = await run(name, format, n);
    expect({ format, ended, stderr: ended === code ? '' : said.stderr }).toEqual({
      format,
      ended: code,
      stderr: '',
    });
    runs.set(format, said);
  }

  const terminal = runs.get('terminal');
  expect(settled(`${terminal?.stdout}${terminal?.stderr}`)).toMatchSnapshot('terminal');
  // A token and a URI are one word, however long.
  if (only !== 'text' && !['token', 'second-factor enable'].includes(name)) {
    const tooWide = terminal?.stdout.split('\n').filter((line) => stringWidth(line) > 80);
    expect(tooWide).toEqual([]);
  }
  expect(settled(`${runs.get('pipe')?.stdout}`)).toMatchSnapshot('pipe');
  if (only) return;

  const json: unknown = JSON.parse(runs.get('--json')?.stdout ?? '');
  const [header = [], ...records]: string[][] = parse(runs.get('--csv')?.stdout ?? '', {
    record_delimiter: '\r\n',
  });
  expect(records.length).toBeGreaterThan(0);
  const isImport = name.endsWith(' import');
  expect(header).toEqual(
    isImport ? importSummary : commands.get(name)?.fields.map(({ key }) => key),
  );
  if (differs) return;
  const rows = (Array.isArray(json) ? json : [json]) as Record<string, unknown>[];
  expect(Object.keys(rows[0] ?? {})).toEqual(header);
  expect(records).toHaveLength(rows.length);
  // What changes something was done to another record each time.
  if (!/list|view|calendar|whoami|search|history$/.test(name)) return;
  expect(records).toEqual(rows.map((row) => Object.values(row).map(cell)));
});
