import { version } from '../../src/server/config/version.ts';
import { isDirect } from '../../src/server/http/client.ts';
import { createMetrics, createOperationLabels } from '../../src/server/observability/metrics.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, askToLogIn, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const read = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/metrics`, { headers });

/** The value of a series, or undefined. */
async function value(series: string): Promise<number | undefined> {
  const text = await (await read(server.url)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

describe('/metrics', () => {
  test('/metrics counts requests by operation and code, and their durations', async () => {
    const { accessToken: token } = await logIn(server.url, 'alice@epic.example');
    await ask(server.url, 'query WhoAmI { me { id } }', { token });
    await ask(server.url, 'query WhoAmI { me { id } }', { token });
    await ask(server.url, 'query WhoAmI { me { id } }');
    await ask(server.url, 'query Wrong { secret }', { token });

    const requestsOf = (code: string) => `epic_requests_total{operation="WhoAmI",code="${code}"}`;
    await until(async () => (await value(requestsOf('UNAUTHENTICATED'))) === 1);
    expect(await value(requestsOf('OK'))).toBe(2);
    // What does not fit the schema has no operation.
    expect(await value('epic_requests_total{operation="unnamed",code="INVALID"}')).toBe(1);
    expect(await value('epic_request_duration_seconds_count{operation="WhoAmI"}')).toBe(3);
    expect(await value('epic_request_duration_seconds_sum{operation="WhoAmI"}')).toBeLessThan(60);
  });

  test('/metrics counts refusals by record, verb, department and policy, without ids or values', async () => {
    const bruno = await addEmployee(database, { email: 'bruno@epic.example', department: 'sales' });
    const client = await addClient(database, bruno);
    const [contract] = await database.query<{ id: number }>(
      'insert into crm.contract (client_id, total_amount) values ($1, 7777) returning id',
      [client],
    );
    const { accessToken: token } = await logIn(server.url, 'alice@epic.example');
    const sign = `mutation { signContract(input: { contractId: ${contract?.id} }) { contract { id } } }`;
    await ask(server.url, sign, { token });
    await ask(server.url, sign, { token });
    const { errors } = await ask(
      server.url,
      `mutation {
        updateContract(input: { id: ${contract?.id}, patch: { totalAmount: "7778" } }) { contract { id } }
        deleteContract(input: { id: ${contract?.id} }) { contract { id } }
        eraseClient(input: { clientId: ${client}, confirm: true }) { erasure { clientId } }
        createClient(input: { client: { fullName: "Refused By Nothing", email: "nothing@home.example" } }) { client { id } }
      }`,
      { token },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('FORBIDDEN'));
    const refused = (verb: string, policy: string, record = 'contract') =>
      value(
        `epic_refusals_total{record="${record}",verb="${verb}",role="sales",policy="${policy}"}`,
      );
    await until(async () => (await refused('update', 'sales_update_own')) === 1);
    expect(await refused('sign', 'sales_update_own')).toBe(2);
    expect(await refused('delete', 'management_delete_drafts')).toBe(1);
    expect(await refused('erase', 'erase_client', 'client')).toBe(1);
    const lines = (await (await read(server.url)).text())
      .split('\n')
      .filter((line) => line.startsWith('epic_refusals_total{'));
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/777|Refused/);
  });

  test('/metrics counts refused logins, whatever the operation is called', async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      await askToLogIn(server.url, 'nobody@epic.example', 'wrong password');
    }
    await askToLogIn(server.url, 'nobody@epic.example', 'wrong password');
    expect(await value('epic_logins_refused_total{reason="wrong"}')).toBe(5);
    expect(await value('epic_logins_refused_total{reason="locked"}')).toBe(1);
  });

  test('/metrics has the pools, the event loop and the process', async () => {
    const { headers } = await read(server.url);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const [pool, most] of [
      ['api', 10],
      ['queue', 5],
    ]) {
      expect(await value(`epic_pool_max_connections{pool="${pool}"}`)).toBe(most);
      expect(await value(`epic_pool_connections{pool="${pool}"}`)).toBeGreaterThan(0);
      expect(await value(`epic_pool_waiting_requests{pool="${pool}"}`)).toBe(0);
    }
    expect(await value('epic_pool_idle_connections{pool="api"}')).toBeGreaterThan(0);
    expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(await value('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  });

  test('/metrics has the release, and what the database is', async () => {
    const body = await (await read(server.url)).text();
    expect(body).toMatch(
      new RegExp(
        `^epic_build_info{version="${version()}",commit="([0-9a-f]{40})?",node="${process.versions.node}"} 1$`,
        'm',
      ),
    );
    expect(body).toContain('epic_database_role{role="primary"} 1\n');
    expect(body).toContain('epic_database_role{role="standby"} 0\n');
    expect(body).toContain('epic_database_role{role="unreachable"} 0\n');
  });

  test('/metrics contains no input', async () => {
    await askToLogIn(server.url, 'typed@epic.example', 'typed password');
    await ask(server.url, '{ clients(condition: { search: "typed" }) { nodes { id } } }');
    await fetch(`${server.url}/typed`);
    expect(await (await read(server.url)).text()).not.toContain('typed');
  });
});

describe('a metric of another part', () => {
  const pools = {
    api: { totalCount: 3, idleCount: 2, waitingCount: 1, size: 10 },
  };

  test('a metric is read on request, and left out when it is unknown', async () => {
    let isAway = false;
    const metrics = createMetrics({
      pools,
      queueLag: async () => {
        if (isAway) throw new Error('The database is away.');
        return { ready: 3, oldestSeconds: 12.5, retried: 2, failed: 1 };
      },
      sockets: () => 7,
    });
    const { body } = await metrics.read();
    expect(body).toMatch(/^epic_queue_ready_jobs 3$/m);
    expect(body).toMatch(/^epic_queue_lag_seconds 12\.5$/m);
    expect(body).toMatch(/^epic_queue_retried_jobs 2$/m);
    expect(body).toMatch(/^epic_queue_failed_jobs 1$/m);
    expect(body).toMatch(/^epic_sockets 7$/m);
    isAway = true;
    expect((await metrics.read()).body).not.toMatch(/^epic_queue_\w+ \d/m);
  });

  test('a metric is absent from a server without that part', async () => {
    expect((await createMetrics({ pools }).read()).body).not.toMatch(
      /epic_queue|epic_sockets|epic_database_role/,
    );
  });
});

describe('the names of operations', () => {
  test('the names of operations are kept for the first hundred of callers with a session', () => {
    const nameOf = createOperationLabels();
    const strangers = Array.from({ length: 1_000 }, (_, n) =>
      nameOf(`Made${n}`, { isAuthenticated: false }),
    );
    const staff = Array.from({ length: 1_000 }, (_, n) =>
      nameOf(`Known${n}`, { isAuthenticated: true }),
    );
    expect(new Set(strangers).size).toBe(21);
    expect(new Set(staff).size).toBe(101);
    expect(strangers.at(-1)).toBe('other');
    expect(nameOf('Known0', { isAuthenticated: false })).toBe('Known0');
    expect(nameOf(null, { isAuthenticated: true })).toBe('unnamed');
  });
});

describe('the callers of /metrics', () => {
  const elsewhere = { 'x-forwarded-for': '203.0.113.9' };

  test.each([
    ['local', 200, 404],
    ['off', 404, 404],
    ['on', 200, 200],
  ])(
    'EPIC_METRICS=%s answers a program on this machine with %i, and others with %i',
    async (setting, here, there) => {
      const other = await startServer(database, { EPIC_METRICS: setting });
      try {
        expect((await read(other.url)).status).toBe(here);
        const answer = await read(other.url, elsewhere);
        expect(answer.status).toBe(there);
        if (there === 404) {
          const nothing = await fetch(`${other.url}/nothing`);
          expect(await answer.text()).toBe(
            (await nothing.text()).replaceAll('/nothing', '/metrics'),
          );
        }
      } finally {
        await other.stop();
      }
    },
  );

  test.each([
    ['127.0.0.1', { host: 'localhost:4000' }, true],
    ['127.8.0.1', { host: '127.0.0.1:4000' }, true],
    ['::1', { host: '[::1]:4000' }, true],
    ['::ffff:127.0.0.1', { host: 'localhost' }, true],
    ['10.0.0.7', { host: 'localhost' }, false],
    ['::ffff:10.0.0.7', { host: 'localhost' }, false],
    ['fe80::1%eth0', { host: 'localhost' }, false],
    [undefined, { host: 'localhost' }, false],
    ['127.0.0.1', { host: 'crm.example.com' }, false],
    ['127.0.0.1', { host: 'localhost.example.com' }, false],
    ['127.0.0.1', {}, false],
    ['127.0.0.1', { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }, false],
    ['127.0.0.1', { host: 'localhost', 'x-forwarded-proto': 'https' }, false],
    ['127.0.0.1', { host: 'localhost', 'x-real-ip': '10.0.0.7' }, false],
    ['127.0.0.1', { host: 'localhost', forwarded: 'for=10.0.0.7' }, false],
    ['127.0.0.1', { host: 'localhost', via: '1.1 proxy' }, false],
  ])('from %s with %j, it is direct: %s', (remoteAddress, headers, expected) => {
    expect(isDirect({ socket: { remoteAddress }, headers })).toBe(expected);
  });
});
