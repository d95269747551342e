import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type MailHost, startMailHost } from './support/mail-host.ts';
import { type Office, openOffice } from './support/office.ts';
import { expireLocks, hurry, queued } from './support/queue.ts';

let database: TestDatabase;
let office: Office;
let host: MailHost;
let chloe: number;
const running: ServerProcess[] = [];

async function start(): Promise<ServerProcess> {
  const server = await spawnServer(database, {
    EPIC_SMTP_URL: host.url,
    EPIC_MAIL_FROM: 'crm@epic.example',
  });
  running.push(server);
  return server;
}

const isEmpty = async () => (await queued(database)).length === 0;
const messageIds = () => new Set(host.letters.map(({ headers }) => headers['message-id']));
const untilDelivered = () =>
  until(async () => {
    await hurry(database);
    return host.letters.length > 0 && (await isEmpty());
  });

beforeAll(async () => {
  database = await cloneDatabase();
  office = await openOffice(database);
  chloe = await addEmployee(database, { email: 'chloe@epic.example', department: 'support' });
});

beforeEach(async () => {
  await database.query('delete from graphile_worker._private_jobs');
  host = await startMailHost();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop('SIGKILL')));
  await host.stop();
});

afterAll(() => database.drop());

describe('an e-mail arrives although the server is killed', () => {
  test('between the commit and the delivery', async () => {
    await (await start()).stop('SIGKILL');
    await office.assign(chloe);
    await start();
    await untilDelivered();
  });

  test('while the mail host has not answered yet: from another server, and as the same message', async () => {
    host.isHolding = true;
    const server = await start();
    await office.assign(chloe);
    await until(() => host.held === 1);
    const other = await start();
    await server.stop('SIGKILL');
    host.isHolding = false;
    await expireLocks(database);

    await until(isEmpty);
    expect(other.output()).toContain('jobs of a server that has died are delivered now');
    expect(other.output()).not.toContain('interrupted');
    // What the host does with a message whose sender is gone is its own affair.
    host.letGo();
    expect(messageIds().size).toBe(1);
  });

  test('after the mail host has it, and before that is written down', async () => {
    const server = await start();
    host.isHolding = true;
    await office.assign(chloe);
    await until(() => host.held === 1);
    // from now on no job is removed from the queue
    await database.query('begin');
    await database.query('lock table graphile_worker._private_jobs in share mode');
    host.letGo();
    await until(() => server.output().includes('"msg":"mail"'));
    await server.stop('SIGKILL');
    await database.query('rollback');
    await expireLocks(database);

    await start();
    await untilDelivered();
    expect(messageIds().size).toBe(1);
  });

  test('while it waits for its next attempt', async () => {
    await host.stop();
    const server = await start();
    await office.assign(chloe);
    await until(() => server.output().includes('not delivered yet'));
    expect(server.output()).toMatch(/The mail host did not take it \(E\w+, CONN\)/);
    await server.stop('SIGKILL');

    host = await startMailHost({ port: host.port });
    await start();
    await untilDelivered();
  });
});

test('an e-mail arrives when the mail host goes away and comes back, once', async () => {
  await host.stop();
  const server = await start();
  await office.assign(chloe);
  await until(() => server.output().includes('not delivered yet'));
  host = await startMailHost({ port: host.port });
  await untilDelivered();
  expect(host.letters).toHaveLength(1);
});

test('an e-mail arrives when the mail host goes away in the middle of it', async () => {
  host.isHolding = true;
  const server = await start();
  await office.assign(chloe);
  await until(() => host.held === 1);
  await host.stop();
  await until(() => server.output().includes('not delivered yet'));
  host = await startMailHost({ port: host.port });
  await untilDelivered();
  expect(host.letters).toHaveLength(1);
});

test('an e-mail arrives when the server loses its connections in the middle of it', async () => {
  host.isHolding = true;
  const server = await start();
  await office.assign(chloe);
  await until(() => host.held === 1);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like 'epic-server%'`,
  );
  await until(() => server.output().includes('the queue was interrupted'));
  host.letGo();
  await untilDelivered();
  expect(messageIds().size).toBe(1);

  await until(() => server.output().includes('the queue is delivered again'));
  await office.assign(chloe);
  await until(() => messageIds().size === 2);
});

test('a server that is stopped lets the delivery end', async () => {
  host.isHolding = true;
  const server = await start();
  await office.assign(chloe);
  await until(() => host.held === 1);
  const stopped = server.stop();
  await until(() => server.output().includes('stopping'));
  host.letGo();
  expect(await stopped).toBe(0);
  expect(await queued(database)).toEqual([]);
  expect(host.letters).toHaveLength(1);
});

test('a server that is stopped does not wait for ever for a mail host that does not answer', async () => {
  host.isHolding = true;
  const server = await start();
  await office.assign(chloe);
  await until(() => host.held === 1);
  expect(await server.stop()).toBe(0);
  expect(await queued(database)).toEqual(['notification_mail']);

  host.isHolding = false;
  await start();
  await untilDelivered();
});

test('two servers deliver each e-mail once', async () => {
  await Promise.all([start(), start()]);
  for (let nth = 0; nth < 20; nth++) await office.assign(chloe);
  await until(isEmpty);
  expect(host.letters).toHaveLength(20);
  expect(messageIds().size).toBe(20);
});
