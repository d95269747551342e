import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';
import { type Connected, connect } from './support/socket.ts';

type EventChanged = {
  eventChanged: {
    id: string;
    action: string;
    eventId: number;
    event: { title: string; contract: { client: { fullName: string } } } | null;
  };
};
type Notification = { kind: string; subject: string; eventId: number; newValues: unknown };
type NotificationReceived = {
  notificationReceived: { id: string; notification: Notification | null };
};

const events = `subscription Events($after: BigInt) {
  eventChanged(after: $after) { id action eventId event { title contract { client { fullName } } } }
}`;
const notifications = `subscription Notifications($after: BigInt) {
  notificationReceived(after: $after) { id notification { kind subject eventId newValues } }
}`;

let database: TestDatabase;
let server: RunningServer;
let contractId: number;
let otherContractId: number;
const ids: Record<string, number> = {};
const open: Connected[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  for (const [name, department] of [
    ['alice', 'sales'],
    ['bruno', 'sales'],
    ['chloe', 'support'],
    ['denis', 'support'],
    ['emma', 'management'],
  ] as const) {
    ids[name] = await addEmployee(database, { email: `${name}@epic.example`, department });
  }
  const clientId = await addClient(database, ids.alice ?? 0);
  const contracts = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     select $1, 5000, 'signed', now() from generate_series(1, 2) returning id`,
    [clientId],
  );
  [contractId = 0, otherContractId = 0] = contracts.map(({ id }) => id);
  server = await startServer(database);
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.leave();
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function enter(name: string): Promise<Connected & { token: string }> {
  const { accessToken: token } = await logIn(server.url, `${name}@epic.example`);
  const connected = await connect(server.url, token);
  open.push(connected);
  return { ...connected, token };
}

const insertEvent = (title: string, contract = contractId) =>
  `insert into crm.event (contract_id, title, start_date, end_date)
   values (${contract}, '${title}', now(), now() + interval '1 hour') returning id`;

/** Plans an event behind the API's back. */
async function plan(title: string): Promise<number> {
  const [row] = await database.query<{ id: number }>(insertEvent(title));
  return row?.id ?? 0;
}

async function position(token: string): Promise<string> {
  const { data } = await ask<{ subscriptionPosition: string }>(
    server.url,
    '{ subscriptionPosition }',
    { token },
  );
  return data?.subscriptionPosition ?? '';
}

const titles = (received: EventChanged[]) =>
  received.map(({ eventChanged: { action, event } }) => `${action} ${event?.title ?? 'nothing'}`);

describe('eventChanged', () => {
  test('eventChanged delivers changes of events with the selected fields', async () => {
    const chloe = await enter('chloe');
    const emma = await enter('emma');
    const after = await position(chloe.token);
    const changes = chloe.subscribe<EventChanged>(events, { after });

    const created = await ask<{ createEvent: { event: { id: number } } }>(
      server.url,
      `mutation { createEvent(input: { event: { contractId: ${contractId}, title: "Gala",
         startDate: "2030-01-01T18:00:00Z", endDate: "2030-01-01T23:00:00Z" } }) { event { id } } }`,
      { token: emma.token },
    );
    const id = created.data?.createEvent.event.id;
    await changes.has(1);
    await ask(
      server.url,
      `mutation { updateEvent(input: { id: ${id}, patch: { location: "Rome" } }) { event { id } } }`,
      { token: emma.token },
    );
    await changes.has(2);
    await ask(server.url, `mutation { deleteEvent(input: { id: ${id} }) { event { id } } }`, {
      token: emma.token,
    });
    await changes.has(3);

    const event = { title: 'Gala', contract: { client: { fullName: 'Jeanne Moreau' } } };
    const delivery = { id: expect.stringMatching(/^\d+$/), eventId: id };
    expect(changes.received.map((each) => each.eventChanged)).toEqual([
      { ...delivery, action: 'insert', event },
      { ...delivery, action: 'update', event },
      { ...delivery, action: 'delete', event: null },
    ]);
    expect(changes.errors).toEqual([]);
  });

  test('eventChanged delivers changes made in SQL, and none that was rolled back', async () => {
    const { token, subscribe } = await enter('denis');
    const changes = subscribe<EventChanged>(events, { after: await position(token) });
    await database.query(`begin; ${insertEvent('Undone')}; rollback`);
    await plan('Picnic');
    expect(titles(await changes.has(1))).toEqual(['insert Picnic']);
  });

  test('eventChanged delivers each of many changes once, in order', async () => {
    const { token, subscribe } = await enter('denis');
    const changes = subscribe<EventChanged>(events, { after: await position(token) });
    await database.query(
      `insert into crm.event (contract_id, title, start_date, end_date)
       select ${contractId}, 'Event ' || nth, now(), now() + interval '1 hour'
       from generate_series(1, 1100) nth order by nth`,
    );
    for (let count = 100; count <= 1100; count += 100) await changes.has(count);
    const received = titles(changes.received);
    expect(received).toEqual(Array.from({ length: 1100 }, (_, nth) => `insert Event ${nth + 1}`));
  });

  test('a completed subscription leaves its socket open', async () => {
    const { token, subscribe } = await enter('denis');
    const after = await position(token);
    const ended = subscribe<EventChanged>(events, { after });
    const going = subscribe<EventChanged>(events, { after });
    await plan('First');
    await Promise.all([ended.has(1), going.has(1)]);
    ended.unsubscribe();
    await plan('Second');
    expect(titles(await going.has(2))).toEqual(['insert First', 'insert Second']);
    expect(titles(ended.received)).toEqual(['insert First']);
  });
});

describe('notificationReceived', () => {
  test('notificationReceived delivers to each employee their own notifications only', async () => {
    const [bruno, chloe, emma] = [await enter('bruno'), await enter('chloe'), await enter('emma')];
    const id = await plan('Banquet');
    const after = await position(emma.token);
    const [brunoHeard, chloeHeard] = [bruno, chloe].map(({ subscribe }) =>
      subscribe<NotificationReceived>(notifications, { after }),
    );
    const assign = (name: string) =>
      ask(
        server.url,
        `mutation { assignSupport(input: { eventId: ${id}, employeeId: ${ids[name]} }) { event { id } } }`,
        { token: emma.token },
      );
    await assign('denis');
    await assign('chloe');
    expect(await chloeHeard?.has(1)).toEqual([
      {
        notificationReceived: {
          id: expect.stringMatching(/^\d+$/),
          notification: {
            kind: 'event_assigned',
            subject: 'Banquet',
            eventId: id,
            newValues: { support_contact_id: ids.chloe, support_contact: expect.any(String) },
          },
        },
      },
    ]);

    // What comes last to whom the above is none of their business shows that nothing came before.
    await database.query(
      `insert into crm.notification (recipient_id, kind, subject, event_id)
       values ($1, 'event_moved', 'Banquet', $2)`,
      [ids.bruno, id],
    );
    const received = await brunoHeard?.has(1);
    expect(received?.map((one) => one.notificationReceived.notification)).toEqual([
      { kind: 'event_moved', subject: 'Banquet', eventId: id, newValues: null },
    ]);
    expect(chloeHeard?.received).toHaveLength(1);
  });
});

describe('resuming from a position', () => {
  test('a client that resumes from its last position gets everything once', async () => {
    const before = await enter('denis');
    const first = before.subscribe<EventChanged>(events, { after: await position(before.token) });
    await plan('Seen');
    const [seen] = await first.has(1);
    await before.leave();
    await plan('Missed 1');
    await plan('Missed 2');

    const again = await enter('denis');
    const next = again.subscribe<EventChanged>(events, { after: seen?.eventChanged.id });
    expect(titles(await next.has(2))).toEqual(['insert Missed 1', 'insert Missed 2']);
    await plan('Live');
    expect(titles(await next.has(3)).at(-1)).toBe('insert Live');
  });

  test('a client that resumes gets what was begun earlier and committed later', async () => {
    const slow = new Client({ connectionString: database.adminUrl });
    await slow.connect();
    try {
      const live = await enter('denis');
      const after = await position(live.token);
      const changes = live.subscribe<EventChanged>(events, { after });
      await slow.query('begin');
      // events of one contract are planned one after the other
      await slow.query(insertEvent('Slow', otherContractId));
      await plan('Fast');
      const [fast] = await changes.has(1);
      expect(titles(changes.received)).toEqual(['insert Fast']);
      await live.leave();

      await slow.query('commit');
      const again = await enter('denis');
      const resumed = again.subscribe<EventChanged>(events, { after: fast?.eventChanged.id });
      const [late] = await resumed.has(1);
      expect(titles(resumed.received)).toEqual(['insert Slow']);
      expect(Number(late?.eventChanged.id)).toBeLessThan(Number(fast?.eventChanged.id));
    } finally {
      await slow.end();
    }
  });

  test('a connected client gets what was begun earlier and committed later', async () => {
    const slow = new Client({ connectionString: database.adminUrl });
    await slow.connect();
    try {
      const { token, subscribe } = await enter('denis');
      const changes = subscribe<EventChanged>(events, { after: await position(token) });
      await slow.query('begin');
      // events of one contract are planned one after the other
      await slow.query(insertEvent('Slow', otherContractId));
      await plan('Fast 1');
      await plan('Fast 2');
      await changes.has(2);
      await slow.query('commit');
      await plan('Fast 3');
      expect(titles(await changes.has(4)).toSorted()).toEqual([
        'insert Fast 1',
        'insert Fast 2',
        'insert Fast 3',
        'insert Slow',
      ]);
    } finally {
      await slow.end();
    }
  });

  test('a position that is too old or invalid is refused', async () => {
    const { token, subscribe } = await enter('denis');
    const old = await position(token);
    await database.query(
      `update audit.signal set created_at = now() - interval '7 days 1 hour' where id = $1`,
      [old],
    );
    for (const after of [old, '999999999', '0', '-1']) {
      const changes = subscribe<EventChanged>(events, { after });
      await changes.has(1);
      expect(changes.errors).toEqual([
        {
          message: `Position ${after} is too old, or never was one: what has happened since is no longer known.`,
          locations: expect.anything(),
          extensions: {
            code: 'INVALID',
            kind: 'position_too_old',
            field: 'after',
            hint: 'Ask for subscriptionPosition, read the records anew, then subscribe after that position.',
          },
        },
      ]);
    }
  });

  test.each(['soon', '99999999999999999999', '1.5'])(
    'with “%s” is told that it is no number',
    async (after) => {
      const { subscribe } = await enter('denis');
      const changes = subscribe(events, { after });
      await changes.has(1);
      expect(codesOf(changes)).toEqual(['INVALID']);
    },
  );
});

test('a position can be queried in an empty database', async () => {
  await database.query('delete from audit.signal');
  const { token, subscribe } = await enter('alice');
  const after = await position(token);
  expect(await position(token)).toBe(after);
  const changes = subscribe<EventChanged>(events, { after });
  await plan('At last');
  expect(titles(await changes.has(1))).toEqual(['insert At last']);
});

test('a subscription without a position delivers from now on', async () => {
  const { subscribe } = await enter('alice');
  await plan('Before');
  const changes = subscribe<EventChanged>(events);
  for (let nth = 1; changes.received.length === 0; nth += 1) await plan(`Later ${nth}`);
  expect(titles(changes.received)[0]).toMatch(/^insert Later/);
});
