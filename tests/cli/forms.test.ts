import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openRelay } from '../client/support/relay.ts';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';
import type { Terminal } from '../support/terminal.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

// Creating and changing records: by flags at once, on a terminal by questions; nothing is overwritten unseen, and
// nothing that was typed is lost.

let office: Office;
let sales: Epic;
let manager: Epic;
let open: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  manager = await office.at('manager');
});
afterAll(() => office.close());
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

const enter = '\r';
const esc = '\x1b';

function onTerminal(epic: Epic, ...args: string[]): Terminal {
  const terminal = epic.terminal(args, { columns: 80, env: { EPIC_TIME_ZONE: 'UTC', TZ: 'UTC' } });
  open.push(terminal);
  return terminal;
}

/** Answers questions in their order; each is waited for. */
async function answer(terminal: Terminal, ...answers: (readonly [string, string])[]) {
  for (const [question, keys] of answers) {
    await terminal.waitFor(question);
    terminal.type(keys);
  }
}

/** The command line that a failed command told to run again. */
function toRunAgain(terminal: Terminal): string {
  const [, line] = /Run it again:\n {4}(.*)\n/.exec(terminal.shown()) ?? [];
  if (line === undefined) throw new Error(`Nothing to run again in:\n${terminal.shown()}`);
  return line;
}

/** Has a shell run a command line of this person's. */
async function inShell(epic: Epic, line: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    '/bin/sh',
    ['-c', `epic() { "$NODE" "$EPIC" "$@"; }; ${line} --json`],
    {
      env: {
        ...plainEnvironment(),
        NODE: process.execPath,
        EPIC: programs.epic,
        XDG_STATE_HOME: epic.stateHome,
        EPIC_SERVER: office.server.url,
      },
    },
  );
  return stdout;
}

const clientCount = async () => (await json<unknown[]>(sales, 'client', 'list')).length;

