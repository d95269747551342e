import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Epic } from '../support/epic.ts';
import { type Office, openOffice, soldContract } from './office.ts';

let office: Office;
let sales: Epic;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  await soldContract(sales, { total: '1234567890.1' });
  await office.database.query(
    `insert into crm.event (contract_id, title, start_date, end_date) values
       (1, 'Gala', '2026-12-01 18:30+01', '2026-12-01 23:00+01')`,
  );
  await office.database.query(
    `insert into crm.client (full_name, email, first_contact, commercial_contact_id)
     select 'Client ' || n, n || '@x.example', '2026-02-03', 1 from generate_series(1, 60) n`,
  );
});
afterAll(() => office.close());

const shown = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
  const width = { EPIC_FORCE_TTY: '120', TZ: 'Europe/Paris' };
  const { stdout } = await sales.run(args, { env: { ...width, ...env } });
  return stdout.replaceAll('\u00a0', ' ');
};
const money = ['contract', 'view', '1', '--fields', 'total'];
const time = ['event', 'list', '--fields', 'start'];
const day = ['client', 'view', '2', '--fields', 'firstContact'];

test('amounts and dates on a terminal follow the locale', async () => {
  const french = { LANG: 'fr_FR.UTF-8' };
  expect(await shown(french, ...money)).toBe('Total  1 234 567 890,10 €\n');
  expect(await shown(french, ...time)).toBe('Start\n01/12/2026 18:30\n');
  expect(await shown(french, ...day)).toBe('First contact  03/02/2026\n');
  const american = { LC_ALL: 'en_US.UTF-8', LANG: 'fr_FR.UTF-8' };
  expect(await shown(american, ...money)).toBe('Total  €1,234,567,890.10\n');
  expect(await shown(american, ...day)).toBe('First contact  02/03/2026\n');
});

test('LC_MONETARY and LC_TIME are respected separately', async () => {
  const mixed = { LC_MONETARY: 'de_DE@euro', LC_TIME: 'C', LANG: 'fr_FR' };
  expect(await shown(mixed, ...money)).toBe('Total  1.234.567.890,10 €\n');
  expect(await shown(mixed, ...time)).toBe('Start\n2026-12-01 18:30\n');
});

test('amounts and dates without a known locale have the form that flags accept', async () => {
  for (const LC_ALL of ['C', 'POSIX', 'C.UTF-8', 'xx_YY', '!', '']) {
    expect(await shown({ LC_ALL }, ...money)).toBe('Total  1 234 567 890.10 €\n');
    expect(await shown({ LC_ALL }, ...time)).toBe('Start\n2026-12-01 18:30\n');
  }
});

test('no other format depends on the locale', async () => {
  for (const format of [[], ['--json'], ['--csv']]) {
    const plain = await sales.run([...money, ...format]);
    const french = await sales.run([...money, ...format], { env: { LC_ALL: 'fr_FR.UTF-8' } });
    expect(french).toEqual(plain);
    expect(plain.stdout).toContain('1234567890.10');
  }
});

test('a list longer than the terminal is shown in a pager, unless switched off', async () => {
  const list = async (env: NodeJS.ProcessEnv, ...flags: string[]) => {
    const terminal = sales.terminal(['client', 'list', '--no-input', '--limit', '60', ...flags], {
      env,
    });
    const code = await terminal.ended;
    return { code, lines: terminal.shown().split('\n') };
  };
  const PAGER = `sed 's/^/> /'`;
  const paged = await list({ PAGER });
  expect(paged.code).toBe(0);
  expect(paged.lines.filter((line) => line.startsWith('> '))).toHaveLength(61);
  // What follows the list is no part of it.
  expect(paged.lines.filter((line) => /^60 of \d+\. The next/.test(line))).toHaveLength(1);

  for (const direct of [
    list({ PAGER }, '--no-pager'),
    list({ PAGER }, '--limit', '10'),
    list({ PAGER: '' }),
    list({ PAGER, EPIC_PAGER: 'cat' }),
    list({ PAGER: 'no-such-pager-anywhere' }),
  ]) {
    const { code, lines } = await direct;
    expect(code).toBe(0);
    expect(lines.filter((line) => /^ *\d+ {2}(Client|Ana)/.test(line)).length).toBeGreaterThan(9);
  }
});

