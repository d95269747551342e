import { openRelay } from '../client/support/relay.ts';
import type { Epic } from '../support/epic.ts';
import type { Started } from '../support/program.ts';
import type { Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let manager: Epic;
let support: Epic;
let contract: string;
let started: Started[] = [];
let terminals: Terminal[] = [];

beforeAll(async () => {
  office = await openOffice();
  [sales, manager, support] = await Promise.all([
    office.at('sales'),
    office.at('manager'),
    office.at('support'),
  ]);
  ({ contract } = await soldContract(sales));
});
afterAll(() => office.close());
afterEach(() => {
  for (const each of started) each.signal('SIGKILL');
  for (const each of terminals) each.close();
  started = [];
  terminals = [];
});

/** Starts watching, and waits until everything counts. */
async function watch(epic: Epic, ...args: string[]): Promise<Started> {
  const watching = epic.start(args);
  started.push(watching);
  await until(() => watching.stderr().includes('Watching. Ctrl-C ends.'));
  return watching;
}

async function onTerminal(epic: Epic, ...args: string[]): Promise<Terminal> {
  const terminal = epic.terminal(args, { env: { TZ: 'Europe/Paris' } });
  terminals.push(terminal);
  await terminal.waitFor('Watching. Ctrl-C ends.');
  return terminal;
}

const linesOf = (watching: Started) => watching.stdout().trimEnd().split('\n').filter(Boolean);

/** The objects printed so far, once there are that many. */
async function objects(watching: Started, count: number): Promise<Record<string, unknown>[]> {
  await until(() => linesOf(watching).length >= count);
  return linesOf(watching).map((line) => JSON.parse(line));
}

async function plan(title: string, on = '2027-03-01'): Promise<string> {
  const { id } = await json<{ id: number }>(
    sales,
    ...['event', 'create', '--contract', contract, '--title', title],
    ...['--start', `${on} 18:00`, '--end', `${on} 23:00`],
  );
  return String(id);
}

const assign = (event: string, to: number) =>
  json(manager, 'event', 'assign', event, '--support', String(to));

describe('epic notification watch', () => {
  test('notification watch prints a JSON object or tab-separated line for each notification, until Ctrl-C', async () => {
    const before = await plan('Before');
    await assign(before, staff.support.id);
    const asJson = await watch(support, 'notification', 'watch', '--json');
    const asTsv = await watch(support, 'notification', 'watch', '--fields', 'kind,eventId');
    const event = await plan('Gala');
    await assign(event, staff.support.id);
    const [first] = await objects(asJson, 1);
    expect(first).toEqual({
      id: expect.any(Number),
      when: expect.stringMatching(/Z$/),
      message: expect.stringContaining('“Gala”'),
      kind: expect.any(String),
      eventId: Number(event),
      contractId: null,
      employeeId: null,
      noteId: null,
      recipientId: staff.support.id,
      about: 'Gala',
      before: { supportId: null, support: null },
      after: { supportId: staff.support.id, support: 'Suzy Support' },
      read: null,
    });
    await until(() => asTsv.stdout() === `${first?.kind}\t${event}\n`);

    asJson.signal('SIGINT');
    expect(await asJson.ended).toBe(130);
    expect(asJson.stderr()).toBe('Watching. Ctrl-C ends.\n');
    expect(linesOf(asJson)).toHaveLength(1);
  });

  test('notification watch prints time and message on a terminal', async () => {
    const terminal = await onTerminal(support, 'notification', 'watch');
    await assign(await plan('Soirée'), staff.support.id);
    await terminal.waitFor(/\n\d\d:\d\d {3}“Soirée” \(event \d+\) is now yours\./);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).not.toContain('✗');
  });

  test('notification watch reconnects, says so, and misses nothing', async () => {
    const relay = await openRelay();
    relay.leadTo(office.server.url);
    const epic = await office.stranger();
    const env = { EPIC_SERVER: relay.url };
    const login = ['login', '--email', staff.otherSupport.email, '--password-stdin'];
    await epic.run(login, { input: password, env });
    const watching = epic.start(['notification', 'watch', '--json'], { env });
    started.push(watching);
    await until(() => watching.stderr().includes('Watching.'));
    await assign(await plan('One'), staff.otherSupport.id);
    await objects(watching, 1);

    relay.leadTo(null);
    relay.cut();
    await until(() => watching.stderr().includes('The connection is lost. Trying again…\n'));
    await assign(await plan('Two'), staff.otherSupport.id);
    relay.leadTo(office.server.url);
    const all = await objects(watching, 2);
    expect(all.map(({ message }) => /“(.*?)”/.exec(String(message))?.[1])).toEqual(['One', 'Two']);
    expect(watching.stderr()).toContain('The connection is back. Nothing was missed.\n');

    await epic.run(['logout'], { env });
    expect(await watching.ended).toBe(4);
    expect(watching.stderr()).toMatch(/"message": "This session has ended\."/);
    relay.close();
  });

  test('notification watch without a session ends at once', async () => {
    const stranger = await office.stranger();
    expect(await stranger.run(['notification', 'watch'])).toMatchObject({ code: 4, stdout: '' });
  });
});

