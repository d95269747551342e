import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { width } from '../../src/cli/core/output/text.ts';
import type { Epic } from '../support/epic.ts';
import { removeFolder } from '../support/temporary-folder.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

// The days of an employee, and the page that goes to an event with them.

let office: Office;
let sales: Epic;
let support: Epic;
let manager: Epic;
let folder: string;
const ids: Record<string, string> = {};

const onTerminal = (columns = 80, env = {}) => ({
  env: { EPIC_FORCE_TTY: String(columns), TZ: 'Europe/Paris', ...env },
});

beforeAll(async () => {
  office = await openOffice();
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-sheet-`));
  [sales, support, manager] = await Promise.all([
    office.at('sales'),
    office.at('support'),
    office.at('manager'),
  ]);
  const { contract } = await soldContract(sales);
  const other = await soldContract(await office.at('otherSales'));
  await office.database.query(
    `update crm.employee set phone = '+33 1 00 00 00 0' || id where id <= 4;
     update crm.client set phone = '+33 6 11 22 33 44'`,
  );
  const plan = async (title: string, under: string, ...more: string[]) => {
    const about = ['--contract', under, '--title', title, ...more];
    ids[title] = String((await json(manager, 'event', 'create', ...about)).id);
  };
  await plan('Gala', contract, ...times('2031-03-05T18:00', '2031-03-05T23:30'));
  await plan('Fair', contract, ...times('2031-03-04T09:00', '2031-03-06T12:00'));
  await plan('Ball', other.contract, ...times('2031-03-06T20:00', '2031-03-07T02:00'));
  await plan('Past', contract, ...times('2031-02-20T20:00', '2031-02-20T22:00'));
  await json(manager, 'event', 'assign', ids.Gala ?? '', '--support', String(staff.support.id));
  const about = ['--location', 'Musée <Lyon>', '--attendees', '120', '--status', 'confirmed'];
  await json(
    support,
    'event',
    'update',
    ids.Gala ?? '',
    ...about,
    '--notes',
    'Gate B.\nNo nuts & eggs.',
  );

  function times(start: string, end: string): string[] {
    return ['--start', `${start}+01:00`, '--end', `${end}+01:00`];
  }
});
afterAll(async () => {
  await office.close();
  await removeFolder(folder);
});

const days = (epic: Epic, ...more: string[]) =>
  epic.run(['event', 'agenda', '--between', '2031-03-05..2031-03-06', ...more], onTerminal());

test('an agenda lists events by day, with hours, place, client and who runs them', async () => {
  const { stdout } = await days(sales);
  expect(stdout).toBe(`Wednesday 2031-03-05
  all day      ${ids.Fair}  Fair (planned)
               Dupont SA · no support contact
  18:00–23:30  ${ids.Gala}  Gala
               Musée <Lyon> · Dupont SA · Suzy Support

Thursday 2031-03-06
  –12:00       ${ids.Fair}  Fair (planned)
               Dupont SA · no support contact
  20:00–02:00  ${ids.Ball}  Ball (planned)
               Dupont SA · no support contact
`);
});

test.each([
  ['--mine', [], ['Fair', 'Gala', 'Fair']],
  ['--support', [String(staff.support.id)], ['Gala']],
  ['--support', ['Omar'], []],
])('an agenda with %s has those events alone', async (flag, value, titles) => {
  const { code, stdout, stderr } = await days(sales, flag, ...value);
  expect(code).toBe(0);
  expect(stdout.match(/(?<=\d {2})(Fair|Gala|Ball)/g) ?? []).toEqual(titles);
  if (titles.length === 0) {
    expect(stderr).toContain('No event from 2031-03-05 to 2031-03-06.\n');
  }
});

test('an agenda shows the next 14 days, or 14 days from the day that a period begins with', async () => {
  const { stderr } = await sales.run(['event', 'agenda'], onTerminal());
  const [, from = '', to = ''] =
    /^No event from (\S+) to (\S+)\. Further ahead: --between today\.\.\+60d\n$/.exec(stderr) ?? [];
  expect(Date.parse(to) - Date.parse(from)).toBe(13 * 24 * 3_600_000);
  const open = ['event', 'agenda', '--between', '2031-02-20..'];
  const { stdout, stderr: foot } = await sales.run(open, onTerminal(60));
  expect(foot).toContain('As a month: epic event calendar --month 2031-02\n');
  expect(stdout.match(/^\w+day .*/gm)).toEqual([
    'Thursday 2031-02-20',
    'Tuesday 2031-03-04',
    'Wednesday 2031-03-05',
  ]);
});

test('an agenda writes days as the locale does, and fits a narrow terminal', async () => {
  const french = onTerminal(60, { LC_ALL: 'fr_FR.UTF-8' });
  const period = ['--between', '2031-03-01..2031-03-31'];
  const { stdout } = await sales.run(['event', 'agenda', ...period], french);
  expect(stdout).toContain('Wednesday 05/03/2031\n');
  expect(Math.max(...stdout.split('\n').map(width))).toBeLessThanOrEqual(60);
});

test('programs get each event of an agenda once', async () => {
  const period = ['--between', '2031-03-05..2031-03-06'];
  const rows = await json<{ title: string }[]>(sales, 'event', 'agenda', ...period);
  expect(rows.map(({ title }) => title)).toEqual(['Fair', 'Gala', 'Ball']);
  const { stdout } = await sales.run(['event', 'agenda', ...period, '--fields', 'title']);
  expect(stdout).toBe('Fair\nGala\nBall\n');
});

test('a period that is none is refused', async () => {
  const { code, stderr } = await sales.run(['event', 'agenda', '--between', 'soon']);
  expect(code).toBe(2);
  expect(stderr).toContain('--between: “soon” is not a period.');
});

test('a run sheet says when, where, whom to call and what to know, and no amount', async () => {
  const { stdout } = await support.run(['event', 'sheet', 'gala'], onTerminal());
  expect(stdout).toBe(`Gala
Wednesday 2031-03-05, 18:00–23:30 (Europe/Paris)

Where          Musée <Lyon>
Attendees      120
Client         Dupont SA
Runs it        Suzy Support, +33 1 00 00 00 03, suzy@epic.example
Contact        Ana Dupont, +33 6 11 22 33 44, ana@dupont.example
Sales contact  Sofia Sales, +33 1 00 00 00 01, sofia@epic.example

Notes
  Gate B.
  No nuts & eggs.
`);
});

test('a run sheet warns of what is not confirmed, or cancelled, and says who is missing', async () => {
  const sheet = async (id = '') =>
    (await support.run(['event', 'sheet', id], onTerminal(60))).stdout;
  expect(await sheet(ids.Fair)).toMatch(
    /^Fair\nTuesday 2031-03-04, 09:00 to Thursday 2031-03-06, 12:00\n? ?\(Europe\/Paris\)\nNot confirmed yet\.\n/,
  );
  expect(await sheet(ids.Fair)).toContain('Where          not known yet\n');
  expect(await sheet(ids.Fair)).toContain('Runs it        no support contact yet\n');
  await json(manager, 'event', 'update', ids.Past ?? '', '--status', 'cancelled');
  expect(await sheet(ids.Past)).toContain('\nCancelled: it does not take place.\n');
});

test('a run sheet as a page is one self-contained file that escapes texts', async () => {
  const file = join(folder, 'gala.html');
  const { env } = onTerminal();
  const run = await support.run(['event', 'sheet', ids.Gala ?? '', '--html', file], { env });
  expect([run.code, run.stdout, run.stderr]).toEqual([0, '', `The run sheet is in ${file}.\n`]);
  expect(await readdir(folder)).toEqual(['gala.html']);
  const page = await readFile(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain('<p class="when">Wednesday 2031-03-05, 18:00–23:30 (Europe/Paris)</p>');
  expect(page).toContain('<dt>Where</dt><dd>Musée &lt;Lyon&gt;</dd>');
  expect(page).toContain('<a href="tel:+33611223344">+33 6 11 22 33 44</a>');
  expect(page).toContain('<p class="notes">Gate B.\nNo nuts &amp; eggs.</p>');
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\son\w+=|€/i);
  const printed = await support.run(['event', 'sheet', ids.Gala ?? '', '--html', '-'], { env });
  expect(printed.stdout).toBe(page);
});

test('a run sheet as a page is written in the locale of its reader, though stdout is no terminal', async () => {
  const env = { LC_ALL: 'fr_FR.UTF-8', TZ: 'Europe/Paris' };
  const sheet = ['event', 'sheet', ids.Gala ?? '', '--html', '-'];
  const { stdout } = await support.run(sheet, { env });
  expect(stdout).toContain('05/03/2031');
  expect(stdout).not.toContain('2031-03-05');
});

test('a run sheet has the notes of colleagues that are not done, the oldest last, as a page too', async () => {
  const about = ['note', 'add', 'event', ids.Fair ?? ''];
  await json(sales, ...about, 'Ask <Ana> for the ramp.\nShe has the key.');
  const { id } = await json<{ id: number }>(manager, ...about, 'Order the chairs');
  await json(support, ...about, 'Parking is behind the hall, on the side of the river.');
  await json(sales, 'note', 'add', 'event', ids.Ball ?? '', 'Of another event');
  await json(manager, 'note', 'done', String(id));

  const sheet = ['event', 'sheet', ids.Fair ?? ''];
  const { stdout } = await support.run(sheet, onTerminal(60));
  expect(stdout).toMatch(/@epic\.example\n\nNotes of colleagues\n/);
  expect(stdout.split('\nNotes of colleagues\n')[1]).toBe(
    `  Suzy Support: Parking is behind the hall, on the side of
  the river.
  Sofia Sales: Ask <Ana> for the ramp.
  She has the key.
`,
  );
  const page = (await support.run([...sheet, '--html', '-'])).stdout;
  expect(page).toContain(
    '<p class="notes"><b>Sofia Sales:</b> Ask &lt;Ana&gt; for the ramp.\nShe has the key.</p>',
  );
  expect(page).not.toContain('chairs');
  expect(await json(support, ...sheet)).toMatchObject({
    notesAbout: [{ author: 'Suzy Support' }, { author: 'Sofia Sales', done: null }],
  });
});

test('the run sheet of an event that is not there is not found, and no file is written', async () => {
  const file = join(folder, 'none.html');
  const { code, stderr } = await support.run(['event', 'sheet', '999', '--html', file]);
  expect(code).toBe(3);
  expect(stderr).toBe('✗ There is no event 999.\n  → See which there are: epic event list\n');
  expect(await readdir(folder)).toEqual(['gala.html']);
});