test('less shows letters and signs where the locale of the terminal is not installed', async () => {
  const terminal = sales.terminal(['client', 'list', '--no-input', '--limit', '60'], {
    env: { PAGER: 'echo charset $LESSCHARSET; cat > /dev/null', LC_ALL: 'xx_XX.UTF-8' },
  });
  await terminal.waitFor('charset utf-8');
  expect(await terminal.ended).toBe(0);
});

test('a pager that is closed early is no error', async () => {
  const args = ['client', 'list', '--limit', '60', '--no-input'];
  const terminal = sales.terminal(args, { env: { PAGER: 'true' } });
  expect(await terminal.ended).toBe(0);
});

test('a request of more than a second shows a notice on the terminal, and removes it', async () => {
  const slow = createServer(async (_, response) => {
    await sleep(2000);
    response.end('{}');
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const { port } = slow.address() as AddressInfo;
  const stranger = await office.stranger();
  const terminal = stranger.terminal(['login', '--email', 'a@x.example'], {
    env: { EPIC_SERVER: `http://127.0.0.1:${port}` },
  });
  try {
    await terminal.waitFor('Password');
    terminal.type('secret\r');
    await terminal.waitFor('Waiting for the server …');
    await terminal.waitFor('is not an Epic server');
    expect(await terminal.ended).toBe(7);
  } finally {
    terminal.close();
    slow.close();
  }
});

test('the times of a company are its own on every terminal, typed and shown, and the zone is named once', async () => {
  const inNewYork = { TZ: 'America/New_York', EPIC_FORCE_TTY: '100' };
  const list = ['event', 'list', '--fields', 'id,start'];
  const foreign = await sales.run(list, { env: inNewYork });
  expect(foreign.stdout).toContain('2026-12-01 18:30');
  expect(foreign.stderr).toBe('Times are in Europe/Paris.\n');
  const there = await sales.run(list, { env: { ...inNewYork, TZ: 'Europe/Brussels' } });
  expect(there).toEqual({ ...foreign, stderr: '' });
  const own = await sales.run(list, { env: { ...inNewYork, EPIC_TIME_ZONE: 'America/New_York' } });
  expect(own).toMatchObject({ stdout: expect.stringContaining('2026-12-01 12:30'), stderr: '' });

  const manager = await office.at('manager');
  const times = ['--start', '2027-06-01 18:00', '--end', '2027-06-01 23:00'];
  const said = await manager.run(
    ['event', 'create', '--contract', '1', '--title', 'Ball', ...times],
    { env: inNewYork },
  );
  expect(said.stdout).toMatch(
    /^✓ Event \d+ created: “Ball”, 2027-06-01 18:00 \(Europe\/Paris\)\.\n$/,
  );
  const without = await sales.run(['client', 'contacted', '1'], { env: inNewYork });
  expect(without.stdout + without.stderr).not.toContain('Europe/Paris');
  const created = await manager.run(
    [
      ...['event', 'create', '--contract', '1', '--title', 'DST', '--json'],
      ...['--start', '2027-03-28 01:30', '--end', '2027-03-28 03:30'],
    ],
    { env: { TZ: 'America/New_York' } },
  );
  expect(JSON.parse(created.stdout)).toMatchObject({
    start: '2027-03-28T00:30:00Z',
    end: '2027-03-28T01:30:00Z',
  });
  const unknown = await sales.run(list, { env: { EPIC_TIME_ZONE: 'Paris' } });
  expect(unknown).toMatchObject({
    code: 2,
    stderr:
      '✗ EPIC_TIME_ZONE: “Paris” is not a time zone.\n  → Write it like Europe/Paris or UTC.\n',
  });
});

test('a pager that is missing is named, with how to do without one', async () => {
  const list = ['client', 'list', '--limit', '60', '--no-input'];
  const terminal = sales.terminal(list, { env: { PAGER: 'no-such-pager -R' } });
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toContain(
    'There is no pager “no-such-pager -R” here. To do without: epic config set pager cat',
  );
  expect(terminal.shown()).not.toContain('not found');
});

test('the rows of a list are as many as epic config says', async () => {
  const env = { EPIC_LIMIT: '7' };
  expect((await sales.run(['client', 'list'], { env })).stdout.trim().split('\n')).toHaveLength(7);
  const flag = await sales.run(['client', 'list', '--limit', '3'], { env });
  expect(flag.stdout.trim().split('\n')).toHaveLength(3);
});
