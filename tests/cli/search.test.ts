import type { Epic } from '../support/epic.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, staff } from './office.ts';

// A small company: two clients of the name Martin, a contract and an event of one of them.

let office: Office;
let sales: Epic;
let manager: Epic;
let ana: number;
let bob: number;
let contract: number;
let gala: number;
let open: Terminal[] = [];

async function idOf(epic: Epic, ...args: string[]): Promise<number> {
  return (await json<{ id: number }>(epic, ...args)).id;
}

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  manager = await office.at('manager');
  const client = (name: string, email: string, ...more: string[]) =>
    idOf(sales, 'client', 'create', '--name', name, '--email', email, ...more);
  ana = await client('Ana Martin', 'ana@dupont.example', '--company', 'Dupont Frères');
  bob = await client('Bob Martin-Lévy', 'bob@levy.example', '--phone', '+33 6 12 34 56 78');
  contract = await idOf(sales, 'contract', 'create', '--client', String(ana), '--total', '12500');
  await json(sales, 'contract', 'sign', String(contract));
  gala = await idOf(
    sales,
    ...['event', 'create', '--contract', String(contract), '--title', 'Gala', '--location', 'Lyon'],
    ...['--start', '2030-06-01 18:00', '--end', '2030-06-02 02:00'],
  );
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args);
  open.push(terminal);
  return terminal;
}

describe('epic search', () => {
  test.each(['sales', 'support', 'manager'] as const)(
    'finds what there is, for %s',
    async (role) => {
      const { stdout } = await (await office.at(role)).run(['search', 'DUPONT', 'freres']);
      expect(stdout).toBe(
        [
          `client\t${ana}\tAna Martin\tDupont Frères, ana@dupont.example`,
          `event\t${gala}\tGala\t2030-06-01, Lyon, Dupont Frères`,
          `contract\t${contract}\tDupont Frères\tsigned, 12 500.00 €, 12 500.00 € to be paid`,
          '',
        ].join('\n'),
      );
    },
  );

  test('epic search prints every format, and one kind on request', async () => {
    expect(await json(sales, 'search', 'gala', 'lyon', '--kind', 'event')).toEqual([
      {
        kind: 'event',
        id: gala,
        title: 'Gala',
        detail: '2030-06-01, Lyon, Dupont Frères',
        closeness: 'contains',
      },
    ]);
    const { stdout } = await sales.run(['search', 'martin', '--csv', '--fields', 'kind,id']);
    expect(stdout.split('\r\n').slice(0, 3)).toEqual(['kind,id', `client,${bob}`, `client,${ana}`]);
    expect(await json(sales, 'search', 'martin', '--limit', '1')).toHaveLength(1);
    expect(await json(sales, 'search', 'nothing', 'like', 'that')).toEqual([]);
    expect(await json(sales, 'search', '06 12 34 56 78')).toMatchObject([
      { kind: 'client', id: bob },
    ]);
  });

  test('epic search drops an amount rather than shorten it', async () => {
    const shown = new Set<string | undefined>();
    for (let columns = 60; columns <= 110; columns += 1) {
      const env = { EPIC_FORCE_TTY: `${columns}` };
      const { stdout } = await sales.run(['search', 'dupont', '--kind', 'contract'], { env });
      shown.add(/ {2}(signed.*)$/m.exec(stdout)?.[1]);
    }
    const isAmountLast = (detail: string | undefined) => /€…?$/.test(detail ?? '');
    expect([...shown].filter(isAmountLast)).toEqual([
      'signed, 12 500.00 €…',
      'signed, 12 500.00 €, 12 500.00 €…',
    ]);
    for (const detail of shown) expect(detail).not.toMatch(/[\d.]…$/);
  });

  test('epic search says when a match is approximate', async () => {
    const terminal = onTerminal(sales, 'search', 'dupnot', '--kind', 'client');
    await terminal.waitFor('Nothing contains “dupnot”. Similar spellings:');
    await terminal.waitFor('Ana Martin');
    expect(await terminal.ended).toBe(0);
  });

  test('epic search needs a text', async () => {
    const { code, stderr } = await sales.run(['search']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      '✗ <text...> is missing: words to search for, or a number.\n  → Add <text...>, or run the command on a terminal to be asked.\n',
    );
  });
});

