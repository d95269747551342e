import { RecordKind } from '../../src/cli/operations/index.ts';
import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let otherSales: Epic;
let support: Epic;
let manager: Epic;
let client: string;
let draft: string;
let signed: string;
let event: string;

const onTerminal = { env: { EPIC_FORCE_TTY: '80' } };

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  otherSales = await office.at('otherSales');
  support = await office.at('support');
  manager = await office.at('manager');
  ({ client, contract: draft } = await soldContract(sales, { signed: false }));
  ({ contract: signed } = await soldContract(sales));
  const planned = await json<{ id: number }>(
    manager,
    ...['event', 'create', '--contract', signed, '--title', 'Gala', '--start', '+9d 18:00'],
    ...['--end', '+9d 23:00', '--support', String(staff.support.id)],
  );
  event = String(planned.id);
});
afterAll(() => office.close());

test('a yes shows the verdict with its grants and policies', async () => {
  expect(await sales.run(['can', 'update', 'client', client], onTerminal)).toEqual({
    code: 0,
    stderr: '',
    stdout: `Yes. Sales change only the clients they look after.

  ✓ grant   Sales may update full_name, email, phone, company_name of a client.
  ✓ policy  Every employee reads every client.
  ✓ policy  Sales change only the clients they look after.
`,
  });
});

test('a no ends with exit code 5, says whom to ask, and leaves stderr empty', async () => {
  expect(await otherSales.run(['can', 'update', 'client', client], onTerminal)).toEqual({
    code: 5,
    stderr: '',
    stdout: `No. Sales change only the clients they look after.

  ✓ grant   Sales may update full_name, email, phone, company_name of a client.
  ✓ policy  Every employee reads every client.
  ✗ policy  Sales change only the clients they look after.

Ask Sofia Sales (sales): sofia@epic.example
`,
  });
});

test('a condition that is met is told apart from what to do about one that is not', async () => {
  const { code, stdout } = await manager.run(['can', 'create', 'employee'], onTerminal);

  expect(code).toBe(0);
  expect(stdout).toContain('  ✓ policy  Met: Log in with your second factor first.\n');
  expect(stdout).toContain('  ✓ policy  Management creates employees.\n');
});

test('an insufficient grant names the missing fields', async () => {
  const { code, stdout } = await support.run(
    ['can', 'update', 'event', event, '--field', 'notes,contractId'],
    onTerminal,
  );
  expect(code).toBe(5);
  expect(stdout).toBe(`No. Nobody may update contract_id of an event.

  ✗ grant   Support may update title, start_date, end_date, location, attendees,
            notes, status of an event, but not contract_id.
  ✓ policy  Every employee reads every event.
  ✓ policy  Support change only the events they run.
`);
  expect((await support.run(['can', 'update', 'event', event, '--field', 'notes'])).code).toBe(0);
});

test('a missing grant names the departments that have it', async () => {
  const { code, stdout } = await support.run(['can', 'erase', 'client', client], onTerminal);
  expect({ code, stdout }).toEqual({
    code: 5,
    stdout: 'No. Only management may do this.\n\nAsk management.\n',
  });
});

test('an answer that depends on the record says how to name it', async () => {
  expect(await sales.run(['can', 'create', 'contract'], onTerminal)).toEqual({
    code: 0,
    stdout: `It depends. Sales create contracts only for their own clients, as drafts.

  ✓ grant   Sales may create a contract with client_id, total_amount.
  · policy  Sales create contracts only for their own clients, as drafts.
`,
    stderr: 'Say which:\n  epic can create contract --field client=ID\n',
  });
  const naming = ['can', 'create', 'contract', '--field', `client=${client}`];
  expect((await sales.run(naming)).code).toBe(0);
  const other = await otherSales.run(naming, onTerminal);
  expect(other.code).toBe(5);
  expect(other.stdout).toContain('\nAsk Sofia Sales (sales): sofia@epic.example\n');

  const { code, stderr } = await sales.run(['can', 'sign', 'contract'], onTerminal);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'Ask about one of them:\n  epic can sign contract ID\n',
  });
});

