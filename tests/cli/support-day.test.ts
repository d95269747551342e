import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, soldContract, staff } from './office.ts';

let office: Office;
let support: Epic;
let manager: Epic;
let mine: string;
let others: string;

async function plan(contract: string, title: string, start: string, supporter: number) {
  const event = await json<{ id: number }>(
    manager,
    ...['event', 'create', '--contract', contract, '--title', title],
    ...['--start', `${start} 18:00`, '--end', `${start} 23:00`, '--support', String(supporter)],
  );
  return String(event.id);
}

beforeAll(async () => {
  office = await openOffice();
  support = await office.at('support');
  manager = await office.at('manager');
  const { contract } = await soldContract(await office.at('sales'));
  mine = await plan(contract, 'Mine', '+10d', staff.support.id);
  others = await plan(contract, 'Not mine', '+20d', staff.otherSupport.id);
});
afterAll(() => office.close());

test('a support employee is notified of a new event and marks the notification as read', async () => {
  const unread = ['notification', 'list', '--unread'];
  const [news] = await json<{ id: number; message: string; read: null }[]>(support, ...unread);
  expect(news).toMatchObject({ message: `“Mine” (event ${mine}) is now yours.`, read: null });

  const read = await support.run(['notification', 'read', String(news?.id)]);
  expect(read.stdout).toBe('✓ 1 notification marked as read.\n');
  expect(await json(support, ...unread)).toEqual([]);
  const empty = await support.run(unread, { env: { EPIC_FORCE_TTY: '80' } });
  expect(empty).toEqual({ code: 0, stdout: '', stderr: 'Nothing new.\n' });
});

test('all notifications are marked as read at once', async () => {
  await json(manager, 'event', 'unassign', String(mine));
  await json(manager, 'event', 'assign', String(mine), '--support', String(staff.support.id));

  const read = await json<{ message: string }[]>(support, 'notification', 'read', '--all');
  expect(read.map(({ message }) => message)).toEqual([
    `You no longer run “Mine” (event ${mine}).`,
    `“Mine” (event ${mine}) is now yours.`,
  ]);
  const again = await support.run(['notification', 'read', '--all']);
  expect(again).toEqual({ code: 0, stdout: '✓ 0 notifications marked as read.\n', stderr: '' });
});

test('a support employee lists their events, with the client to call', async () => {
  const events = await json(support, 'event', 'list', '--mine', '--upcoming');
  expect(events).toMatchObject([
    {
      title: 'Mine',
      clientName: 'Ana Dupont',
      clientEmail: 'ana@dupont.example',
      support: 'Suzy Support',
    },
  ]);
});

test('a support employee updates their own event', async () => {
  const run = await support.run([
    ...['event', 'update', mine, '--status', 'confirmed', '--attendees', '140'],
    ...['--notes', 'Back entrance.\nAsk for Zoé.'],
  ]);
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(new RegExp(`^✓ Event ${mine} updated: “Mine”, .* confirmed\\.\n$`));
  expect(await json(support, 'event', 'view', mine)).toMatchObject({
    status: 'confirmed',
    attendees: 140,
    notes: 'Back entrance.\nAsk for Zoé.',
  });
});

test('a support employee does not update the event of a colleague', async () => {
  const run = await support.run(['event', 'update', others, '--attendees', '1']);
  expect(run.code).toBe(5);
  expect(run.stderr).toBe(`✗ You may not update event ${others}.
  Support change only the events they run.
  Ask Omar Support (support): omar@epic.example
  → See who may do what: epic can update event ${others}
`);
});

test('a support employee reads contracts and clients but writes none', async () => {
  expect(await json<unknown[]>(support, 'contract', 'list')).toHaveLength(1);
  expect((await support.run(['contract', 'pay', '1', '--amount', '1'])).code).toBe(5);
  expect((await support.run(['client', 'update', '1', '--name', 'X'])).code).toBe(5);
  expect((await support.run(['event', 'assign', mine, '--support', '4'])).code).toBe(5);
});

test('an event does not end before it starts', async () => {
  const run = await support.run(['event', 'update', mine, '--end', 'today 00:00']);
  expect(run.code).toBe(6);
  expect(run.stderr).toBe('✗ An event ends after it starts.\n');
});
