import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

// Lists in pages: how many there are, the next with Enter, any by its number; and what narrows a list.

let office: Office;
let sales: Epic;
let manager: Epic;

const at = (columns: number) => ({ env: { EPIC_FORCE_TTY: String(columns), TZ: 'UTC' } });
const pageOf = (page: number, ...flags: string[]) => [
  ...['client', 'list', '--sort', 'id', '-L', '50', '--fields', 'id'],
  ...(page > 1 ? ['--page', String(page)] : []),
  ...flags,
];

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
  await office.database.query(
    `insert into crm.client (full_name, email, company_name, commercial_contact_id)
     select 'Client ' || n, 'c' || n || '@pages.example', 'Company ' || n, 1 + n % 2 from generate_series(1, 1250) n`,
  );
});
afterAll(() => office.close());

test('a page says how many there are in all, counted to 1,000, and how to get the next', async () => {
  const { code, stderr } = await sales.run(pageOf(1), at(80));
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      '50 of over 1,000. The next:\n  epic client list --sort id -L 50 --fields id --page 2\n',
  });
  const mine = await sales.run([...pageOf(1), '--mine'], at(80));
  expect(mine.stderr).toMatch(/^50 of 625\. The next:\n/);
});

test('--page is a page by its number, the last one as far as it goes', async () => {
  const second = await sales.run(pageOf(2), at(80));
  expect(second.stdout).toMatch(/^ +ID\n +51\n/);
  expect(second.stderr).toMatch(/^51–100 of over 1,000\. The next:\n.*--page 3\n$/);
  const last = await sales.run(pageOf(25), at(80));
  expect(last.stderr).toBe('1,201–1,250 of 1,250.\n');
  expect(last.stdout).toMatch(/^ {2}ID\n1201\n/);
  const beyond = await sales.run(pageOf(26), at(80));
  expect(beyond).toEqual({ code: 0, stdout: '', stderr: 'There is no page 26.\n' });
});

test('a page for programs is the same rows, and a note that there are more', async () => {
  const { stdout, stderr } = await sales.run(pageOf(3, '--json'));
  expect(JSON.parse(stdout).at(0)).toEqual({ id: 101 });
  expect(stderr).toBe(
    'There are more than these 50. The next:\n  epic client list --sort id -L 50 --fields id --json --page 4\n',
  );
});

test('pages beyond row 10,000 and pages of everything are refused', async () => {
  expect(await sales.run(pageOf(201))).toEqual({
    code: 2,
    stdout: '',
    stderr:
      '✗ --page: pages end at row 10,000.\n  → Narrow the list with filters, or read every row with --all.\n',
  });
  const all = await sales.run(['client', 'list', '--all', '--page', '2']);
  expect(all).toMatchObject({ code: 2, stderr: expect.stringContaining('without --limit') });
});

test('Enter shows the next page on a terminal, any other key ends', async () => {
  const terminal = sales.terminal(pageOf(1, '--mine', '--no-pager'), { columns: 80 });
  await terminal.waitFor(/\n100\n50 of 625\. Enter: the next page, any other key: end\./);
  terminal.type('\r');
  await terminal.waitFor(/\n200\n51–100 of 625\. Enter/);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toMatch(/51–100 of 625\.\n$/);
});

test('Ctrl-C ends the pages, with exit code 130, and nothing is asked with --no-input', async () => {
  const terminal = sales.terminal(pageOf(1, '--no-pager'), { columns: 60 });
  await terminal.waitFor('Enter: the next page');
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown()).not.toContain('✗');
  const silent = sales.terminal(pageOf(1, '--no-pager', '--no-input'), { columns: 80 });
  expect(await silent.ended).toBe(0);
  expect(silent.shown()).toMatch(
    /50 of over 1,000\. The next:\n {2}epic client list .*--page 2\n$/,
  );
});

test('without --limit a page is as tall as the terminal, and no pager opens', async () => {
  const env = { EPIC_PAGER: "sed 's/^/> /'" };
  const list = ['client', 'list', '--sort', 'id', '--mine'];
  const terminal = sales.terminal(list, { columns: 80, rows: 24, env });
  await terminal.waitFor(/\n20 of 62\d\. Enter/);
  terminal.type('\r');
  await terminal.waitFor(/\n21–40 of 62\d\. Enter/);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).not.toContain('> ');

  const search = sales.terminal(['search', 'company', '--no-input'], {
    columns: 80,
    rows: 12,
    env,
  });
  await search.waitFor('8 of over 99. The next:');
  const setting = sales.terminal(['config', 'get', 'limit', '--fields', 'value,from'], {
    rows: 24,
  });
  await setting.waitFor(/Value +20\nFrom +terminal/);
  const set = sales.terminal([...list, '--no-input'], {
    rows: 24,
    env: { ...env, EPIC_LIMIT: '30' },
  });
  await set.waitFor('30 of 62');
  expect(set.shown()).toContain('> ');
});

test('search says how many it found, and has pages', async () => {
  const first = await sales.run(['search', 'company', '--kind', 'client'], at(80));
  expect(first.stderr).toMatch(
    /20 of over 99\. The next:\n {2}epic search company --kind client --page 2\n$/,
  );
  const second = await json<{ id: number }[]>(sales, 'search', 'pages', '-p', '2', '-L', '10');
  const both = await json<{ id: number }[]>(sales, 'search', 'pages', '-L', '20');
  expect(second).toEqual(both.slice(10));
  const beyond = await sales.run(['search', 'pages', '--page', '9'], at(80));
  expect(beyond).toMatchObject({ code: 0, stderr: expect.stringContaining('no page 9') });
});

