import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract } from './office.ts';

let office: Office;
let sales: Epic;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
});
afterAll(() => office.close());

test('an unknown id ends with exit code 3, for every verb', async () => {
  const manager = await office.at('manager');
  const commands = [
    ['client', 'view', '999'],
    ['client', 'handover', '999', '--to', '1'],
    ['contract', 'view', '999'],
    ['contract', 'sign', '999'],
    ['contract', 'cancel', '999', '--yes'],
    ['contract', 'delete', '999', '--yes'],
    ['contract', 'pay', '999', '--amount', '1'],
    ['contract', 'create', '--client', '999', '--total', '1'],
    ['event', 'view', '999'],
    ['event', 'assign', '999', '--support', '3'],
    ['event', 'delete', '999', '--yes'],
    ['employee', 'view', '999'],
    ['employee', 'deactivate', '999', '--yes'],
    ['employee', 'delete', '999', '--yes'],
    ['notification', 'read', '999'],
  ];
  await Promise.all(
    commands.map(async (command) => {
      const { code, stdout, stderr } = await manager.run(command);
      expect({ command, code, stdout }).toEqual({ command, code: 3, stdout: '' });
      expect(stderr).toMatch(/^✗ There is no /);
    }),
  );
});

test('an invalid value is refused before anything is sent, with the name of the flag', async () => {
  const nowhere = { env: { EPIC_SERVER: 'http://127.0.0.1:9' } };
  const client = ['client', 'create', '--name', 'A', '--email'];
  const event = ['event', 'create', '--contract', '1', '--title', 'T', '--end', '+1d 10:00'];
  const cases = [
    ['<id>', 'contract', 'view', '1.5'],
    ['<id>', 'contract', 'view', 'a'.repeat(201)],
    ['<id>', 'contract', 'view', 'a\u0007'],
    ['<id>', 'contract', 'view', '-1'],
    ['<id>', 'contract', 'view', '0'],
    ['<id>', 'contract', 'view', '99999999999'],
    ['--email', ...client, 'not an address'],
    ['--email', ...client, 'a@b'],
    ['--phone', ...client, 'a@b.fr', '--phone', 'call me'],
    ['--first-contact', ...client, 'a@b.fr', '--first-contact', '2026-02-30'],
    ['--total', 'contract', 'create', '--client', '1', '--total', 'NaN'],
    ['--total', 'contract', 'create', '--client', '1', '--total', '1e5'],
    ['--total', 'contract', 'create', '--client', '1', '--total', '1.005'],
    ['--total', 'contract', 'create', '--client', '1', '--total', '12345678901'],
    ['--client', 'contract', 'create', '--client', '+3', '--total', '1'],
    ['--between', 'contract', 'list', '--between', '2026-12-01'],
    ['--between', 'event', 'list', '--between', '+7d..today'],
    ['--not-contacted-since', 'client', 'list', '--not-contacted-since', 'long ago'],
    ['--start', ...event, '--start', 'tomorrow-ish'],
    ['--start', ...event, '--start', '2026-12-01'],
    ['--start', ...event, '--start', '2026-12-01 25:00'],
    ['--attendees', ...event, '--start', 'today 10:00', '--attendees', '-5'],
    ['--status', 'event', 'list', '--status', 'lost'],
    ['--from', 'event', 'list', '--from', '01/12/2026'],
    ['--limit', 'event', 'list', '--limit', '0'],
    ['--limit', 'event', 'list', '--limit', '1001'],
    ['--department', 'employee', 'list', '--department', 'kitchen'],
    ['--client', 'contract', 'create', '--total', '1'],
  ] as const;
  await Promise.all(
    cases.map(async ([flag, ...command]) => {
      const { code, stderr } = await sales.run(command, nowhere);
      expect({ command, code }).toEqual({ command, code: 2 });
      expect(stderr).toContain(`✗ ${flag}`);
    }),
  );
});