describe('a form for a new record', () => {
  test('a form asks for missing fields, and shows the record before it is sent', async () => {
    const terminal = onTerminal(sales, 'client', 'create', '--company', 'Dupont SA');
    await answer(
      terminal,
      ['First and last name ›', `Ana Dupont${enter}`],
      ['E-mail address ›', `ana@${enter}`],
      ['is not an e-mail address', `dupont.example${enter}`],
      ['Telephone number (optional) ›', enter],
      ['Day of the first contact ›', enter],
    );
    await terminal.waitFor('Name           Ana Dupont\n');
    await terminal.waitFor('E-mail         ana@dupont.example\n');
    await terminal.waitFor('Company        Dupont SA\n');
    await terminal.waitFor(/First contact {2}\d{4}-\d\d-\d\d\n/);
    await answer(terminal, ['Create a client? › (Y/n)', enter]);
    await terminal.waitFor(/✓ Client \d+ created: Ana Dupont, Dupont SA\./);
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).not.toContain('Run it again');
  });

  test('a form suggests answers that follow from earlier ones', async () => {
    const { contract } = await soldContract(sales);
    const terminal = onTerminal(
      sales,
      'event',
      'create',
      '--contract',
      contract,
      '--title',
      'Gala',
    );
    await answer(
      terminal,
      ['When it starts', `2027-03-01 22:00${enter}`],
      ['When it ends › 2027-03-02 02:00', enter],
      ['Where it takes place (optional) ›', enter],
      ['How many people are expected (optional) ›', `120${enter}`],
      ['What those who run it should know (optional, Ctrl-E: editor) ›', enter],
      [`Create an event for contract ${contract}?`, enter],
    );
    await terminal.waitFor(/✓ Event \d+ created/);
    expect(await terminal.ended).toBe(0);
    expect(await json(sales, 'event', 'list', '--contract', contract)).toMatchObject([
      { end: '2027-03-02T02:00:00Z', attendees: 120, location: null, supportId: null },
    ]);
  });

  test('a form is not begun where the database would refuse the result', async () => {
    const { client, contract } = await soldContract(await office.at('otherSales'));
    const support = await office.at('support');
    for (const [epic, command, said] of [
      [support, ['client', 'create'], 'You may not create this client.'],
      [support, ['client', 'update', client], `You may not update client ${client}.`],
      [sales, ['contract', 'create', '--client', client], 'Ask Oscar Sales (sales): oscar@'],
      [sales, ['contract', 'pay', contract], 'Ask Oscar Sales (sales): oscar@'],
      [sales, ['employee', 'deactivate', '2'], 'Ask management.'],
    ] as const) {
      const terminal = onTerminal(epic, ...command);
      await terminal.waitFor(said);
      expect(await terminal.ended).toBe(5);
      expect(terminal.shown()).not.toContain('?');
    }
    const nowhere = onTerminal(sales, 'contract', 'pay', '99999', '--on', 'today');
    await answer(
      nowhere,
      ['Euros received', `5${enter}`],
      ['Record 5.00 € for contract 99999?', enter],
    );
    await nowhere.waitFor('There is no contract 99999.');
    expect(await nowhere.ended).toBe(3);
  });

  test('a cancelled form sends nothing, and prints the command to run again', async () => {
    const before = await clientCount();
    const name = `O'Neil $(true) "-y"`;
    const last = onTerminal(sales, 'client', 'create', '--email', 'neil@x.example');
    await answer(
      last,
      ['First and last name', `${name}${enter}`],
      ['Telephone', enter],
      ['company', `--help${enter}`],
      ['first contact', enter],
      ['Create a client?', esc],
    );
    expect(await last.ended).toBe(130);
    const early = onTerminal(sales, 'client', 'create');
    await answer(early, ['First and last name', `Zoé${enter}`], ['E-mail', '\x03']);
    expect(await early.ended).toBe(130);
    expect(toRunAgain(early)).toBe(`epic client create --name 'Zoé'`);
    const unbegun = onTerminal(sales, 'client', 'create');
    await answer(unbegun, ['First and last name', esc]);
    expect(await unbegun.ended).toBe(130);
    expect(unbegun.shown()).not.toContain('Run it again');
    expect(await clientCount()).toBe(before);

    expect(JSON.parse(await inShell(sales, toRunAgain(last)))).toMatchObject({
      name,
      email: 'neil@x.example',
      company: '--help',
      phone: null,
    });
  });

  test('a form whose request fails prints the command to run again', async () => {
    const refused = onTerminal(
      manager,
      ...['employee', 'create', '--name', 'Twin', '--department', 'sales'],
    );
    await answer(
      refused,
      ['E-mail address', `${staff.sales.email}${enter}`],
      ['Telephone number', enter],
      ['Create an employee?', enter],
    );
    await refused.waitFor('Another employee already has this e-mail address.');
    expect(await refused.ended).toBe(6);
    expect(toRunAgain(refused)).toBe(
      `epic employee create --name Twin --department sales --email ${staff.sales.email}`,
    );

    const relay = await openRelay();
    relay.leadTo(office.server.url);
    const far = await setUpEpic(relay.url);
    try {
      const credentials = ['--email', staff.sales.email, '--password-stdin'];
      await far.run(['login', ...credentials], { input: `${password}\n` });
      const { client } = await soldContract(sales);
      const unheard = onTerminal(far, 'contract', 'create', '--client', client);
      await answer(unheard, ['Price in euros', `1 250,50${enter}`]);
      await unheard.waitFor(`Create a contract for client ${client}?`);
      relay.leadTo(null);
      relay.cut();
      unheard.type(enter);
      await unheard.waitFor('cannot be reached: the connection was');
      await unheard.waitFor('It may have been done all the same');
      expect(await unheard.ended).toBe(7);
      const again = `epic contract create --client ${client} --total '1 250,50'`;
      expect(toRunAgain(unheard)).toBe(again);

      const typed = ['contract', 'create', '--client', client, '--total', '1 250,50'];
      const { code, stderr } = await far.run([...typed, '--json']);
      expect(code).toBe(7);
      expect(JSON.parse(stderr)).toMatchObject({ error: { again: `${again} --json` } });
      const read = await far.run(['contract', 'list', '--json']);
      expect(JSON.parse(read.stderr)).toMatchObject({ error: { again: null } });
    } finally {
      relay.close();
      await far.dispose();
    }
  });

  test('a refused command that asked nothing is not printed again', async () => {
    const taken = ['--email', staff.sales.email, '--department', 'sales'];
    const run = await manager.run(['employee', 'create', '--name', 'Twin', ...taken]);
    expect(run.code).toBe(6);
    expect(run.stderr).not.toContain('Run it again');
  });
});

