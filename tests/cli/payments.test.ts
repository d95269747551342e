import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract } from './office.ts';

let office: Office;
let sales: Epic;
let otherSales: Epic;
let support: Epic;
let client: string;
let contract: string;

const onTerminal = (columns = 80) => ({ env: { EPIC_FORCE_TTY: String(columns) } });

beforeAll(async () => {
  office = await openOffice();
  [sales, otherSales, support] = await Promise.all([
    office.at('sales'),
    office.at('otherSales'),
    office.at('support'),
  ]);
  ({ client, contract } = await soldContract(sales, { total: '9000' }));
  const other = await soldContract(otherSales, { total: '500' });
  for (const [amount, on] of [
    ['1000', '2026-01-10'],
    ['2000.25', '2026-02-10'],
  ] as const) {
    await json(sales, 'contract', 'pay', contract, '--amount', amount, '--on', on);
  }
  await json(
    otherSales,
    'contract',
    'pay',
    other.contract,
    '--amount',
    '0.75',
    '--on',
    '2026-03-10',
  );
});
afterAll(() => office.close());

test('payments are listed for every department, the latest first, with their total', async () => {
  const { stdout } = await support.run(['payment', 'list'], onTerminal());
  expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    'ID Paid on Amount Client Contract Recorded by',
    '3 2026-03-10 0.75 € Dupont SA 2 Oscar Sales',
    '2 2026-02-10 2 000.25 € Dupont SA 1 Sofia Sales',
    '1 2026-01-10 1 000.00 € Dupont SA 1 Sofia Sales',
    'Total: 3 001.00 € in 3 payments.',
    '',
  ]);
});

test.each([
  [['--mine'], ['2', '1']],
  [['--between', '2026-02-01..2026-02-28'], ['2']],
  [
    ['--between', '2026-02-10..'],
    ['3', '2'],
  ],
  [['--sort', 'amount'], 'amount'],
  [
    ['--sort', 'paidOn'],
    ['1', '2', '3'],
  ],
])('payment list %j', async (filters, ids) => {
  const { code, stdout, stderr } = await sales.run([
    'payment',
    'list',
    '--fields',
    'id',
    ...filters,
  ]);
  if (typeof ids === 'string') {
    expect(code).toBe(2);
    expect(stderr).toContain(`“${ids}” is not an order.`);
  } else expect(stdout.trim().split('\n')).toEqual(ids);
});

test('the total is of all that pass the filters, not of the page', async () => {
  const flags = ['--contract', contract, '--limit', '1'];
  const { stdout } = await sales.run(['payment', 'list', ...flags], onTerminal());
  expect(stdout).toMatch(/2 000\.25 €.*\nTotal: 3 000\.25 € in 2 payments\.\n$/);
  const all = await sales.run(['payment', 'list', '--client', client, '--all'], onTerminal(60));
  expect(all.stdout).toMatch(/Total: 3 000\.25 € in 2 payments\.\n$/);
});

test('programs get the rows alone', async () => {
  const rows = await json<unknown[]>(sales, 'payment', 'list', '--contract', contract);
  expect(rows).toMatchObject([{ id: 2, amount: '2000.25', paidOn: '2026-02-10' }, { id: 1 }]);
  const { stdout } = await sales.run(['payment', 'list', '--csv', '--fields', 'id,amount']);
  expect(stdout).toBe('id,amount\r\n3,0.75\r\n2,2000.25\r\n1,1000.00\r\n');
});

test('where nothing matches there is no table and no total', async () => {
  const flags = ['--between', '1999-01-01..1999-12-31'];
  const { code, stdout, stderr } = await sales.run(['payment', 'list', ...flags], onTerminal());
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: 'No payment matches.\n',
  });
});

test('a period that ends before it begins is refused', async () => {
  const { code, stderr } = await sales.run([
    'payment',
    'list',
    '--between',
    '2026-02-01..2026-01-01',
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain('--between: “2026-02-01..2026-01-01” ends before it begins.');
});
