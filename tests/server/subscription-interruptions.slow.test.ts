import { Client as Connection } from 'pg';
import { EventChanged } from '../../src/cli/operations/index.ts';
import { createClient, type Operation } from '../../src/client/index.ts';
import { openSubscriptions } from '../../src/client/subscriptions.ts';
import { prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { adminUrlOf, openScratchServer } from '../../src/server/dba/test/server.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { spawnServer } from '../support/server.ts';
import { loginUrlsOf } from '../support/test-server.ts';
import { until } from '../support/until.ts';
import { logIn } from './support/api.ts';
import { connect } from './support/socket.ts';

// What happens to subscriptions when the database, or the server, is interrupted.

const subscription = 'subscription { eventChanged { event { title } } }';
const RecordChanged: Operation<
  { recordChanged: { position: string; event: { title: string } | null } },
  { after?: string | null }
> = `subscription RecordChanged($after: String) {
  recordChanged(after: $after, records: [event]) { position event { title } }
}`;

/** Alice with a client and a signed contract. Gives a statement that plans an event under it. */
async function furnish(database: Pick<TestDatabase, 'query'>): Promise<(title: string) => string> {
  const alice = await addEmployee(database as TestDatabase, {
    email: 'alice@epic.example',
    department: 'sales',
  });
  const client = await addClient(database as TestDatabase, alice);
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     values ($1, 5000, 'signed', now()) returning id`,
    [client],
  );
  return (title) =>
    `insert into crm.event (contract_id, title, start_date, end_date)
     values (${contract?.id}, '${title}', now(), now() + interval '1 hour')`;
}

const listeners = `from pg_stat_activity
  where application_name = 'epic-server listener' and datname = current_database()`;

test('the listener reconnects after it was cut off, and has missed nothing', async () => {
  const database = await cloneDatabase();
  const plan = await furnish(database);
  const server = await spawnServer(database);
  try {
    const { accessToken } = await logIn(server.url, 'alice@epic.example');
    const { subscribe, leave } = await connect(server.url, accessToken);
    const changes = subscribe<{ eventChanged: { event: { title: string } } }>(subscription);
    const titles = () => changes.received.map(({ eventChanged }) => eventChanged.event.title);
    while (titles().length === 0) await database.query(plan('First'));
    const before = titles().length;

    for (const title of ['Second', 'Third']) {
      await until(async () => (await database.query(`select 1 ${listeners}`)).length === 1);
      // no listener is connected at this moment
      await database.query(
        `begin; select pg_terminate_backend(pid, 5000) ${listeners}; ${plan(title)}; commit`,
      );
      await until(() => titles().at(-1) === title);
    }
    expect(
      titles()
        .slice(before)
        .filter((title) => title !== 'First'),
    ).toEqual(['Second', 'Third']);
    expect(changes.isOver).toBe(false);
    expect(server.output()).toContain('the listener was interrupted');
    await leave();
  } finally {
    await server.stop();
    await database.drop();
  }
});

test('a session that was ended while the listener was away is closed as soon as it is back', async () => {
  const database = await cloneDatabase();
  await furnish(database);
  const server = await spawnServer(database);
  try {
    const { accessToken } = await logIn(server.url, 'alice@epic.example');
    const { closed } = await connect(server.url, accessToken);
    await until(async () => (await database.query(`select 1 ${listeners}`)).length === 1);
    await database.query(
      `begin; select pg_terminate_backend(pid, 5000) ${listeners};
       update identity.session set revoked_at = now(); commit`,
    );
    expect(await closed).toMatchObject({ code: 4401 });
  } finally {
    await server.stop();
    await database.drop();
  }
});

test('a subscription loses nothing when PostgreSQL is killed', async () => {
  const postgres = await openScratchServer(undefined);
  const passwords = { authenticator: 'only-on-this', worker: 'machine' };
  const database = postgres.template;
  await prepareServer({ serverUrl: postgres.adminUrl, database, passwords });
  const query: TestDatabase['query'] = (sql, values) =>
    asking(adminUrlOf(postgres, database), sql, values);
  // As everywhere but in tests: what is committed has been written.
  await query(`alter database ${database} set synchronous_commit = on`);
  const plan = await furnish({ query });
  const server = await spawnServer(loginUrlsOf({ ...postgres, passwords }, database));
  const client = createClient({ url: server.url });
  const subscriptions = openSubscriptions(client);
  const titles: string[] = [];
  /** A change may be delivered twice. */
  const changed = new Set<string>();
  try {
    await client.login({ email: 'alice@epic.example', password });
    const following = (async () => {
      for await (const { eventChanged } of subscriptions.follow(EventChanged)) {
        titles.push(eventChanged.event?.title ?? '');
      }
    })();
    const followingChanges = (async () => {
      for await (const { recordChanged } of subscriptions.follow(RecordChanged)) {
        changed.add(recordChanged.event?.title ?? '');
      }
    })();
    while (titles.length === 0 || changed.size === 0) await query(plan('First'));
    for (const title of ['Second', 'Third', 'Fourth']) {
      const victim = async () => (await query<{ pid: number }>(`select pid ${listeners}`))[0]?.pid;
      await until(async () => (await victim()) !== undefined);
      await query(plan(title));
      // When one of its processes is killed, PostgreSQL ends them all and begins anew.
      process.kill((await victim()) ?? 0, 'SIGKILL');
      await until(() =>
        query(plan(`${title} again`)).then(
          () => true,
          () => false,
        ),
      );
      await until(() => titles.includes(`${title} again`) && changed.has(`${title} again`));
    }
    expect(titles.filter((title) => title !== 'First')).toEqual([
      'Second',
      'Second again',
      'Third',
      'Third again',
      'Fourth',
      'Fourth again',
    ]);
    expect([...changed]).toEqual([...new Set(titles)]);
    subscriptions.close();
    await following;
    await followingChanges;
    expect(server.output()).not.toContain('unexpected error');
  } finally {
    subscriptions.close();
    await server.stop();
    await postgres.stop();
  }
});

test('a server that stops closes its sockets with a code that tells clients to reconnect', async () => {
  const database = await cloneDatabase();
  await furnish(database);
  const server = await spawnServer(database);
  try {
    const { accessToken } = await logIn(server.url, 'alice@epic.example');
    const { closed, subscribe } = await connect(server.url, accessToken);
    subscribe(subscription);
    const ended = server.stop();
    expect(await closed).toEqual({
      code: 1012,
      reason: 'server_stopping: The server stops. Connect again.',
    });
    expect(await ended).toBe(0);
    const connections = await database.query(
      `select from pg_stat_activity where datname = current_database() and usename in ('epic_authenticator', 'epic_worker')`,
    );
    expect(connections).toEqual([]);
  } finally {
    await server.stop();
    await database.drop();
  }
});

/** Asks on a connection of its own. */
async function asking<Row>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const connection = new Connection({ connectionString: url });
  connection.on('error', () => undefined);
  await connection.connect();
  try {
    return (await connection.query(sql, values)).rows;
  } finally {
    await connection.end();
  }
}