describe('a form for an existing record', () => {
  test('a form offers each present value, and sends what changed', async () => {
    const { client } = await soldContract(sales);
    await json(sales, 'client', 'update', client, '--phone', '+33 6 12 34 56 78');
    const terminal = onTerminal(sales, 'client', 'update', client);
    await answer(
      terminal,
      ['First and last name › Ana Dupont', '\tX\r'],
      ['E-mail address › ana@dupont.example', enter],
      ['Telephone number › +33 6 12 34 56 78', `call me${enter}`],
      ['is not a telephone number', `${'\x7f'.repeat(7)}-${enter}`],
      ['Company › Dupont SA', enter],
    );
    await terminal.waitFor('Name   Ana Dupont → Ana DupontX\n');
    await terminal.waitFor('Phone  +33 6 12 34 56 78 → –\n');
    await answer(terminal, [`Save this to client ${client}? › (Y/n)`, enter]);
    await terminal.waitFor(`✓ Client ${client} updated: Ana DupontX, Dupont SA.`);
    expect(await terminal.ended).toBe(0);
    expect(await json(sales, 'client', 'view', client)).toMatchObject({
      name: 'Ana DupontX',
      phone: null,
      email: 'ana@dupont.example',
      version: 3,
    });
  });

  test('a form answered with Enter alone changes nothing', async () => {
    const { contract } = await soldContract(sales);
    const times = ['--start', '2027-03-01T18:00:30Z', '--end', '2027-03-01 22:00'];
    const event = await json(
      sales,
      ...['event', 'create', '--contract', contract, '--title', 'Gala', ...times],
      ...['--notes', 'Back entrance.\nAsk for Zoé.'],
    );
    const terminal = onTerminal(manager, 'event', 'update', String(event.id));
    await answer(
      terminal,
      ['What it is called › Gala', enter],
      ['2027-03-01 18:00', enter],
      ['When it ends', enter],
      ['Where', enter],
      ['How many', enter],
      ['Notes (2 lines now, Ctrl-E: editor)', enter],
      ['State', enter],
    );
    await terminal.waitFor('Nothing was changed.');
    expect(await terminal.ended).toBe(130);
    expect(await json(manager, 'event', 'view', String(event.id))).toMatchObject({
      ...event,
      start: '2027-03-01T18:00:30Z',
    });
  });

  test('choices of a form start at the present value', async () => {
    const leaver = ['--name', 'Lea', '--email', 'lea@epic.example', '--department', 'support'];
    const { id } = await json(manager, 'employee', 'create', ...leaver);
    await json(manager, 'employee', 'deactivate', String(id), '--yes');
    const terminal = onTerminal(manager, 'employee', 'update', String(id));
    await answer(
      terminal,
      ['First and last name', enter],
      ['E-mail', enter],
      ['Telephone number', enter],
      ['Department', enter],
      ['log in again?', 'y'],
    );
    await terminal.waitFor('Active  no → yes');
    await answer(terminal, ['Save this', esc]);
    expect(await terminal.ended).toBe(130);
    expect(toRunAgain(terminal)).toBe(`epic employee update ${id} --reactivate --if-version 2`);
    expect(JSON.parse(await inShell(manager, toRunAgain(terminal)))).toMatchObject({
      active: true,
      department: 'support',
    });
  });

  test('a form shows what a colleague changed meanwhile, and overwrites it only on request', async () => {
    const { client } = await soldContract(sales);
    const beginning = async () => {
      const terminal = onTerminal(sales, 'client', 'update', client);
      await answer(
        terminal,
        ['First and last name', enter],
        ['E-mail address', enter],
        ['Telephone number', enter],
        ['Company', `Mine SA${enter}`],
      );
      await terminal.waitFor('Save this to client');
      return terminal;
    };
    const declined = await beginning();
    await json(sales, 'client', 'update', client, '--company', 'Theirs SA');
    await json(manager, 'client', 'handover', client, '--to', String(staff.otherSales.id));
    await json(manager, 'client', 'handover', client, '--to', String(staff.sales.id));
    await json(sales, 'client', 'update', client, '--phone', '+33 6 12 34 56 78');
    declined.type(enter);
    await declined.waitFor(`Meanwhile, client ${client} has changed:`);
    await declined.waitFor('Company  Dupont SA → Theirs SA, by Sofia Sales\n');
    await declined.waitFor('Phone    – → +33 6 12 34 56 78, by Sofia Sales\n');
    await declined.waitFor('You were about to change:');
    await declined.waitFor('Company  Theirs SA → Mine SA\n');
    await answer(declined, ['Save yours all the same? › (y/N)', enter]);
    expect(await declined.ended).toBe(130);
    expect(declined.shown()).not.toMatch(/Sales contact|Version|Last update/);
    expect(await json(sales, 'client', 'view', client)).toMatchObject({ company: 'Theirs SA' });
    expect(toRunAgain(declined)).toBe(
      `epic client update ${client} --company 'Mine SA' --if-version 5`,
    );

    const insisted = await beginning();
    await json(sales, 'client', 'update', client, '--company', 'Theirs too SA');
    insisted.type(enter);
    await answer(insisted, ['Save yours all the same?', 'y']);
    await insisted.waitFor(`✓ Client ${client} updated: Ana Dupont, Mine SA.`);
    expect(await insisted.ended).toBe(0);
  });

  test('a script passes the version that it has read', async () => {
    const { contract } = await soldContract(sales, { signed: false });
    const { version } = await json<{ version: number }>(sales, 'contract', 'view', contract);
    const update = (total: string, expected: number) =>
      sales.run([
        ...['contract', 'update', contract, '--total', total],
        ...['--if-version', String(expected), '--json'],
      ]);
    const first = await update('2000', version);
    expect(JSON.parse(first.stdout)).toMatchObject({
      total: '2000.00',
      version: version + 1,
    });
    const told = await sales.run(
      ['contract', 'update', contract, '--total', '3000', '--if-version', String(version)],
      { env: { TZ: 'Europe/Paris' } },
    );
    expect(told.stderr).toMatch(
      /^✗ Contract \d+ is at version 2, not 1: read it again\.\n {2}Sofia Sales changed it on \d{4}-\d\d-\d\d \d\d:\d\d\.\n {2}→ See it as it is now: epic contract view \d+\n$/,
    );
    const second = await update('3000', version);
    expect(second.code).toBe(6);
    expect(JSON.parse(second.stderr)).toMatchObject({
      error: {
        code: 'CONFLICT',
        kind: 'version_is_current',
        message: `Contract ${contract} is at version 2, not 1: read it again.`,
        field: 'version',
        facts: { version: 2, changedBy: 'Sofia Sales', changedAt: expect.any(String) },
        hint: `See it as it is now: epic contract view ${contract}`,
        again: null,
      },
    });
    expect(await json(sales, 'contract', 'view', contract)).toMatchObject({
      total: '2000.00',
    });
    const nothing = await sales.run(['contract', 'update', contract]);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('Give at least one of --total.');
  });
});