describe('a name in place of an id', () => {
  test('a name replaces an id in arguments and flags where it is unique', async () => {
    expect(await json(sales, 'client', 'view', 'dupont')).toMatchObject({ id: ana });
    expect(await json(sales, 'contract', 'view', 'ana')).toMatchObject({ id: contract });
    expect(await json(sales, 'event', 'view', 'gala')).toMatchObject({ id: gala });
    expect(await json(sales, 'employee', 'view', 'marie')).toMatchObject({ id: staff.manager.id });
    expect(await json(sales, 'contract', 'list', '--client', 'frères')).toMatchObject([
      { id: contract },
    ]);
    expect(await json(sales, 'event', 'list', '--contract', 'dupont')).toMatchObject([
      { id: gala },
    ]);
    expect(await json(sales, 'can', 'read', 'contract', 'dupont')).toMatchObject({ id: contract });
    expect(
      await json(sales, 'can', 'create', 'contract', '--field', 'client=dupont'),
    ).toMatchObject({ allowed: true });
    expect(await json(sales, 'history', 'client', 'dupont')).toMatchObject([{ recordId: ana }]);
  });

  test('the name of an employee is looked up among those eligible', async () => {
    const assigned = await json(manager, 'event', 'assign', 'gala', '--support', 'suzy');
    expect(assigned).toMatchObject({ supportId: staff.support.id });
    const { code, stderr } = await manager.run(['event', 'assign', 'gala', '--support', 'sofia']);
    expect(code).toBe(3);
    expect(stderr).toBe(
      '✗ No active support employee matches “sofia”.\n' +
        '  → See which there are: epic employee list --department support\n',
    );
    const handedOver = await json(manager, 'client', 'handover', 'levy', '--to', 'oscar');
    expect(handedOver).toMatchObject({ id: bob, salesContactId: staff.otherSales.id });
    await json(manager, 'client', 'handover', 'levy', '--to', 'sofia');
  });

  test('a name that was resolved is shown on a terminal', async () => {
    const terminal = onTerminal(sales, 'client', 'view', 'dupont');
    await terminal.waitFor(`Client ${ana}: Ana Martin, Dupont Frères, ana@dupont.example`);
    expect(await terminal.ended).toBe(0);
  });

  test('an ambiguous name lists the records, and ends with exit code 2', async () => {
    const { code, stdout, stderr } = await sales.run(['client', 'view', 'martin']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      [
        '✗ “martin” is not clear: it matches several clients.',
        '  → Give the id of the one you mean.',
        `  ${bob}  Bob Martin-Lévy, bob@levy.example`,
        `  ${ana}  Ana Martin, Dupont Frères, ana@dupont.example`,
        '',
      ].join('\n'),
    );
  });

  test('an unknown name ends with exit code 3, and a similar one is not used', async () => {
    const { code, stderr } = await sales.run(['client', 'erase', 'dupnot', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('No client matches “dupnot”.');
    expect(stderr).toContain(`Did you mean this?\n  ${ana}  Ana Martin`);
    expect((await sales.run(['contract', 'sign', 'xyzzy'])).code).toBe(3);
  });
});

describe('a question for a record', () => {
  test('a prompt for a record suggests while typing, and takes the choice', async () => {
    const terminal = onTerminal(sales, 'client', 'view');
    await terminal.waitFor("The client's id, or a part of the name");
    terminal.type('mart');
    await terminal.waitFor(`${bob}  Bob Martin-Lévy`);
    await terminal.waitFor(`${ana}  Ana Martin`);
    terminal.type('\x1b[B\r');
    await terminal.waitFor('Dupont Frères');
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).toMatch(/ID +\d+/);
  });

  test('a prompt for a record accepts an id or a name, and offers a choice when it is ambiguous', async () => {
    const terminal = onTerminal(sales, 'client', 'view');
    await terminal.waitFor("The client's id, or a part of the name");
    terminal.type('martin\r');
    await terminal.waitFor('Which client');
    await terminal.waitFor(`${ana}  Ana Martin`);
    terminal.type('\x1b[B\r');
    await terminal.waitFor('ana@dupont.example');
    expect(await terminal.ended).toBe(0);
  });
});

describe('a new client similar to an existing one', () => {
  const again = ['client', 'create', '--name', 'Anna Martin', '--email', 'ANA@dupont.example'];

  test('a similar client is shown on a terminal, and the new one created only after a yes', async () => {
    const refused = onTerminal(sales, ...again);
    await refused.waitFor('There is a client who looks like this one:');
    await refused.waitFor(
      `${ana}  Ana Martin, Dupont Frères, with Sofia Sales (same e-mail, close name)`,
    );
    await refused.waitFor('Enter Anna Martin all the same?');
    refused.type('\r');
    await refused.waitFor('Nothing was entered.');
    expect(await refused.ended).toBe(130);
    expect(await json(sales, 'client', 'list', '--search', 'anna')).toEqual([]);
  });

  const others = ['--email', 'anna@elsewhere.example', '--phone', '+33 6 99 88 77 66'];

  test('off a terminal a client with the same e-mail address is refused, and the other one named', async () => {
    const { code, stdout, stderr } = await sales.run(again);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toBe(
      `✗ Client ${ana} has the same e-mail address: Ana Martin, Dupont Frères, with Sofia Sales.\n  → If it is another client, add --allow-duplicate.\n`,
    );
    const asJson = await sales.run([...again, '--json']);
    expect(JSON.parse(asJson.stderr).error).toMatchObject({
      code: 'CONFLICT',
      kind: 'client_is_entered_once',
      field: 'email',
      facts: { clientId: Number(ana) },
    });
    expect(await json(sales, 'client', 'list', '--search', 'anna')).toEqual([]);
  });

  test('a client with a similar name alone is mentioned off a terminal, and the new one created', async () => {
    const { code, stderr } = await sales.run([...again.slice(0, 4), ...others]);
    expect(code).toBe(0);
    expect(stderr).toContain(`  ${ana}  Ana Martin, Dupont Frères, with Sofia Sales (close name)`);
  });

  test('off a terminal a client with the same name and phone number is refused', async () => {
    const twin = ['client', 'create', '--name', 'ANNA martin', '--email', 'am@third.example'];
    const refused = await sales.run([...twin, '--phone', '06.99.88.77.66']);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(
      'has the same name and phone number: Anna Martin, with Sofia Sales.',
    );
    expect((await sales.run([...twin, '--phone', '06.99.88.77.67'])).code).toBe(0);
  });

  test('--allow-duplicate enters a client who is known, with and without a terminal', async () => {
    const entered = await sales.run([...again, '--allow-duplicate']);
    expect(entered.code).toBe(0);
    expect(entered.stderr).toContain('There is a client who looks like this one:');
    const terminal = onTerminal(sales, ...again, '--allow-duplicate');
    await terminal.waitFor('created: Anna Martin.');
    expect(await terminal.ended).toBe(0);
  });
});

describe('filters', () => {
  test('the filter for overdue contracts finds them', async () => {
    expect(await json(sales, 'contract', 'list', '--overdue')).toEqual([]);
    await office.database.query(
      "update crm.contract set signed_at = now() - interval '31 days' where id = $1",
      [contract],
    );
    expect(await json(sales, 'contract', 'list', '--overdue')).toMatchObject([{ id: contract }]);
  });

  test('the filters by period and text find contracts, events and clients', async () => {
    const ids = async (...args: string[]) =>
      (await json<{ id: number }[]>(sales, ...args)).map(({ id }) => id);
    expect(await ids('contract', 'list', '--between', 'today..today')).toContain(contract);
    expect(await ids('contract', 'list', '--between', '..-1d')).toEqual([]);
    expect(await ids('contract', 'list', '--search', 'FRERES')).toEqual([contract]);
    expect(await ids('contract', 'list', '--search', 'levy')).toEqual([]);
    expect(await ids('event', 'list', '--between', '2030-06-01..2030-06-01')).toEqual([gala]);
    expect(await ids('event', 'list', '--between', '2030-06-02..')).toEqual([]);
    expect(await ids('event', 'list', '--search', 'lyon')).toEqual([gala]);
    expect(await ids('event', 'list', '--search', 'dupont')).toEqual([gala]);
    expect(await ids('event', 'list', '--search', 'paris')).toEqual([]);
    expect(await ids('client', 'list', '--between', '-1d..+1d')).toContain(ana);
    expect(await ids('client', 'list', '--between', '+1d..')).toEqual([]);
    const twice = ['event', 'list', '--between', 'today..', '--to', 'today'];
    expect((await sales.run(twice)).code).toBe(2);
  });

  test('the filter for neglected clients finds them until they are contacted', async () => {
    await office.database.query('alter table crm.client disable trigger client_10_touch');
    await office.database.query(
      "update crm.client set last_update = now() - interval '40 days' where id = any ($1)",
      [[ana, bob]],
    );
    await office.database.query('alter table crm.client enable trigger client_10_touch');
    const waiting = ['client', 'list', '--mine', '--not-contacted-since', '30d'];
    expect(await json(sales, ...waiting)).toMatchObject([{ id: ana }, { id: bob }]);
    expect(await json(sales, 'client', 'list', '--not-contacted-since', '50d')).toEqual([]);
    expect((await sales.run(['client', 'contacted', 'ana martin'])).stdout).toBe(
      `✓ Client ${ana} contacted: Ana Martin, Dupont Frères.\n`,
    );
    expect(await json(sales, ...waiting)).toMatchObject([{ id: bob }]);

    const other = await office.at('otherSales');
    const { code, stderr } = await other.run(['client', 'contacted', String(bob)]);
    expect(code).toBe(5);
    expect(stderr).toContain(`You may not record a contact with client ${bob}.`);
    expect((await other.run(['can', 'contacted', 'client', String(bob)])).code).toBe(5);
  });
});