test('the answer as JSON is one object with every step', async () => {
  const run = await otherSales.run(['can', 'sign', 'contract', draft, '--json']);
  expect(run).toMatchObject({ code: 5, stderr: '' });
  const sentence =
    'Sales change and sign only the contracts of their own clients, and only until they are signed.';
  expect(JSON.parse(run.stdout)).toEqual({
    allowed: false,
    verdict: sentence,
    contact: {
      id: staff.sales.id,
      fullName: 'Sofia Sales',
      department: 'sales',
      email: staff.sales.email,
      phone: null,
    },
    verb: 'sign',
    record: 'contract',
    id: Number(draft),
    columns: null,
    steps: [
      {
        step: 1,
        kind: 'grant',
        name: 'update (total_amount, status, version)',
        role: 'epic_sales',
        mode: null,
        clause: null,
        isMine: true,
        holds: true,
        sentence: 'Sales may update total_amount, status of a contract.',
      },
      {
        step: 2,
        kind: 'policy',
        name: 'employee_read_all',
        role: 'epic_employee',
        mode: 'permissive',
        clause: null,
        isMine: true,
        holds: true,
        sentence: 'Every employee reads every contract.',
      },
      {
        step: 3,
        kind: 'policy',
        name: 'sales_update_own',
        role: 'epic_sales',
        mode: 'permissive',
        clause: 'using',
        isMine: true,
        holds: false,
        sentence,
      },
      expect.objectContaining({ kind: 'grant', role: 'epic_management', isMine: false }),
      expect.objectContaining({ kind: 'policy', name: 'management_update_any', isMine: false }),
    ],
  });
  expect(JSON.parse((await sales.run(['can', 'sign', 'contract', '--json'])).stdout)).toMatchObject(
    {
      allowed: null,
      contact: null,
      id: null,
    },
  );
});

test('the answer in a pipe is one line of the fields that --fields picks', async () => {
  const question = ['can', 'update', 'client', client];
  const { stdout } = await otherSales.run(question);
  expect(stdout.split('\t').slice(0, 6)).toEqual([
    'false',
    'Sales change only the clients they look after.',
    `{"id":${staff.sales.id},"fullName":"Sofia Sales","department":"sales","email":"sofia@epic.example","phone":null}`,
    'update',
    'client',
    client,
  ]);
  expect((await sales.run([...question, '--fields', 'allowed'])).stdout).toBe('true\n');
  const csv = await otherSales.run([...question, '--csv', '--fields', 'allowed,columns']);
  expect(csv).toMatchObject({
    code: 5,
    stdout: 'allowed,columns\r\nfalse,"[""full_name"",""email"",""phone"",""company_name""]"\r\n',
  });
});

test('the verb and the noun are accepted in either order, and in the plural', async () => {
  for (const words of [
    ['update', 'client'],
    ['client', 'update'],
    ['update', 'clients'],
    ['Update', 'Client'],
    ['view', 'client'],
    ['list', 'clients'],
  ]) {
    expect({ words, ...(await sales.run(['can', ...words, client])) }).toMatchObject({ code: 0 });
  }
  expect((await manager.run(['can', 'hand-over', 'client', client])).code).toBe(0);
});

test('an unknown question ends with exit code 2 and the list of possible ones', async () => {
  for (const [expected, ...args] of [
    [
      'There is no “fly” to ask about for clients.\n' +
        '  → What can be asked for clients: read, create, update, delete, contacted, handover, merge, export, erase.',
      ...['fly', 'client'],
    ],
    [
      'There is no record called “invoice”.\n' +
        `  → The records are ${Object.values(RecordKind).join(', ')}.`,
      ...['update', 'invoice', '1'],
    ],
    [
      '--field: there is no field “clientName” to ask about.\n' +
        '  → The fields of events: title, start, end, location, attendees, notes, status, id, supportId, contractId, version.',
      ...['update', 'event', '1', '--field', 'clientName'],
    ],
    ['--field: ask about “id” without a value.', 'update', 'event', '1', '--field', 'id=4'],
    ['--total: “much” is not an amount.', 'update', 'contract', '1', '--field', 'total=much'],
    ['A new client has no id yet.', 'create', 'client', '4'],
    ['<record> is missing: kind of record, such as client.', 'update'],
    ['<verb> is missing: what to do, such as update.'],
  ] as const) {
    const { code, stdout, stderr } = await sales.run(['can', ...args]);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toContain(expected);
  }
});