describe('deactivating an employee', () => {
  test('deactivating shows what moves, asks to whom, and moves it', async () => {
    const names = ['Ana', 'Bea', 'Cleo', 'Dora', 'Elsa'];
    const { id } = await json(
      manager,
      ...['employee', 'create', '--name', 'Gus', '--email', 'gus@epic.example'],
      ...['--department', 'sales'],
    );
    const given: Record<string, unknown>[] = [];
    for (const name of names) {
      const email = `${name}@x.example`;
      const client = await json(sales, 'client', 'create', '--name', name, '--email', email);
      await json(manager, 'client', 'handover', String(client.id), '--to', String(id));
      given.push(client);
    }
    await json(manager, 'client', 'erase', String(given[4]?.id), '--yes');

    const declined = onTerminal(manager, 'employee', 'deactivate', String(id));
    await declined.waitFor('Gus still looks after 4 clients; contracts go with their clients:');
    await declined.waitFor('Clients  Ana, Bea, Cleo, Dora\n');
    await answer(
      declined,
      ['Who takes over?', '\x1b[B\r'],
      ['Hand 4 clients over to Sofia Sales, and deactivate Gus? › (y/N)', enter],
    );
    await declined.waitFor('Nothing was changed.');
    expect(await declined.ended).toBe(130);
    expect(toRunAgain(declined)).toBe(`epic employee deactivate ${id} --handover-to 1`);

    const agreed = onTerminal(manager, ...`employee deactivate ${id} --handover-to 2`.split(' '));
    await answer(agreed, ['Hand 4 clients over to Oscar Sales, and deactivate Gus?', 'y']);
    await agreed.waitFor(`✓ Employee ${id} deactivated: Gus, sales. Employee 2 takes over.`);
    expect(await agreed.ended).toBe(0);
    expect(await json(manager, 'client', 'view', String(given[0]?.id))).toMatchObject({
      salesContactId: 2,
    });
  });

  test('deactivating an employee without records asks for no colleague', async () => {
    const nobody = onTerminal(manager, 'employee', 'deactivate', '4', '--handover-to', '999');
    await nobody.waitFor('There is no employee 999.');
    expect(await nobody.ended).toBe(3);
    const free = onTerminal(manager, 'employee', 'deactivate', '4');
    await answer(free, [
      'Deactivate employee 4 (Omar Support, support)? They are logged out',
      enter,
    ]);
    expect(await free.ended).toBe(130);
  });

  test('deactivating the last employee of a department reports that no colleague can take over', async () => {
    const { contract } = await soldContract(sales);
    const event = await json(
      sales,
      ...['event', 'create', '--contract', contract, '--title', 'Gala'],
      ...['--start', '2027-03-01 18:00', '--end', '2027-03-01 22:00'],
    );
    await json(manager, 'event', 'assign', String(event.id), '--support', '3');
    const inactive = await json<{ id: number }[]>(
      manager,
      'employee',
      'list',
      '--department',
      'support',
    );
    for (const each of inactive.filter((colleague) => colleague.id !== 3)) {
      await json(manager, 'employee', 'deactivate', String(each.id), '--yes');
    }
    const terminal = onTerminal(manager, 'employee', 'deactivate', '3');
    await terminal.waitFor('Suzy Support still looks after 1 open event:');
    await terminal.waitFor('Open events  “Gala”');
    await terminal.waitFor(
      'There is no other employee in support to whom Suzy Support could hand over.',
    );
    expect(await terminal.ended).toBe(6);
  });
});
