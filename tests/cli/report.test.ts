import { chmod, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { width } from '../../src/cli/core/output/text.ts';
import type { Epic } from '../support/epic.ts';
import { removeFolder } from '../support/temporary-folder.ts';
import { json, type Office, openOffice } from './office.ts';

let office: Office;
let epic: Epic;
let folder: string;

const inParis = { TZ: 'Europe/Paris' };
const inMarch = ['report', '--between', '2021-03-01..2021-03-31'];

beforeAll(async () => {
  office = await openOffice();
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-report-`));
  await office.database.query(`
    insert into crm.employee (full_name, email, department) values ('<b>Zoé & "Co"</b>', 'zoe@epic.example', 'sales');
    insert into crm.client (full_name, email, commercial_contact_id) values
      ('Ana Dupont', 'ana@dupont.example', 1), ('Bob Petit', 'bob@petit.example', 2);
    insert into crm.contract (client_id, total_amount, creation_date, status, signed_at) values
      (1, 1250.50, '2021-01-01', 'signed', '2021-03-31 23:30 Europe/Paris'),
      (2, 5000,    '2021-01-01', 'signed', '2021-03-10 12:00 Europe/Paris'),
      (2, 9999,    '2021-01-01', 'draft',  null);
    insert into crm.payment (contract_id, amount, paid_on, recorded_by) values (1, 1250.50, '2021-03-20', 5);
    insert into crm.event (title, contract_id, support_contact_id, start_date, end_date) values
      ('Gala', 1, 3, '2021-03-05 18:00 Europe/Paris', '2021-03-05 23:00 Europe/Paris')`);
  epic = await office.at('manager');
});
afterAll(async () => {
  await office.close();
  await removeFolder(folder);
});

test('the report prints one number a line off a terminal', async () => {
  const { code, stdout } = await epic.run(inMarch, { env: inParis });
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'pipeline\t\tover 90 days\ttotal\t9999.00',
      'months\t\t2021-03\tcontracts\t2',
      'months\t\t2021-03\tsigned\t6250.50',
      'months\t\t2021-03\tpaid\t1250.50',
      'salespeople\t1\tSofia Sales\tsigned\t1250.50',
      'salespeople\t2\tOscar Sales\tpaid\t0.00',
      'overdue\t2\tOscar Sales\ttoBePaid\t5000.00',
      'overdue\t2\tOscar Sales\toldestSigned\t2021-03-10T11:00:00Z',
      'support\t3\tSuzy Support\tinThisPeriod\t1',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('months'))).toHaveLength(3);
});

test('the report uses days of the time zone that times are shown in', async () => {
  const { stdout } = await epic.run(['report', '--between', '2021-04-01..2021-04-30'], {
    env: { EPIC_TIME_ZONE: 'Asia/Tokyo' },
  });
  expect(stdout).toContain('months\t\t2021-04\tsigned\t1250.50\n');
});

test('the report as JSON is an object by section, as CSV the same numbers with a header', async () => {
  const { stdout } = await epic.run([...inMarch, '--json'], { env: inParis });
  expect(JSON.parse(stdout)).toMatchObject({
    pipeline: [
      { age: '0 to 30 days', fromDays: 0, toDays: 30, drafts: 0, total: '0.00' },
      { age: '31 to 90 days', drafts: 0 },
      { age: 'over 90 days', toDays: null, drafts: 1, total: '9999.00' },
    ],
    months: [{ month: '2021-03', contracts: 2, signed: '6250.50', paid: '1250.50' }],
    salespeople: [
      { employeeId: 2, salesperson: 'Oscar Sales', contracts: 1, signed: '5000.00' },
      { employeeId: 1, salesperson: 'Sofia Sales', contracts: 1, paid: '1250.50' },
      { employeeId: 7, salesperson: '<b>Zoé & "Co"</b>', contracts: 0 },
    ],
    overdue: [{ employeeId: 2, contracts: 1, toBePaid: '5000.00' }],
    support: [
      { employeeId: 4, inThisPeriod: 0, toCome: 0, nextEvent: null },
      { employeeId: 3, inThisPeriod: 1, toCome: 0, nextEvent: null },
    ],
  });
  const csv = await epic.run([...inMarch, '--csv', '--fields', 'name,measure,value'], {
    env: inParis,
  });
  expect(csv.stdout).toMatch(/^name,measure,value\r\n/);
  expect(csv.stdout).toContain('\r\n2021-03,paid,1250.50\r\n');
});

test.each([60, 80, 200])(
  'the report draws bars that fit a terminal of %i columns',
  async (columns) => {
    const { code, stdout } = await epic.run(inMarch, {
      env: { ...inParis, EPIC_FORCE_TTY: String(columns), NO_COLOR: '1' },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('Signed and paid by salesperson');
    expect(stdout).toContain('█');
    expect(Math.max(...stdout.split('\n').map(width))).toBeLessThanOrEqual(columns);
  },
);

test('the report is for every department, and covers the last twelve months by default', async () => {
  for (const role of ['sales', 'support'] as const) {
    const { months } = await json<{ months: unknown[] }>(await office.at(role), 'report');
    expect(months).toHaveLength(12);
  }
  const { months } = await json<{ months: unknown[] }>(epic, 'report', '--months', '3');
  expect(months).toHaveLength(3);
});

test('the report takes a number of months or a period, not both', async () => {
  const both = await epic.run([...inMarch, '--months', '3']);
  expect([both.code, both.stderr]).toEqual([
    2,
    '✗ --months and --between exclude each other.\n  → Give one of them.\n',
  ]);
  const wrong = await epic.run(['report', '--between', 'spring']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--between: “spring” is not a period.');
  const long = await epic.run(['report', '--between', '1901-01-01..2021-01-01']);
  expect(long.code).toBe(6);
  expect(long.stderr).toContain('A report covers at most 100 years.');
});

test('the report as a page is one self-contained file that escapes names', async () => {
  const file = join(folder, 'march.html');
  const run = await epic.run([...inMarch, '--html', file], { env: inParis });
  expect([run.code, run.stdout, run.stderr]).toEqual([0, '', `The report is in ${file}.\n`]);
  expect(await readdir(folder)).toEqual(['march.html']);
  const page = await readFile(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain('&lt;b&gt;Zoé &amp; &quot;Co&quot;&lt;/b&gt;');
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\son\w+=/i);
  await chmod(file, 0o600);
  await epic.run([...inMarch, '--html', file], { env: inParis });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const printed = await epic.run([...inMarch, '--html', '-'], { env: inParis });
  const untimed = (text: string) => text.replace(/Generated [^<]+/, '');
  expect(untimed(printed.stdout)).toBe(untimed(page));
});

test.each([
  [
    'C',
    ' ',
    '2021-03-01 to 2021-03-31',
    '1 250.50 €',
    /Generated \d{4}-\d\d-\d\d \d\d:\d\d, Europe\/Paris</,
  ],
  [
    'fr_FR',
    '\u00a0',
    '01/03/2021 to 31/03/2021',
    '1\u00a0250,50\u00a0€',
    /Generated \d\d\/\d\d\/\d{4} \d\d:\d\d, /,
  ],
  [
    'en_GB',
    ',',
    '01/03/2021 to 31/03/2021',
    '€1,250.50',
    /Generated \d\d\/\d\d\/\d{4}, \d\d:\d\d, /,
  ],
])(
  'the report as a page is written in the locale %s throughout, though nothing on stdout is',
  async (LC_ALL, separator, days, amount, generated) => {
    const env = { ...inParis, LC_ALL };
    const { stdout } = await epic.run([...inMarch, '--html', '-'], { env });
    expect(stdout).toContain(`<p>${days}</p>`);
    expect(stdout).toContain(`>${amount}<`);
    expect(stdout).toMatch(generated);
    const ticks = [...stdout.matchAll(/text-anchor="end">([^<]+)</g)].map(([, tick]) => tick);
    const values = ['0', ...[2, 4, 6, 8].map((each) => `${each}${separator}000`)];
    // for a wide and for a narrow page
    expect(ticks).toEqual([...values, ...values]);
    expect((await epic.run(inMarch, { env })).stdout).toContain('\tsigned\t6250.50\n');
  },
);

test('a report that cannot be written leaves no file behind', async () => {
  const missing = await epic.run([...inMarch, '--html', join(folder, 'no', 'march.html')]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('The file could not be written: ENOENT');
  expect((await epic.run([...inMarch, '--html', folder])).code).toBe(2);
  expect(await readdir(folder)).toEqual(['march.html']);
});
