import { json, type Office, openOffice, soldContract } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

test('erasing a client names the events that still hold the name', async () => {
  const [sales, manager] = [await office.at('sales'), await office.at('manager')];
  const { client, contract } = await soldContract(sales);
  const { fullName } = await json<{ fullName: string }>(sales, 'client', 'view', client);
  const event = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', `Birthday of ${fullName}`],
    ...['--start', '2030-12-01 18:30', '--end', '2030-12-01 23:00'],
  );
  const { code, stdout, stderr } = await manager.run([
    'client',
    'erase',
    client,
    '--yes',
    '--json',
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ fullName: 'Erased client', email: null });
  expect(stderr).toContain(
    'The title or notes of these events hold the name of the client, and stay unchanged:',
  );
  expect(stderr).toContain(`${event.id}  “Birthday of ${fullName}”`);
});

test('where no event holds it, nothing is said', async () => {
  const [sales, manager] = [await office.at('sales'), await office.at('manager')];
  const { client } = await soldContract(sales);
  expect(await manager.run(['client', 'erase', client, '--yes'])).toEqual({
    code: 0,
    stdout: `✓ The personal data of client ${client} is erased.\n`,
    stderr: '',
  });
});