test('times are read in the time zone of the user, in summer and winter', async () => {
  const { contract } = await soldContract(sales);
  const created = await sales.run(
    [
      ...['event', 'create', '--contract', contract, '--title', 'Zones', '--json'],
      ...['--start', '2026-07-01 18:30', '--end', '2026-12-01 18:30'],
    ],
    { env: { TZ: 'Europe/Paris' } },
  );
  expect(JSON.parse(created.stdout)).toMatchObject({
    start: '2026-07-01T16:30:00Z',
    end: '2026-12-01T17:30:00Z',
  });
});

test('an hour that daylight saving time skips is refused', async () => {
  const run = await sales.run(['event', 'update', '1', '--start', '2026-03-29 02:30'], {
    env: { TZ: 'Europe/Paris' },
  });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('--start: “2026-03-29 02:30” does not exist');
});

test('hostile, wide and right-to-left texts are stored exactly', async () => {
  const names = [
    `Robert'); drop table crm.client; --`,
    '🎉👩‍👩‍👧‍👦 Émilie Ünal',
    'محمد بن عبد الله',
    '田中 さくら',
    '=HYPERLINK("http://evil")',
    '$(rm -rf /) `id` $HOME %s \\n',
    '<script>alert(1)</script>',
  ];
  await Promise.all(names.map(storesExactly));
});

async function storesExactly(name: string): Promise<void> {
  const created = await json<{ id: number }>(
    sales,
    ...['client', 'create', '--name', name, '--email', 'x@y.example', '--company', name],
    '--allow-duplicate',
  );
  const read = await json(sales, 'client', 'view', String(created.id));
  expect(read).toMatchObject({ name, company: name });
  const [found] = await json<unknown[]>(sales, 'client', 'list', '--search', name);
  expect(found).toMatchObject({ id: created.id });
}

test('control characters in a name are refused with a sentence', async () => {
  for (const name of ['two\nlines', 'es\u001b[31mcape', 'tab\there', '', '   ', '\ufffd']) {
    const run = await sales.run(['client', 'create', '--name', name, '--email', 'x@y.example']);
    expect({ name, code: run.code }).toEqual({ name, code: 2 });
    expect(run.stderr).toContain('✗ --name: ');
  }
  const long = await sales.run([
    ...['client', 'create', '--name', 'x'.repeat(201), '--email', 'x@y.example'],
  ]);
  expect(long.code).toBe(2);
  expect(long.stderr).toContain('201 characters, at most 200');
});

test('a note of 100 kB is stored exactly, and one above the limit is refused', async () => {
  const { contract } = await soldContract(sales);
  const manager = await office.at('manager');
  const notes = 'Ligne à café ☕\n'.repeat(6000).slice(0, 100_000);
  const event = await json<{ id: number; notes: string }>(
    manager,
    ...['event', 'create', '--contract', contract, '--title', 'Long', '--notes', notes],
    ...['--start', '+1d 10:00', '--end', '+1d 12:00'],
  );
  expect(event.notes).toBe(notes);
  const read = await json<{ notes: string }>(manager, 'event', 'view', String(event.id));
  expect(read.notes).toBe(notes);
});

test('a NUL byte in a password is refused with a sentence', async () => {
  const epic = await office.stranger();
  const run = await epic.run(['login', '--email', 'sofia@epic.example', '--password-stdin'], {
    input: 'abc\0def',
  });
  expect([4, 6]).toContain(run.code);
  expect(run.stderr).toMatch(/^✗ .*\.\n/);
  expect(run.stderr).not.toContain('    at ');
});

test('of two simultaneous payments of the last euro one succeeds, and the other is told what remains', async () => {
  const manager = await office.at('manager');
  for (let round = 0; round < 3; round += 1) {
    const { contract } = await soldContract(sales, { total: '1' });
    const pay = ['contract', 'pay', contract, '--amount', '1'];
    const runs = await Promise.all([sales.spawn(pay), manager.spawn(pay)]);
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 6]);
    expect(runs.find(({ code }) => code === 6)?.stderr).toContain('0.00 € left to pay');
    const after = await json(sales, 'contract', 'view', contract);
    expect(after).toMatchObject({ toBePaid: '0.00' });
  }
});
