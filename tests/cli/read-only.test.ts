import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

// `epic login --read-only`, and `epic token --read-only`.

let office: Office;
let reader: Epic;
let sales: Epic;
let client: string;
let contract: string;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  ({ client, contract } = await soldContract(sales));
  reader = await office.stranger();
});
afterAll(() => office.close());

const reason = 'This session is read-only.\n  → Log in again, without --read-only: epic login\n';
const refused = `✗ ${reason}`;

test('an employee logs in to read only, and sees that the session is', async () => {
  const { email } = staff.sales;
  const args = ['login', '--email', email, '--read-only', '--password-stdin'];
  expect(await reader.run(args, { input: `${password}\n` })).toEqual({
    code: 0,
    stdout: `✓ Logged in as Sofia Sales, sales, at ${office.server.url}, to read only.\n`,
    stderr: '',
  });
  expect(await json(reader, 'whoami')).toMatchObject({ email, readOnly: true });
  expect(await json(sales, 'whoami')).toMatchObject({ email, readOnly: false });
  const sessions = await json<{ current: boolean; readOnly: boolean; endsAtTheLatest: string }[]>(
    reader,
    ...['session', 'list'],
  );
  expect(sessions.map(({ current, readOnly }) => [current, readOnly]).sort()).toEqual([
    [false, false],
    [true, true],
  ]);
  const days = (Date.parse(sessions[0]?.endsAtTheLatest ?? '') - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(90, 1);
});

test('it shows everything, and changes nothing', async () => {
  for (const args of [
    ['client', 'list'],
    ['contract', 'view', contract],
    ['report'],
    ['search', 'Dupont'],
    ['history', 'client', client],
    ['notification', 'list'],
    [],
  ]) {
    expect({ args, ...(await reader.run(args)) }).toMatchObject({ args, code: 0 });
  }
  for (const args of [
    ['client', 'create', '--name', 'Eva Noir', '--email', 'eva@noir.example'],
    ['client', 'update', client, '--phone', '+33 1 23 45 67 89'],
    ['client', 'contacted', client],
    ['contract', 'pay', contract, '--amount', '10'],
    ['contract', 'create', '--client', client, '--total', '10'],
    ['notification', 'read', '--all'],
    ['session', 'revoke', '--others'],
  ]) {
    expect({ args, ...(await reader.run(args)) }).toEqual({
      args,
      code: 5,
      stdout: '',
      // what asks for permission first names the verb before the reason
      stderr: expect.stringContaining(reason),
    });
  }
  const change = await reader.run(['password', '--password-stdin'], {
    input: `${password}\nanother horse battery\n`,
  });
  expect(change).toEqual({ code: 5, stdout: '', stderr: refused });
});

test('an import is refused before a line is written', async () => {
  const folder = await makeTemporaryFolder();
  const file = join(folder, 'clients.csv');
  await writeFile(file, 'full_name,email\nEva Noir,eva@noir.example\n');
  const { code, stderr } = await reader.run(['client', 'import', file]);
  expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining(refused) });
  await removeFolder(folder);
});

test('epic can says no, and why', async () => {
  const can = await reader.run(['can', 'update', 'client', client], {
    env: { EPIC_FORCE_TTY: '80' },
  });
  expect(can.code).toBe(5);
  expect(can.stdout).toMatch(/^No\. This session is read-only\.\n/);
  expect(can.stdout).not.toContain('Ask ');
  expect(await reader.run(['can', 'read', 'client', client])).toMatchObject({ code: 0 });
});

test('a program that is given a token to read with reads, and is refused to write', async () => {
  const { stdout } = await sales.run(['token', '--read-only']);
  const env = { EPIC_TOKEN: stdout.trim() };
  const program = await office.stranger();
  expect(await program.run(['client', 'view', client], { env })).toMatchObject({ code: 0 });
  const update = ['client', 'update', client, '--phone', '+33 1 23 45 67 89'];
  expect(await program.run(update, { env })).toEqual({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining(
      '✗ This session is read-only.\n  → Set EPIC_TOKEN to what “epic token” prints without --read-only.\n',
    ),
  });
  expect(await sales.run(update)).toMatchObject({ code: 0 });
  const again = await program.run(['token', '--read-only'], { env });
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w.-]+\n$/) });
});

test('logging out ends it', async () => {
  expect((await reader.run(['logout'])).code).toBe(0);
  const sessions = await json<{ readOnly: boolean }[]>(sales, 'session', 'list');
  expect(sessions.map(({ readOnly }) => readOnly)).toEqual([false]);
});

test('a one-time password is replaced before anything is read', async () => {
  const { oneTimePassword } = await json<{ oneTimePassword: string }>(
    await office.at('manager'),
    ...['employee', 'reset-password', String(staff.otherSupport.id), '--yes'],
  );
  const args = ['login', '--email', staff.otherSupport.email, '--read-only', '--password-stdin'];
  expect(await (await office.stranger()).run(args, { input: `${oneTimePassword}\n` })).toEqual({
    code: 5,
    stdout: '',
    stderr:
      '✗ A read-only session cannot replace a one-time password.\n  → Log in without --read-only: epic login\n',
  });
});
