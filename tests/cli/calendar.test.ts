import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { width } from '../../src/cli/core/output/text.ts';
import type { Epic } from '../support/epic.ts';
import { removeFolder } from '../support/temporary-folder.ts';
import { type Office, openOffice } from './office.ts';

let office: Office;
let suzy: Epic;
let folder: string;

const title = 'Gala; dîner, “été” \\ 🎉 and a name that goes on for long enough to be folded twice';
const march = ['event', 'calendar', '--month', '2031-03'];
const env = { TZ: 'Europe/Paris', NO_COLOR: '1' };

/** The events of a month in Paris. */
async function rows(epic: Epic, ...args: string[]): Promise<{ id: number }[]> {
  const { code, stdout, stderr } = await epic.run([...args, '--json'], { env });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  office = await openOffice();
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-calendar-`));
  await office.database.query(`
    insert into crm.client (full_name, email, phone, commercial_contact_id) values
      ('Ana Dupont', 'ana@dupont.example', '+33 1 02 03 04 05', 1), ('Bob Petit', 'bob@petit.example', null, 2);
    insert into crm.contract (client_id, total_amount, status, signed_at) values
      (1, 1000, 'signed', '2031-01-01'), (2, 1000, 'signed', '2031-01-01')`);
  await office.database.query(
    `insert into crm.event (title, contract_id, support_contact_id, start_date, end_date, location, notes, status)
     select title, contract, support, starts::timestamptz, ends::timestamptz, place, notes, status
     from (values
       (1, $1,          1, 3,    '2031-03-05 18:00+01', '2031-03-06 02:00+01', 'Le Havre; quai 3', E'Bring:\nchairs\x1b[2J', 'planned'),
       (2, 'Lunch',     2, 3,    '2031-03-05 23:00+01', '2031-03-06 01:00+01', null, null, 'confirmed'),
       (3, 'Breakfast', 2, 4,    '2031-03-06 08:00+01', '2031-03-06 09:00+01', null, null, 'planned'),
       (4, 'Called off', 2, 3,   '2031-03-05 19:00+01', '2031-03-05 20:00+01', null, null, 'cancelled'),
       (5, 'Fair',      1, null, '2031-02-27 10:00+01', '2031-03-02 10:00+01', null, null, 'planned'),
       (6, 'April',     1, 3,    '2031-04-01 00:00+02', '2031-04-01 10:00+02', null, null, 'planned'),
       (7, 'February',  1, 3,    '2031-02-28 22:00+01', '2031-03-01 01:00+01', null, null, 'planned')
     ) planned (nth, title, contract, support, starts, ends, place, notes, status)
     order by nth`,
    [title],
  );
  suzy = await office.at('support');
});
afterAll(async () => {
  await office.close();
  await removeFolder(folder);
});

test('the calendar prints one event a line off a terminal, marked as mine and double-booked', async () => {
  const shown = await suzy.run([...march, '--fields', 'id,start,mine,doubleBooked'], { env });
  expect(shown.stdout).toBe(
    [
      '5\t2031-02-27T09:00:00Z\tfalse\tfalse',
      '1\t2031-03-05T17:00:00Z\ttrue\ttrue',
      '4\t2031-03-05T18:00:00Z\ttrue\tfalse',
      '2\t2031-03-05T22:00:00Z\ttrue\ttrue',
      '3\t2031-03-06T07:00:00Z\tfalse\tfalse\n',
    ].join('\n'),
  );
  const csv = await suzy.run([...march, '--csv'], { env });
  expect(csv.stdout.split('\r\n')[0]).toMatch(/^id,title,.*,notes,version,mine,doubleBooked$/);
});

test('the calendar selects my events, or those of a support contact', async () => {
  const ids = async (epic: Epic, ...flags: string[]) =>
    (await rows(epic, ...march, ...flags)).map(({ id }) => id);
  expect(await ids(suzy, '--mine')).toEqual([1, 4, 2]);
  expect(await ids(await office.at('sales'), '--mine')).toEqual([5, 1]);
  expect(await ids(await office.at('manager'), '--mine')).toEqual([]);
  expect(await ids(suzy, '--support', '4')).toEqual([3]);
});

test.each([60, 80, 140])('the calendar draws a month in %i columns', async (columns) => {
  const { stdout } = await suzy.run(march, { env: { ...env, EPIC_FORCE_TTY: String(columns) } });
  expect(Math.max(...stdout.split('\n').map(width))).toBeLessThanOrEqual(columns);
  expect(stdout).toMatch(/^March 2031 +\* mine {3}! double-booked {3}x cancelled\n Mon +│ Tue +│/);
  // What goes on for days is there on each of them; a party that ends at night is not there the next day.
  expect(stdout.match(/→/g)).toHaveLength(2);
  expect(stdout.match(/18:00 ?\*!/g)).toHaveLength(1);
  const below = stdout.slice(stdout.indexOf('! Suzy')).replace(/\s+/g, ' ');
  expect(below).toContain(
    `! Suzy Support: 1 “${title}” 2031-03-05 18:00–02:00 and 2 “Lunch” 2031-03-05 23:00–01:00`,
  );
});

test('the calendar draws a month without events', async () => {
  const { stdout, stderr } = await suzy.run(['event', 'calendar', '-m', '--month', '2032-02'], {
    env: { ...env, EPIC_FORCE_TTY: '80' },
  });
  expect(stdout).toMatch(/│ 29\n$/);
  expect(stderr).toBe('Day by day: epic event agenda --between 2032-02-01..2032-02-29 --mine\n');
});

test('another calendar program reads the exported file, and recognises an event again', async () => {
  const file = join(folder, 'march.ics');
  const run = await suzy.run([...march, '--mine', '--ics', file], { env });
  expect([run.code, run.stdout, run.stderr]).toEqual([0, '', `3 events are in ${file}.\n`]);
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/\r\nEND:VCALENDAR\r\n$/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);

  const calendar = new ICAL.Component(ICAL.parse(text));
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  const events = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
  expect(
    events.map(({ uid, summary, startDate, endDate, location, component }) => ({
      uid,
      summary,
      starts: startDate.toString(),
      ends: endDate.toString(),
      location,
      status: component.getFirstPropertyValue('status'),
    })),
  ).toEqual([
    {
      uid: 'event-1@epic-events',
      summary: title,
      starts: '2031-03-05T17:00:00Z',
      ends: '2031-03-06T01:00:00Z',
      location: 'Le Havre; quai 3',
      status: 'TENTATIVE',
    },
    expect.objectContaining({ uid: 'event-4@epic-events', status: 'CANCELLED' }),
    expect.objectContaining({ uid: 'event-2@epic-events', status: 'CONFIRMED', location: null }),
  ]);
  expect(events[0]?.description).toBe(
    'Client: Ana Dupont\nTelephone: +33 1 02 03 04 05\nSales contact: Sofia Sales\nSupport: Suzy Support\n\nBring:\nchairs␛[2J',
  );
});

test('the iCalendar goes to standard output without a file', async () => {
  const { stdout } = await suzy.run([...march, '--ics'], { env });
  expect(stdout).toMatch(/^BEGIN:VCALENDAR\r\n/);
});

test('the calendar shows a month of more events than one page of the API, and draws the first of each day', async () => {
  await office.database.query(`
    insert into crm.event (title, contract_id, start_date, end_date)
    select 'Event ' || nth, 1, at, at + interval '1 hour'
    from generate_series(1, 1100) nth, lateral (select timestamptz '2033-05-01 00:00+02' + nth * interval '30 minutes') moment (at)`);
  const events = await rows(suzy, 'event', 'calendar', '--month', '2033-05');
  expect(events).toHaveLength(1100);

  const { stdout } = await suzy.run(['event', 'calendar', '--month', '2033-05'], {
    env: { ...env, EPIC_FORCE_TTY: '80' },
  });
  expect(Math.max(...stdout.split('\n').map(width))).toBeLessThanOrEqual(80);
  expect(stdout.match(/\+ 38\b/g)).toHaveLength(21);
  expect(stdout).toMatch(
    /\n\+ more on that day: epic event list --from 2033-05-01 --to 2033-05-01\n$/,
  );
});
