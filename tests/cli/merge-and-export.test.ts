import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let otherSales: Epic;
let manager: Epic;

beforeAll(async () => {
  office = await openOffice();
  [sales, otherSales, manager] = await Promise.all([
    office.at('sales'),
    office.at('otherSales'),
    office.at('manager'),
  ]);
});
afterAll(() => office.close());

/** Two who are one: Ana without a phone number, with a contract, and Anne with one. */
async function twins() {
  const { client: ana } = await soldContract(sales);
  const anne = await json<{ id: number }>(
    otherSales,
    ...['client', 'create', '--name', 'Anne Dupont', '--email', 'anne@dupont.example'],
    ...['--phone', '+33 6 12 34 56 78', '--allow-duplicate'],
  );
  const contract = await json<{ id: number }>(
    otherSales,
    ...['contract', 'create', '--client', String(anne.id), '--total', '300'],
  );
  return { ana, anne: String(anne.id), contract: contract.id };
}

const sentences = async (id: string) =>
  (await json<{ what: string }[]>(sales, 'history', 'client', id)).map(({ what }) => what);

test('a merging is shown first and asked, and then done', async () => {
  const { ana, anne, contract } = await twins();
  const asked = manager.terminal(['client', 'merge', ana, anne], { columns: 120 });
  await asked.waitFor('Stays:');
  await asked.waitFor(`  ${ana}  Ana Dupont, Dupont SA, ana@dupont.example, with Sofia Sales`);
  await asked.waitFor(`  ${anne}  Anne Dupont, anne@dupont.example, with Oscar Sales`);
  await asked.waitFor(`Moves to client ${ana}, and to Sofia Sales: 1 contract.`);
  await asked.waitFor('  Filled in: phone +33 6 12 34 56 78.');
  await asked.waitFor('  In history only: name Anne Dupont, e-mail anne@dupont.example.');
  await asked.waitFor(
    `Merge client ${anne} (Anne Dupont) into client ${ana} (Ana Dupont, Dupont SA)? This cannot`,
  );
  asked.type('n');
  expect(await asked.ended).toBe(130);
  expect(await json(sales, 'client', 'view', anne)).toMatchObject({ name: 'Anne Dupont' });

  const done = manager.terminal(['client', 'merge', ana, anne], { columns: 120 });
  await done.waitFor('This cannot be undone.');
  done.type('y');
  await done.waitFor(
    `Client ${anne} merged into client ${ana}: Ana Dupont, Dupont SA. Moved: 1 contract.`,
  );
  expect(await done.ended).toBe(0);
  expect(await json(sales, 'client', 'view', ana)).toMatchObject({
    name: 'Ana Dupont',
    phone: '+33 6 12 34 56 78',
  });
  expect(await json(sales, 'contract', 'view', String(contract))).toMatchObject({
    clientId: Number(ana),
    salesContactId: staff.sales.id,
  });
});

test('--dry-run shows what would move, and changes nothing', async () => {
  const { ana, anne } = await twins();
  const dry = await manager.run(['client', 'merge', ana, anne, '--dry-run']);
  expect({ ...dry, stderr: dry.stderr.split('\n') }).toMatchObject({
    code: 0,
    stdout: '✓ Nothing was changed.\n',
    stderr: expect.arrayContaining([
      `Moves to client ${ana}, and to Sofia Sales: 1 contract.`,
      '  Filled in: phone +33 6 12 34 56 78.',
    ]),
  });
  expect(await json(manager, 'client', 'merge', ana, anne, '--dry-run')).toMatchObject({
    id: Number(ana),
    mergedId: Number(anne),
    phone: null,
    moved: { contract: 1 },
    filled: ['phone'],
  });
  expect(await json(sales, 'client', 'view', anne)).toMatchObject({ name: 'Anne Dupont' });
});

