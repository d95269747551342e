import type { Epic } from '../support/epic.ts';
import { type Office, openOffice, soldContract } from './office.ts';

let office: Office;
let sales: Epic;

const onTerminal = (columns: number, more = {}) => ({
  env: { EPIC_FORCE_TTY: String(columns), TZ: 'Europe/Paris', ...more },
});

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  await soldContract(sales, { total: '12500' });
  await soldContract(sales, { total: '999.90', signed: false });
  await office.database.query(
    `insert into crm.client (full_name, email, company_name, commercial_contact_id) values
       ('=cmd()', 'f@x.example', 'Tab & "Quotes", Sons', 1),
       ('Zoë 日本語 🎉', 'z@x.example', 'Kumo 雲', 1),
       (E'Eve\\u202eevil', 'e@x.example', null, 1)`,
  );
  await office.database.query(
    `insert into crm.event (contract_id, title, start_date, end_date, location, notes) values
       (1, 'Gala', '2026-12-01 18:30+01', '2026-12-01 23:00+01', E'Rear\\tdoor', E'a\\nb \\u001b[31mred\\u001b[0m \\\\ end')`,
  );
});
afterAll(() => office.close());

test('a list on a terminal is a table, with formatted amounts and dates', async () => {
  const { stdout, stderr, code } = await sales.run(['contracts', 'ls'], onTerminal(72));
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Not shown: .*Sales contact/);
  expect(stdout).toMatch(/^ID {2}Client {5}Status {8}Total {3}To be paid/);
  expect(stdout).toMatch(/ 1 {2}Dupont SA {2}signed {2}12 500\.00 € {2}12 500\.00 €/);
  expect(stdout).toMatch(/ 2 {2}Dupont SA {2}draft {6}999\.90 € {5}999\.90 €/);
});

test('a table fits every width: columns are dropped and texts shortened, never ids or amounts', async () => {
  for (const columns of [60, 80, 100, 132, 200, 300]) {
    const { stdout } = await sales.run(['contract', 'list'], onTerminal(columns));
    const widest = Math.max(...stdout.split('\n').map((line) => [...line].length));
    expect(widest).toBeLessThanOrEqual(columns);
    expect(stdout).toContain('12 500.00 €');
  }
});

test('a table with wide characters and emoji stays aligned', async () => {
  const { stdout } = await sales.run(
    ['client', 'list', '--fields', 'name,company,id'],
    onTerminal(100),
  );
  const wide = stdout.split('\n').find((line) => line.includes('日本語'));
  const plain = stdout.split('\n').find((line) => line.includes('Ana Dupont'));
  // Each of 日本語, 🎉 and 雲 takes two cells, of which length counts one (🎉: already two).
  expect((wide?.length ?? 0) + '日本語雲'.length).toBe(plain?.length);
});

test('a record is shown with all its fields, times in the local zone', async () => {
  const { stdout } = await sales.run(['event', 'view', '1'], onTerminal(80));
  expect(stdout).toContain('Start          Tue 2026-12-01 18:30\n');
  expect(stdout).toContain('Support        –\n');
  expect(stdout).toContain('Notes          a\n               b ␛[31mred␛[0m \\ end\n');
});

test('control characters in stored values never reach the terminal', async () => {
  const formats = [[], ['--json'], ['--csv']];
  for (const format of formats) {
    for (const width of ['', '100']) {
      for (const what of ['event', 'client']) {
        const { stdout } = await sales.run([what, 'list', ...format], {
          env: { EPIC_FORCE_TTY: width },
        });
        expect(stdout.replace(/[\t\r\n]/g, '')).not.toMatch(/\p{Cc}/u);
        expect(stdout).not.toMatch(/\u202e/);
      }
    }
  }
});

test('a list in a pipe is tab-separated values without a header, with full values', async () => {
  const { stdout } = await sales.run([
    ...['event', 'list', '--fields', 'id,start,location,notes,support'],
  ]);
  expect(stdout).toBe(
    '1\t2026-12-01T17:30:00Z\tRear\\tdoor\ta\\nb \\x1b[31mred\\x1b[0m \\\\ end\t\n',
  );
});

test('--json prints a bare array or object with every field, amounts as text, null included', async () => {
  const list = await sales.run(['contract', 'list', '--unsigned', '--json']);
  expect(JSON.parse(list.stdout)).toEqual([
    {
      id: 2,
      client: 'Dupont SA',
      clientId: 2,
      status: 'draft',
      total: '999.90',
      toBePaid: '999.90',
      salesContact: 'Sofia Sales',
      salesContactId: 1,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      signed: null,
      version: 1,
    },
  ]);
  const view = await sales.run(['contract', 'view', '2', '--json', '--fields', 'id,signed']);
  expect(JSON.parse(view.stdout)).toEqual({ id: 2, signed: null });
  const none = await sales.run(['contract', 'list', '--status', 'cancelled', '--json']);
  expect(JSON.parse(none.stdout)).toEqual([]);
});

test('--csv follows RFC 4180 and neutralises formulas', async () => {
  const { stdout } = await sales.run([
    ...['client', 'list', '--csv', '--fields', 'id,name,company', '--search', 'f@x'],
  ]);
  expect(stdout).toBe('id,name,company\r\n3,\'=cmd(),"Tab & ""Quotes"", Sons"\r\n');
  const money = await sales.run(['contract', 'list', '--csv', '--fields', 'total']);
  expect(money.stdout).toBe('total\r\n12500.00\r\n999.90\r\n');
});