describe('filters', () => {
  let event: number;

  beforeAll(async () => {
    const { contract } = await soldContract(sales);
    await office.database.query(
      `insert into crm.contract (client_id, total_amount) select id, id from crm.client where id <= 4`,
    );
    const times = ['--start', '2199-06-01 18:00', '--end', '2199-06-01 23:00'];
    const about = ['--contract', contract, '--title', 'Gala', '--location', 'Lyon'];
    ({ id: event } = await json<{ id: number }>(sales, 'event', 'create', ...about, ...times));
    await json(sales, 'event', 'create', ...about, '--title', 'Without', ...times);
    await json(manager, 'event', 'assign', String(event), '--support', String(staff.support.id));
  });

  const ids = async (...args: string[]) =>
    (await json<{ id: number }[]>(manager, ...args)).map(({ id }) => id);

  test('events are those of a support employee, of a sales contact and of a client', async () => {
    expect(await ids('event', 'list', '--support', 'suzy')).toEqual([event]);
    expect(await ids('event', 'list', '--support', 'omar')).toEqual([]);
    expect(await ids('event', 'list', '--no-support')).toEqual([event + 1]);
    const sold = ['event', 'list', '--client', 'dupont sa', '--sales-contact', 'sofia'];
    expect(await ids(...sold)).toEqual([event, event + 1]);
    expect(await ids('event', 'list', '--sales-contact', 'oscar')).toEqual([]);
  });

  test('contracts and clients are those of a sales contact', async () => {
    expect(await ids('contract', 'list', '--sales-contact', 'oscar', '-L', '9')).toHaveLength(2);
    const contacts = await json<{ salesContact: string }[]>(
      ...[manager, 'client', 'list', '--sales-contact', 'oscar sales', '-L', '3'],
    );
    expect(contacts.map(({ salesContact }) => salesContact)).toEqual(Array(3).fill('Oscar Sales'));
  });

  test('what is owed is sorted by what remains, not by the total', async () => {
    const [first, second, third] = await ids('contract', 'list');
    await office.database.query(`alter table crm.contract disable trigger user`);
    await office.database.query(
      `update crm.contract set status = 'signed', signed_at = now(), total_amount = v.total, amount_to_be_paid = v.rest
       from (values (${first}, 100, 90), (${second}, 1000, 10), (${third}, 500, 50)) v (id, total, rest)
       where contract.id = v.id`,
    );
    await office.database.query(`alter table crm.contract enable trigger user`);
    const owed = ['contract', 'list', '--unpaid', '--sort', 'toBePaid:desc'];
    expect(await ids(...owed)).toEqual([first, third, second]);
    const { code, stderr } = await sales.run(['contract', 'list', '--sort', 'paid']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        'Write one of id, clientId, status, total, toBePaid, created',
      ),
    });
  });

  test('a short flag is the same as its long one on every noun', async () => {
    const short = await json(sales, 'contract', 'list', '-m', '-s', 'signed', '-S', 'dupont');
    const long = await json(
      ...[sales, 'contract', 'list', '--mine', '--status', 'signed', '--search', 'dupont'],
    );
    expect(short).toEqual(long);
    expect(short).toHaveLength(1);
    expect(await ids('event', 'list', '-s', 'planned')).toEqual([event, event + 1]);
    const { stdout } = await sales.run(['__complete', 'client', 'list', '-']);
    expect(stdout).toMatch(/^-L\thow many rows/m);
  });
});

describe('columns', () => {
  test('what is the same in every row leaves first, and is said once with what else was left out', async () => {
    const args = ['client', 'list', '--mine', '-L', '3', '--no-input'];
    const { stdout, stderr } = await sales.run(args, at(60));
    expect(stdout).toMatch(/^ID +Name +Company +E-mail +Phone\n/);
    expect(stderr).toMatch(
      /^Not shown: Sales contact, Last update\. All: --fields all\n3 of 626\./,
    );
    const wide = await sales.run(args, at(200));
    expect(wide.stdout).toMatch(/^ID.* Sales contact /);
    expect(wide.stderr).toMatch(/(^|\n)3 of 626\./);
  });

  test('an address is never cut, and a narrower column takes the room of a wide one', async () => {
    const long = `${'x'.repeat(50)}@pages.example`;
    await office.database.query(`update crm.client set email = '${long}' where id = 5`);
    const args = ['client', 'list', '--sort', 'id', '-L', '6'];
    expect((await sales.run(args, at(120))).stdout).toContain(long);
    const narrow = await sales.run(args, at(60));
    expect(narrow.stdout).toMatch(/^ID +Name +Company +Sales contact/);
    expect(narrow.stderr).toMatch(/Not shown: E-mail/);
  });

  test('--fields all shows every field, one record below the other where they do not fit', async () => {
    const args = ['client', 'list', '-L', '2', '--sort', 'id', '--fields', 'all'];
    const { stdout } = await sales.run(args, at(80));
    expect(stdout).toMatch(/^ID +1\nName +Client 1\n.*\nVersion +1\n\nID +2\n/s);
    const row = await sales.run(args);
    expect(row.stdout.split('\n')[0]?.split('\t')).toHaveLength(11);
  });

  test('the message of a notification is whole at every width', async () => {
    const support = await office.at('support');
    for (const width of [60, 80, 120]) {
      const { stdout } = await support.run(['notification', 'list'], at(width));
      expect(stdout.replace(/\s+/g, ' ')).toMatch(/“Gala” \(event \d+\) is now yours/);
      expect(stdout).not.toContain('…');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});