test('epic can answers for a record without commands', async () => {
  expect(await sales.run(['can', 'read', 'payment'])).toMatchObject({ code: 0 });
  const { code, stdout } = await manager.run(['can', 'update', 'payment', '--field', 'paid-on']);
  expect(code).toBe(5);
  expect(stdout).toMatch(/^false\tNobody may update paid_on of a payment\.\t/);
  expect(await sales.run(['can', 'delete', 'my-session'])).toMatchObject({ code: 5 });
  const wrong = await sales.run(['can', 'fly', 'payment']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('There is no “fly” to ask about for payments.');
});

test('epic can answers for moving and reactivating an employee', async () => {
  for (const field of ['department', 'reactivate', 'phone']) {
    expect(await sales.run(['can', 'update', 'employee', '4', '--field', field])).toMatchObject({
      code: 5,
    });
    expect(await manager.run(['can', 'update', 'employee', '4', '--field', field])).toMatchObject({
      code: 0,
    });
  }
});

test('--who lists everyone who may, with the policy, and counts those who may not', async () => {
  expect(await support.run(['can', 'sign', 'contract', draft, '--who'], onTerminal)).toEqual({
    code: 0,
    stdout: `Who                         Department  Answer  Why
everyone in management (2)  management  yes     Management changes, signs and
                                                cancels any contract.
Sofia Sales                 sales       yes     Sales change and sign only the
                                                contracts of their own clients,
                                                and only until they are signed.
`,
    stderr: 'Not permitted: sales (1), support (2).\n',
  });
});

test('--who says which rule refuses what is permitted', async () => {
  const question = ['can', 'sign', 'contract', signed, '--who'];
  expect(await support.run(question, onTerminal)).toEqual({
    code: 0,
    stdout: `Who                         Department  Answer  Why
everyone in management (2)  management  no      Permitted, but refused by a
                                                rule: Contract ${signed} is signed
                                                already.
`,
    stderr: 'Not permitted: sales (2), support (2).\n',
  });
  expect(JSON.parse((await support.run([...question, '--json'])).stdout)).toEqual([
    {
      who: 'everyone in management (2)',
      department: 'management',
      answer: 'no',
      why: `Permitted, but refused by a rule: Contract ${signed} is signed already.`,
      employeeId: null,
      people: 2,
      permitted: true,
      policy: 'management_update_any',
      sentence: 'Management changes, signs and cancels any contract.',
      rules: 'broken',
      rule: 'contract_is_not_signed_yet',
      ruleSentence: `Contract ${signed} is signed already.`,
      complete: true,
    },
  ]);
});

test('--who takes fields and values, and says where rules were not tried', async () => {
  const naming = ['can', 'create', 'contract', '--field', `client=${client}`, '--who'];
  const { code, stderr } = await otherSales.run(naming, onTerminal);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      'Not permitted: sales (1), support (2).\n' +
      'Rules, such as “An event needs a signed contract.”, were not tried.\n',
  });
  const piped = await otherSales.run([...naming, '--fields', 'employeeId,rules,complete']);
  expect(piped.stdout).toBe(`\tuntried\tfalse\n${staff.sales.id}\tuntried\tfalse\n`);
  const csv = await otherSales.run([
    'can',
    'create',
    'contract',
    '--csv',
    '--fields',
    'who,answer',
    '--who',
  ]);
  expect(csv.stdout).toBe(
    'who,answer\r\neveryone in management (2),depends\r\neveryone in sales (2),depends\r\n',
  );
});

