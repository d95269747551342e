import { width } from '../../src/cli/core/output/text.ts';
import { json, type Office, openOffice, type Role } from './office.ts';

let office: Office;

const onTerminal = { EPIC_FORCE_TTY: '80', NO_COLOR: '1' };

beforeAll(async () => {
  office = await openOffice();
  // Enough of everything that a screen of 24 lines cannot show it all.
  await office.database.query(`
    insert into crm.client (full_name, email, company_name, commercial_contact_id)
    select 'Client ' || nth, 'client@epic.example', 'Société ' || nth, 1 + nth % 2 from generate_series(1, 20) nth;
    insert into crm.contract (client_id, total_amount, creation_date, status, signed_at)
    select client.id, 1000 * client.id, now() - interval '200 days', state, case state when 'signed' then now() - age end
    from crm.client
    cross join (values ('draft', null), ('signed', interval '40 days'), ('signed', interval '3 days')) deal (state, age);
    do $$
    declare
      deal record;
    begin
      -- One by one: those that are planned together are one notification.
      for deal in select id, row_number() over (order by id) as nth from crm.contract where status = 'signed' loop
        insert into crm.event (title, contract_id, support_contact_id, start_date, end_date)
        values ('A party with a rather long name, number ' || deal.nth, deal.id, (array[3, 3, null, 4])[1 + deal.nth % 4],
                now() + deal.nth * interval '1 day', now() + deal.nth * interval '1 day' + interval '3 hours');
      end loop;
    end
    $$`);
});
afterAll(() => office.close());

async function dayOf(role: Role, columns = 80) {
  const epic = await office.at(role);
  const env = { ...onTerminal, EPIC_FORCE_TTY: String(columns) };
  const { code, stdout, stderr } = await epic.run([], { env });
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  const next = lines.slice(lines.indexOf('What to type next') + 1);
  const commands = next.map((line) => line.trim().split(/ {2,}/)[0]?.split(' ').slice(1) ?? []);
  return { epic, stdout, lines, commands };
}

test.each(['sales', 'support', 'manager'] as const)(
  'the day of %s is one screen, and what it says to type can be typed',
  async (role) => {
    const { epic, lines, commands } = await dayOf(role);
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(80);
    expect(commands.length).toBeGreaterThanOrEqual(2);
    expect(commands.length).toBeLessThanOrEqual(4);
    for (const command of commands) {
      const { code, stderr } = await epic.run([...command, '--no-input']);
      expect([command, code, stderr]).toEqual([command, 0, expect.anything()]);
    }
  },
);

test('the dashboard keeps counts beside their headings on a wide terminal', async () => {
  const { lines } = await dayOf('manager', 200);
  expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(120);
});

test('the dashboard of sales shows what is to be signed and paid, and the events of their clients', async () => {
  const { stdout } = await dayOf('otherSales');
  expect(stdout).toMatch(/^Oscar Sales, sales\. \w+, \d{1,2} \w+ \d{4}\.\n/);
  expect(stdout).toMatch(
    /To get signed \(10\) +\d+ more: epic contract list --mine --unsigned\n +\d+ +Société 1 +/,
  );
  expect(stdout).toMatch(/To be paid \(20\) .*\n.* overdue, signed 5 weeks ago\n/);
  expect(stdout).toContain('Coming events of my clients (20)');
  expect(stdout).toMatch(/epic contract view \d+ +the oldest overdue/);
  expect(stdout).not.toContain('Without support');
});

test('the dashboard of support shows their next events and changes', async () => {
  const { stdout } = await dayOf('otherSupport');
  expect(stdout).toMatch(/My next events \(\d+\) +\d+ more: epic event list --mine --upcoming\n/);
  expect(stdout).toMatch(/What changed \(\d+\) +\d+ more: epic notification list --unread\n/);
  expect(stdout).toMatch(/epic event update \d+ --status confirmed/);
});

test('the dashboard of management shows unassigned events, unsigned contracts and workloads', async () => {
  const { stdout } = await dayOf('otherManager');
  expect(stdout).toMatch(
    /Without support \(\d+\) +\d+ more: epic event list --no-support --upcoming\n/,
  );
  expect(stdout).toMatch(/Not signed yet \(\d+\) /);
  expect(stdout).toMatch(/Suzy Support +\d+ +█+ +\d+ to come in all/);
  expect(stdout).toMatch(/epic event assign \d+ --support 4 +Omar Support has the least to do/);
});

test('the dashboard fits a narrow terminal', async () => {
  const { lines } = await dayOf('manager', 60);
  expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(60);
  expect(lines.length).toBeLessThanOrEqual(23);
});

test('the dashboard says over 1,000 rather than count on', async () => {
  await office.database.query(`
    insert into crm.client (full_name, email, company_name, commercial_contact_id)
    values ('Marie Many', 'many@epic.example', 'Many', 1);
    insert into crm.contract (client_id, total_amount)
    select id, nth from crm.client, generate_series(1, 1001) nth where email = 'many@epic.example'`);
  const { stdout } = await dayOf('sales');

  expect(stdout).toMatch(
    /To get signed \(over 1,000\) +over 99\d more: epic contract list --mine --unsigned\n/,
  );
  await office.database.query(
    "delete from crm.contract where status = 'draft' and total_amount <= 1001",
  );
});

test('the dashboard says when there is nothing to do', async () => {
  await office.database.query(`
    update crm.notification set read_at = now() where recipient_id = 6;
    update crm.employee set department = 'sales' where id = 6`);
  const stranger = await office.stranger();
  const password = { input: 'correct horse battery\n' };
  await stranger.run(['login', '--email', 'otto@epic.example', '--password-stdin'], password);
  const { stdout } = await stranger.run([], { env: onTerminal });
  expect(stdout).toContain('Nothing is waiting for you.');
  expect(stdout).toContain('epic client create');
});

test('epic alone on a terminal is the dashboard, or says how to log in', async () => {
  const terminal = (await office.at('sales')).terminal([], { columns: 80 });
  await terminal.waitFor('Sofia Sales, sales.');
  await terminal.waitFor('What to type next');
  expect(await terminal.ended).toBe(0);

  const begins = (await office.stranger()).terminal([], { columns: 80 });
  await begins.waitFor(`You are not logged in at ${office.server.url}.`);
  await begins.waitFor('epic login ');
  expect(await begins.ended).toBe(0);
});

// last: the sessions of the other manager end
test('epic alone says as every other command that one has moved', async () => {
  const epic = await office.at('otherManager');
  await json(await office.at('manager'), 'employee', 'update', '6', '--department', 'sales');
  const env = onTerminal;
  const list = await epic.run(['event', 'list'], { env });
  expect(list).toMatchObject({ code: 4, stderr: expect.stringContaining('moved to sales') });
  expect(await epic.run([], { env })).toEqual(list);
});
