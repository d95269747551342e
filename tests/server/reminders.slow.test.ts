import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { addClientOf, addDueNote, remindersIn, zoneAt } from './support/due-notes.ts';
import { type MailHost, startMailHost } from './support/mail-host.ts';
import { expireLocks, hurry, queued } from './support/queue.ts';

let database: TestDatabase;
let host: MailHost;
let alice: number;
let acme: number;
const zone = zoneAt(9);
const running: ServerProcess[] = [];

async function start(env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const server = await spawnServer(database, {
    EPIC_SMTP_URL: host.url,
    EPIC_MAIL_FROM: 'crm@epic.example',
    EPIC_TIME_ZONE: zone,
    ...env,
  });
  running.push(server);
  return server;
}

const messageIds = () => new Set(host.letters.map(({ headers }) => headers['message-id']));

async function expectOneReminder(): Promise<void> {
  await until(async () => {
    await hurry(database);
    return host.letters.length > 0 && (await queued(database)).length === 0;
  });
  expect(await remindersIn(database)).toEqual(['Call the caterer']);
  expect(messageIds().size).toBe(1);
  expect(host.letters[0]?.to).toEqual(['alice@epic.example']);
}

beforeAll(async () => {
  database = await cloneDatabase();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  acme = await addClientOf(database, alice);
});

beforeEach(async () => {
  await database.query('delete from crm.note');
  await database.query('delete from graphile_worker._private_jobs');
  await addDueNote(database, { client: acme, author: alice, body: 'Call the caterer', zone });
  host = await startMailHost();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop('SIGKILL')));
  await host.stop();
});

afterAll(() => database.drop());

describe('a note is reminded of once, and the e-mail arrives, although the server is killed', () => {
  test('while it writes the reminder', async () => {
    await database.query('begin');
    await database.query('lock table crm.notification in share mode');
    const server = await start();
    // unlike pg_stat_activity, pg_locks is read anew within a transaction
    const waiting = () =>
      database.query(
        `select from pg_locks where relation = 'crm.notification'::regclass and not granted`,
      );
    await until(async () => (await waiting()).length === 1);
    await server.stop('SIGKILL');
    await database.query('rollback');
    await start();
    await expectOneReminder();
  });

  test('between the reminder and the delivery', async () => {
    await host.stop();
    const server = await start();
    await until(() => server.output().includes('not delivered yet'));
    await server.stop('SIGKILL');
    expect(await remindersIn(database)).toEqual(['Call the caterer']);
    expect(await queued(database)).toEqual(['notification_mail']);

    host = await startMailHost({ port: host.port });
    await Promise.all([start(), start()]);
    await expectOneReminder();
  });

  test('while the mail host has not answered yet, by another server', async () => {
    host.isHolding = true;
    const server = await start();
    await until(() => host.held === 1);
    const other = await start();
    await server.stop('SIGKILL');
    host.isHolding = false;
    await expireLocks(database);
    await until(async () => (await queued(database)).length === 0);
    expect(other.output()).toContain('jobs of a server that has died are delivered now');
    await expectOneReminder();
    host.letGo();
    expect(messageIds().size).toBe(1);
  });

  test('in its workers alone, whose successors deliver it', async () => {
    host.isHolding = true;
    const server = await start({ EPIC_WORKERS: '2' });
    await until(() => host.held === 1);
    const workers = () =>
      [...server.output().matchAll(/\{.*"msg":"the worker is ready".*\}/g)].map(
        ([line]): number => JSON.parse(line).pid,
      );
    await until(() => workers().length === 2);
    for (const pid of workers()) process.kill(pid, 'SIGKILL');
    host.isHolding = false;
    await until(() => workers().length === 4);
    await expireLocks(database);
    await expectOneReminder();
  });
});