test('--who of what no employee may do is an empty list', async () => {
  const question = ['can', 'update', 'payment', '--field', 'paid-on', '--who'];
  expect(await manager.run(question, onTerminal)).toEqual({
    code: 0,
    stdout: '',
    stderr: 'No employee may do this.\n',
  });
  expect(await manager.run([...question, '--json'])).toEqual({
    code: 0,
    stdout: '[]\n',
    stderr: '',
  });
});

test('--who of a record that is not there ends with exit code 3', async () => {
  expect(await sales.run(['can', 'sign', 'contract', '99999', '--who'])).toEqual({
    code: 3,
    stdout: '',
    stderr: '✗ There is no contract 99999.\n  → See which there are: epic contract list\n',
  });
});

test('a missing record ends with exit code 3, for every verb', async () => {
  for (const words of ['read contract', 'sign contract', 'pay contract', 'erase client']) {
    const [verb = '', noun = ''] = words.split(' ');
    const run = await manager.run(['can', verb, noun, '99999']);
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr: `✗ There is no ${noun} 99999.\n  → See which there are: epic ${noun} list\n`,
    });
  }
});

test('the notification of a colleague counts as missing', async () => {
  const [mine] = await json<{ id: number }[]>(support, 'notification', 'list');
  expect((await support.run(['can', 'read', 'notification', String(mine?.id)])).code).toBe(0);
  const others = await sales.run(['can', 'read', 'notification', String(mine?.id)]);
  expect(others.code).toBe(3);
});

describe('epic can predicts the outcome of:', () => {
  // A word for each argument; _ stands for a space in one.
  const ids = (line: string) =>
    line
      .replaceAll('CLIENT', client)
      .replaceAll('DRAFT', draft)
      .replaceAll('SIGNED', signed)
      .replaceAll('EVENT', event)
      .split(' ')
      .map((word) => word.replaceAll('_', ' '));

  test.each([
    ['update client CLIENT', 'client update CLIENT --phone 0612345678'],
    ['handover client CLIENT', 'client handover CLIENT --to 1'],
    ['create client', 'client create --name A --email a@b.example'],
    ['create contract --field client=CLIENT', 'contract create --client CLIENT --total 10'],
    ['update contract DRAFT', 'contract update DRAFT --total 900'],
    ['update contract SIGNED', 'contract update SIGNED --total 1000'],
    ['pay contract SIGNED', 'contract pay SIGNED --amount 1'],
    ['pay contract SIGNED --field amount=-1', 'contract pay SIGNED --amount -1'],
    [
      'create event --field contract=SIGNED',
      'event create --contract SIGNED --title A --start +1d_10:00 --end +1d_11:00',
    ],
    ['update event EVENT', 'event update EVENT --attendees 3'],
    ['assign event EVENT', 'event assign EVENT --support 3'],
    ['update employee 4', 'employee update 4 --name Omar'],
    ['sign contract DRAFT', 'contract sign DRAFT'],
    ['export client CLIENT', 'client export CLIENT'],
    ['erase client CLIENT', 'client erase CLIENT --yes'],
  ])('%s', async (question, command) => {
    const everybody = { otherSales, support, sales, manager };
    const ask = (epic: Epic) => epic.run(['can', ...ids(question)]);
    const act = (epic: Epic) => epic.run(ids(command));
    const asked = await Promise.all(Object.values(everybody).map(ask));
    const done = await Promise.all([act(otherSales), act(support)]);
    done.push(await act(sales), await act(manager));
    for (const [index, who] of Object.keys(everybody).entries()) {
      // A rule may be against it all the same (6).
      const code = done[index]?.code === 5 ? 5 : 0;
      expect({ who, question, code: asked[index]?.code }).toEqual({ who, question, code });
    }
  });
});

test('epic can changes nothing', async () => {
  const { contract } = await soldContract(sales, { signed: false });
  await sales.run(['can', 'sign', 'contract', contract]);
  await manager.run(['can', 'delete', 'contract', contract]);
  expect(await json(sales, 'contract', 'view', contract)).toMatchObject({ status: 'draft' });
});