test.each([
  ['a;=1', "a;'=1"],
  ['a\t+1;@b', "a\t'+1;'@b"],
  ['a;"=1', `"a;""'=1"`],
  ['a\n-1', `"a\n'-1"`],
  ['=a;＝1', "'=a;'＝1"],
  ['a; =1, a=1; 2-1', '"a; =1, a=1; 2-1"'],
])(
  '--csv neutralises formulas where a spreadsheet splits lines at semicolons or tabs: %j',
  async (notes, cell) => {
    await office.database.query(`update crm.event set notes = '${notes}' where id = 1`);
    const { stdout } = await sales.run(['event', 'view', '1', '--csv', '--fields', 'notes,id']);
    expect(stdout).toBe(`notes,id\r\n${cell},1\r\n`);
  },
);

test('a direction override is written as an escape in a pipe', async () => {
  const { stdout } = await sales.run([
    ...['client', 'list', '--search', 'e@x', '--fields', 'name'],
  ]);
  expect(stdout).toBe('Eve\\u202eevil\n');
});

test('--fields accepts any spelling, and refuses unknown fields', async () => {
  const { stdout } = await sales.run(['contract', 'view', '1', '--fields', 'TO-be_paid,id']);
  expect(stdout).toBe('12500.00\t1\n');
  const unknown = await sales.run(['contract', 'list', '--fields', 'id,price']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/--fields: there is no field “price”.*\n.*total/);
  const former = await sales.run(['contract', 'list', '--fields', 'id,totalAmount']);
  expect(former.stderr).toBe(
    '✗ --fields: there is no field “totalAmount”.\n  → Did you mean total?\n',
  );
});

test('a change prints a sentence, or the record in the requested format', async () => {
  const said = await sales.run(['client', 'update', '1', '--phone', '0612345678']);
  expect(said.stdout).toBe('✓ Client 1 updated: Ana Dupont, Dupont SA.\n');
  const row = await sales.run(['client', 'update', '1', '--phone', '1234', '--fields', 'id,phone']);
  expect(row.stdout).toBe('1\t1234\n');
  const csv = await sales.run([
    ...['client', 'update', '1', '--phone', '+331234', '--csv', '--fields', 'id,phone'],
  ]);
  expect(csv.stdout).toBe("id,phone\r\n1,'+331234\r\n");
});

test('a truncated list says so on stderr, with the command for the next rows', async () => {
  const args = ['client', 'list', '--sort', 'name:desc', '--limit', '2', '--fields', 'name'];
  const names: string[] = [];
  let next: string[] | undefined = args;
  for (let page = 0; next && page < 5; page += 1) {
    const { stdout, stderr } = await sales.run(next);
    names.push(...stdout.trimEnd().split('\n'));
    next = /The next:\n {2}epic (.*)\n$/.exec(stderr)?.[1]?.split(' ');
    if (next) expect(next.slice(0, args.length)).toEqual(args);
  }
  expect(names).toHaveLength(5);
  expect(names[0]).toBe('Zoë 日本語 🎉');
});

test('--sort accepts the orders of the API, and lists them for an unknown one', async () => {
  const sorted = await sales.run([...['contract', 'list', '--sort', 'total', '--fields', 'id']]);
  expect(sorted.stdout).toBe('2\n1\n');
  const unknown = await sales.run(['contract', 'list', '--sort', 'mood']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('--sort');
  expect(unknown.stderr).toContain('total');
});

test('colours are used only where they are supported and wanted', async () => {
  const coloured = /\p{Cc}\[/u;
  const run = async (env: NodeJS.ProcessEnv, ...args: string[]) =>
    (await sales.run(['contract', 'list', ...args], { env: { EPIC_FORCE_TTY: '80', ...env } }))
      .stdout;
  expect(await run({})).not.toMatch(coloured);
  expect(await run({ CLICOLOR_FORCE: '1' })).toMatch(coloured);
  expect(await run({ CLICOLOR_FORCE: '1' }, '--no-color')).not.toMatch(coloured);
  expect(await run({ CLICOLOR_FORCE: '1', NO_COLOR: '1' })).not.toMatch(coloured);
});

test('the filters of each list find the rows they are named for', async () => {
  const ids = async (...args: string[]) =>
    (await sales.run([...args, '--fields', 'id'])).stdout.trim().split('\n').filter(Boolean);
  expect(await ids('contract', 'list', '--unsigned')).toEqual(['2']);
  expect(await ids('contract', 'list', '--unpaid')).toEqual(['1']);
  expect(await ids('contract', 'list', '--client', '1')).toEqual(['1']);
  expect(await ids('contract', 'list', '--status', 'signed')).toEqual(['1']);
  expect(await ids('client', 'list', '--search', 'ZOE')).toEqual(['4']);
  expect(await ids('event', 'list', '--no-support')).toEqual(['1']);
  expect(await ids('event', 'list', '--from', '2026-12-01', '--to', '2026-12-01')).toEqual(['1']);
  expect(await ids('event', 'list', '--from', '2026-12-02')).toEqual([]);
  expect(await ids('event', 'list', '--contract', '2')).toEqual([]);
  expect(await ids('employee', 'list', '--department', 'management')).toEqual(['5', '6']);
});