test('history tells of it, and the former number leads to the client who stays', async () => {
  const { ana, anne } = await twins();
  await json(manager, 'client', 'merge', ana, anne, '--yes');
  expect((await sentences(ana))[0]).toBe(`Marie Manager merged client ${anne} into this one.`);
  expect((await sentences(anne)).slice(0, 2)).toEqual([
    'Marie Manager deleted the client: Anne Dupont.',
    `Marie Manager merged the client into client ${ana}.`,
  ]);
  const led = `✗ Client ${anne} was merged into client ${ana}: Ana Dupont, Dupont SA.
  → Look at it: epic client view ${ana}
`;
  expect(await sales.run(['client', 'view', anne])).toEqual({ code: 3, stdout: '', stderr: led });
  const shown = await sales.run(['client', 'update', anne, '--phone', '0612']);
  expect({ code: shown.code, first: shown.stderr.split('\n')[0] }).toEqual({
    code: 3,
    first: `✗ Client ${anne} was merged into client ${ana}.`,
  });
  // wherever the former number is given, the hint names the client who stays
  for (const command of [
    ['client', 'update', anne, '--phone', '06 12 34 56 78'],
    ['client', 'contacted', anne],
    ['contract', 'create', '--client', anne, '--total', '100'],
    ['note', 'add', 'client', anne, 'Call'],
  ]) {
    const { code, stderr } = await sales.run(command);
    expect({ command, code, stderr }).toEqual({
      command,
      code: 3,
      stderr: `✗ Client ${anne} was merged into client ${ana}.\n  → Look at it: epic client view ${ana}\n`,
    });
  }
  const program = await sales.run(['client', 'contacted', anne, '--json']);
  expect(JSON.parse(program.stderr)).toMatchObject({
    error: { facts: { mergedInto: Number(ana) } },
  });
  const never = await sales.run(['contract', 'create', '--client', '99999', '--total', '100']);
  expect(never.stderr).toBe(
    '✗ There is no client 99999.\n  → See which there are: epic client list\n',
  );
});

test('a merging is refused before anything is asked', async () => {
  const { ana, anne } = await twins();
  const refusal = `✗ You may not merge client ${ana}.
  Only management may do this.
  Ask management.
`;
  for (const epic of [sales, await office.at('support')]) {
    const { code, stderr } = await epic.run(['client', 'merge', ana, anne]);
    expect({ code, stderr: stderr.slice(0, refusal.length) }).toEqual({ code: 5, stderr: refusal });
  }
  const itself = await manager.run(['client', 'merge', ana, ana]);
  expect(itself).toMatchObject({
    code: 6,
    stderr: '✗ A client cannot be merged with itself: name two.\n',
  });
  const unsure = await manager.run(['client', 'merge', ana, anne]);
  expect(unsure.code).toBe(2);
  expect(unsure.stderr).toContain('--yes is missing');
  await json(manager, 'client', 'erase', anne, '--yes');
  const erased = await manager.run(['client', 'merge', ana, anne, '--yes']);
  expect(erased).toMatchObject({
    code: 6,
    stderr: `✗ The personal data of client ${anne} was erased: it stays apart.\n`,
  });
});

test('an export has all there is about a client, and those who were merged into them', async () => {
  const { ana, anne, contract } = await twins();
  await json(manager, 'client', 'merge', ana, anne, '--yes');
  const { code, stdout } = await manager.run(['client', 'export', ana]);
  expect(code).toBe(0);
  const exported = JSON.parse(stdout);
  expect(exported).toMatchObject({
    client: { id: Number(ana), full_name: 'Ana Dupont', phone: '+33 6 12 34 56 78' },
    former_ids: [Number(anne)],
    personal_columns: { client: ['full_name', 'email', 'phone'] },
  });
  expect(exported.contract.map(({ id }: { id: number }) => id)).toContain(contract);
  expect(stdout).toContain('anne@dupont.example');

  const path = join(manager.stateHome, 'ana.json');
  const filed = await manager.run(['client', 'export', ana, '--output', path]);
  expect(filed).toEqual({
    code: 0,
    stdout: '',
    stderr: `All there is about client ${ana} is in ${path}.\n`,
  });
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ client: exported.client });

  const { code: refused, stderr } = await sales.run(['client', 'export', ana]);
  expect(refused).toBe(5);
  expect(stderr).toContain(`✗ You may not export the data of client ${ana}.\n`);
  const missing = await manager.run(['client', 'export', '999']);
  expect(missing).toMatchObject({ code: 3 });
  expect(missing.stderr).toContain('✗ There is no client 999.\n');
});
