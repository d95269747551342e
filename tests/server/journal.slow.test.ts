import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type Collector, startCollector } from './support/collector.ts';
import { type Office, openOffice } from './support/office.ts';
import { hurry, queued } from './support/queue.ts';

let database: TestDatabase;
let office: Office;
let sentry: Collector;
let running: ServerProcess[] = [];

async function start(env: NodeJS.ProcessEnv = { SENTRY_DSN: sentry.dsn }): Promise<ServerProcess> {
  const server = await spawnServer(database, env);
  running.push(server);
  return server;
}

/** Many changes at once, by whatever door. Gives how many entries the journal has of them. */
async function change(): Promise<number> {
  for (let nth = 0; nth < 10; nth++) {
    await addEmployee(database, { email: `new-${nth}@epic.example`, department: 'sales' });
  }
  await database.query(
    `update crm.employee set full_name = full_name || ' Junior' where email ~ '^new-'`,
  );
  await database.query(
    `update crm.contract set total_amount = total_amount + 1 where id = ${office.contractId}`,
  );
  await database.query(`delete from crm.employee where email ~ '^new-'`);
  return 30;
}

const isEmpty = async () => (await queued(database)).length === 0;
/** The ids of the events that Sentry has accepted: what it gets twice under one id is one event. */
const accepted = () => new Set(sentry.events.map((event) => event.event_id));
const linesOf = (servers: ServerProcess[]) =>
  servers
    .flatMap((server) => server.output().split('\n'))
    .filter((line) => line.includes('"msg":"journal"'));

beforeAll(async () => {
  database = await cloneDatabase();
  office = await openOffice(database);
});

beforeEach(async () => {
  sentry = await startCollector();
  await database.query('delete from graphile_worker._private_jobs');
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop('SIGKILL')));
  running = [];
  await sentry.stop();
});

afterAll(() => database.drop());

test('a journal entry has the kind, the ids, the release and the environment, and no more', async () => {
  await start({ SENTRY_DSN: sentry.dsn, EPIC_ENVIRONMENT: 'staging' });
  const id = await addEmployee(database, { email: 'one@epic.example', department: 'sales' });
  await until(() => sentry.events.length === 1);
  expect(sentry.events).toEqual([
    {
      event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: expect.any(Number),
      platform: 'node',
      level: 'info',
      message: 'employee.created',
      release: expect.stringMatching(/^epic-server@\d+\.\d+\.\d+/),
      environment: 'staging',
      tags: { kind: 'employee.created', id: String(id) },
      sdk: expect.anything(),
    },
  ]);
  const [change_] = await database.query<{ at: Date }>(
    'select changed_at as at from audit.change order by id desc limit 1',
  );
  expect(sentry.events[0]?.timestamp).toBeCloseTo((change_?.at.getTime() ?? 0) / 1000, 2);
});

test('two servers deliver each journal entry once, with a line in the log', async () => {
  const servers = [await start(), await start()];
  const entries = await change();
  await until(isEmpty);
  await until(() => linesOf(servers).length >= entries);
  expect(sentry.events).toHaveLength(entries);
  expect(accepted().size).toBe(entries);
  expect(linesOf(servers)).toHaveLength(entries);
});

test('a journal entry is a line in the log of one server when there is no Sentry', async () => {
  const servers = [await start({}), await start({})];
  const entries = await change();
  await until(() => linesOf(servers).length >= entries);
  await until(isEmpty);
  const lines = linesOf(servers).map((line) => JSON.parse(line));
  expect(lines).toHaveLength(entries);
  expect(new Set(lines.map(({ event }) => event)).size).toBe(entries);
  expect(Object.keys(lines[0]).toSorted()).toEqual(
    [
      'level',
      'time',
      'msg',
      'event',
      'kind',
      'id',
      'actor',
      'change',
      'at',
      'job',
      'attempt',
      'ms',
    ].toSorted(),
  );
});

test('a journal entry committed while no server runs is delivered by the next', async () => {
  await (await start()).stop('SIGKILL');
  const entries = await change();
  await start();
  await until(isEmpty);
  expect(accepted().size).toBe(entries);
});

test('a killed server loses no journal entry, and a repeated one has the same id', async () => {
  const first = await start();
  sentry.isHolding = true;
  const entries = await change();
  await until(() => sentry.held > 0);
  const other = await start();
  await first.stop('SIGKILL');
  sentry.letGo();
  await until(isEmpty);
  expect(accepted().size).toBe(entries);
  expect(other.output()).toContain('jobs of a server that has died are delivered now');
});

test('journal entries wait while Sentry is away, and arrive once when it is back', async () => {
  await sentry.stop();
  const server = await start();
  const entries = await change();
  await until(() => server.output().includes('not delivered yet'));
  expect(server.output()).toContain('Sentry did not take it (no answer).');
  sentry = await startCollector(sentry.port);
  await until(async () => {
    await hurry(database);
    return isEmpty();
  });
  expect(sentry.events).toHaveLength(entries);
  expect(accepted().size).toBe(entries);
});

test('a journal entry that Sentry refuses is tried again', async () => {
  sentry.status = 503;
  const server = await start();
  await addEmployee(database, { email: 'two@epic.example', department: 'sales' });
  await until(() => server.output().includes('Sentry did not take it (503).'));
  expect(await queued(database)).toEqual(['journal']);
  sentry.status = 200;
  await until(async () => {
    await hurry(database);
    return isEmpty();
  });
  expect(sentry.events).toHaveLength(1);
});