describe('epic event list --watch', () => {
  const of = (rows: Record<string, unknown>[]) =>
    rows.map(({ change, title, status }) => [change, title, status]);

  test('event list --watch prints the list, then its changes, with the same filters', async () => {
    const [mine, other] = [await plan('Mine'), await plan('Other')];
    await assign(mine, staff.support.id);
    await assign(other, staff.otherSupport.id);
    const fields = ['--fields', 'id,title,status'];
    const watching = await watch(
      support,
      ...['event', 'list', '--mine', '--from', '2027-01-01', '--json', '--watch', ...fields],
    );
    const listed = linesOf(watching).length;
    const since = async (count: number) =>
      of(await objects(watching, listed + count)).slice(listed);
    expect(of(await objects(watching, listed))).toContainEqual(['listed', 'Mine', 'planned']);
    expect(watching.stdout()).not.toContain('Other');

    await json(manager, 'event', 'update', other, '--status', 'confirmed');
    await json(support, 'event', 'update', mine, '--status', 'confirmed');
    expect(await since(1)).toEqual([['changed', 'Mine', 'confirmed']]);
    await assign(other, staff.support.id);
    await assign(mine, staff.otherSupport.id);
    expect((await since(3)).slice(1)).toEqual([
      ['changed', 'Other', 'confirmed'],
      ['left', 'Mine', 'confirmed'],
    ]);
    await json(manager, 'event', 'delete', mine, '--yes');
    await json(manager, 'event', 'delete', other, '--yes');
    expect((await since(4)).slice(3)).toEqual([['deleted', 'Other', 'confirmed']]);
  });

  test('event list --watch reads events again after the server was away', async () => {
    const relay = await openRelay();
    relay.leadTo(office.server.url);
    const env = { EPIC_SERVER: relay.url };
    const epic = await office.stranger();
    const login = ['login', '--email', staff.sales.email, '--password-stdin'];
    await epic.run(login, { input: password, env });
    const watching = epic.start(['event', 'list', '--watch', '--json'], { env });
    started.push(watching);
    await until(() => watching.stderr().includes('Watching.'));
    await plan('Nearly');
    await until(() => watching.stdout().includes('Nearly'));
    // only the socket is left to deliver the event
    await until(() => relay.count() === 1);
    relay.leadTo(null);
    await plan('Later');
    await until(() => relay.refused() > 0);
    relay.leadTo(office.server.url);
    await until(() => watching.stdout().includes('Later'));
    expect(watching.stderr()).not.toContain('lost');
    relay.close();
  });

  test('event list --watch without a filter prints every event, as CSV with one header', async () => {
    const watching = await watch(
      sales,
      ...['event', 'list', '--watch', '--csv', '--fields', 'title', '--limit', '1'],
    );
    const event = await plan('New one');
    await until(() => watching.stdout().includes('created,New one\r\n'));
    await json(manager, 'event', 'delete', event, '--yes');
    await until(() => watching.stdout().includes('deleted,New one\r\n'));
    expect(watching.stdout()).toMatch(/^change,title\r\nlisted,/);
    expect(watching.stdout().split('change,title')).toHaveLength(2);
  });

  test('event list --watch is refused together with --all', async () => {
    const { code, stderr } = await sales.run(['event', 'list', '--all', '--watch']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '✗ Give --all or --watch, not both.\n' });
  });

  test('event list --watch says that an event is now mine, and whose it was', async () => {
    const event = await plan('Handed on', '2027-06-01');
    await assign(event, staff.otherSupport.id);
    const flags = ['--mine', '--from', '2027-06-01', '--watch'];
    const terminal = await onTerminal(support, 'event', 'list', ...flags);
    await assign(event, staff.support.id);
    await terminal.waitFor(`“Handed on” (event ${event}) is now yours, from Omar Support.`);
    await json(manager, 'event', 'update', event, '--location', 'Lyon');
    await terminal.waitFor(/\(“Handed on”, .*\)\s+changed: Location – → Lyon\./);
    await assign(event, staff.otherSupport.id);
    await terminal.waitFor(/left\s+this list: Support Suzy Support → Omar\s+Support\./);
    const direct = await plan('Straight', '2027-06-02');
    await assign(direct, staff.support.id);
    await terminal.waitFor(`“Straight” (event ${direct}) is now yours.`);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
  });

  test('event list --watch of a filter says what brought an event into the list', async () => {
    const event = await plan('Moved in', '2027-07-01');
    const terminal = await onTerminal(manager, 'event', 'list', '--watch', '--from', '2027-08-01');
    const later = ['--start', '2027-08-02 18:00', '--end', '2027-08-02 23:00'];
    await json(manager, 'event', 'update', event, ...later);
    await terminal.waitFor(/\(“Moved in”, .*\)\s+changed:\s+Start .* → /);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
  });

  test('event list --watch prints old and new values on a terminal', async () => {
    const event = await plan('Terminal', '2027-05-01');
    const terminal = await onTerminal(manager, 'event', 'list', '--watch', '--from', '2027-05-01');
    expect(terminal.shown()).toMatch(/ID +Title[\s\S]*Terminal/);
    await assign(event, staff.support.id);
    await terminal.waitFor(
      /\d\d:\d\d {3}Event \d+ \(“Terminal”, .*\) changed: Support – →\s+Suzy\s+Support\./,
    );
    await json(manager, 'event', 'update', event, '--start', '2027-04-01 18:00');
    await terminal.waitFor(/left this list: Start/);
    const another = await plan('Another', '2027-05-02');
    await terminal.waitFor(/“Another”, .*\) is new\./);
    await json(manager, 'event', 'delete', another, '--yes');
    await terminal.waitFor(/“Another”, .*\) was deleted\./);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
  });
});
