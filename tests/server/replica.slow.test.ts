import type { Client } from 'pg';
import { programs } from '../support/paths.ts';
import { addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { startTwoNodes, type TwoNodes } from '../support/two-nodes.ts';
import { until } from '../support/until.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let nodes: TwoNodes;
let primary: Client;
let standby: Client;
let servers: [ServerProcess, ServerProcess];
let token: string;

const email = 'a@epic.example';
const leaver = 'b@epic.example';

beforeAll(async () => {
  nodes = await startTwoNodes({ primary: {} });
  primary = await nodes.primary.connect();
  standby = await nodes.standby.connect();
  const query = async (sql: string, values?: unknown[]) => (await primary.query(sql, values)).rows;
  const database = { query } as Parameters<typeof addEmployee>[0];
  await addEmployee(database, { email, department: 'sales' });
  await addEmployee(database, { email: leaver, department: 'support' });
  const env = {
    // the primary is passed over
    DATABASE_READ_URL: nodes.urlsOf(nodes.primary, nodes.standby).authenticatorUrl,
    EPIC_JWT_KEYS: nodes.keysFile,
  };
  servers = [
    await spawnServer(nodes.urlsOf(nodes.primary), env),
    await spawnServer(nodes.urlsOf(nodes.primary), env),
  ];
});

beforeEach(async () => {
  token = (await logIn(servers[0].url, email)).accessToken;
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all([primary.end(), standby.end()]);
  await nodes.stop();
});

/** Whether the standby has answered a query of the API since. */
async function hasAnswered(since: Date): Promise<boolean> {
  const { rows } = await standby.query(
    `select from pg_stat_activity
     where application_name = 'epic-server replica' and query like '%"crm"."client"%' and query_start > $1`,
    [since],
  );
  return rows.length > 0;
}

const clock = async () => (await standby.query<{ now: Date }>('select now()')).rows[0]?.now as Date;

let count = 0;

/** Creates a client through the first server; gives its name. */
async function create(): Promise<string> {
  count += 1;
  const fullName = `Client ${count}`;
  const { errors } = await ask(
    servers[0].url,
    'mutation Create($input: CreateClientInput!) { createClient(input: $input) { client { id } } }',
    { token, variables: { input: { client: { fullName, email: `c${count}@client.example` } } } },
  );
  expect(errors).toEqual([]);
  return fullName;
}

const read = (server: ServerProcess, as = token) =>
  ask<{ clients: { nodes: { fullName: string }[] } }>(
    server.url,
    '{ clients(first: 1, orderBy: PRIMARY_KEY_DESC) { nodes { fullName } } }',
    { token: as },
  );

const latest = async (server: ServerProcess) => {
  const { data, errors } = await read(server);
  expect(errors).toEqual([]);
  return data?.clients.nodes[0]?.fullName;
};

async function untilReplicaAnswers(): Promise<void> {
  for (const server of servers) {
    await until(async () => {
      const since = await clock();
      await latest(server);
      return hasAnswered(since);
    });
  }
}

/** Has the standby wait before it applies a commit. */
async function delay(duration: string): Promise<void> {
  await standby.query(`alter system set recovery_min_apply_delay = '${duration}'`);
  await standby.query('select pg_reload_conf()');
  await until(async () => {
    const { rows } = await standby.query('show recovery_min_apply_delay');
    return rows[0]?.recovery_min_apply_delay === duration;
  });
}

test('a replica that has replayed everything answers queries', async () => {
  await untilReplicaAnswers();
  const name = await create();
  expect(await latest(servers[0])).toBe(name);
  await untilReplicaAnswers();
  expect(await latest(servers[1])).toBe(name);
  const metrics = await (await fetch(`${servers[0].url}/metrics`)).text();
  expect(metrics).toMatch(/^epic_pool_connections\{pool="read"\} [1-9]/m);
});

describe('while the replica lags by five seconds', () => {
  beforeAll(() => delay('5s'));
  afterAll(() => delay('0'));

  test("one's own change is seen at once, from every server", async () => {
    for (let turn = 0; turn < 5; turn++) {
      const name = await create();
      const since = await clock();
      for (const server of servers) expect(await latest(server)).toBe(name);
      expect(await hasAnswered(since)).toBe(false);
    }
  });

  test('a session that has ended is refused by the next request', async () => {
    const { accessToken } = await logIn(servers[0].url, email);
    expect((await read(servers[1], accessToken)).errors).toEqual([]);
    await ask(servers[0].url, 'mutation { logout { ok } }', { token: accessToken });
    for (const server of servers) {
      expect(codesOf(await read(server, accessToken))).toEqual(['UNAUTHENTICATED']);
    }
  });

  test('an employee who was deactivated is refused by the next request', async () => {
    const { accessToken } = await logIn(servers[0].url, leaver);
    expect((await read(servers[1], accessToken)).errors).toEqual([]);
    await primary.query('update crm.employee set active = false where email = $1', [leaver]);
    for (const server of servers) {
      expect(codesOf(await read(server, accessToken))).toEqual(['UNAUTHENTICATED']);
    }
  });

  test('it answers again once it has replayed', async () => {
    const name = await create();
    await untilReplicaAnswers();
    expect(await latest(servers[1])).toBe(name);
  });
});

test('what the replica refuses, the primary answers', async () => {
  await untilReplicaAnswers();
  // a position is written where there is no recent one
  await primary.query('truncate audit.signal');
  const { data, errors } = await ask(servers[0].url, '{ subscriptionPosition }', { token });
  expect(errors).toEqual([]);
  expect(Number(data?.subscriptionPosition)).toBeGreaterThan(0);

  await untilReplicaAnswers();
  const changes = await ask<{ changes: object }>(
    servers[0].url,
    '{ changes { entries { rowId } } }',
    {
      token,
    },
  );
  expect(changes).toMatchObject({ errors: [], data: { changes: { entries: [] } } });
});

test('while the replica stands still, queries are answered by the primary', async () => {
  await untilReplicaAnswers();
  const { rows } = await standby.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'epic-server replica'`,
  );
  const frozen = rows.map(({ pid }) => pid);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  try {
    const name = await create();
    const asked = performance.now();
    for (const server of servers) expect(await latest(server)).toBe(name);
    expect(performance.now() - asked).toBeLessThan(10_000);
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  await untilReplicaAnswers();
});

test('while the replica is away, queries are answered by the primary', async () => {
  await standby.end();
  await nodes.standby.kill();
  for (const server of servers) {
    const name = await create();
    expect(await latest(server)).toBe(name);
  }
  await nodes.standby.start();
  standby = await nodes.standby.connect();
  await untilReplicaAnswers();
});

test('a replica that was promoted answers nothing any more', async () => {
  await standby.query('select pg_promote()');
  const since = await clock();
  const name = await create();
  for (const server of servers) expect(await latest(server)).toBe(name);
  expect(await hasAnswered(since)).toBe(false);
});

test('DATABASE_READ_URL without DATABASE_URL is refused', async () => {
  const { code, stderr } = await runProgram(programs.server, ['start'], {
    env: { DATABASE_READ_URL: 'postgres://epic_authenticator:secret@standby/epic' },
  });
  expect(code).toBe(1);
  expect(stderr).toContain('DATABASE_READ_URL is set, though DATABASE_URL is not.');
  expect(stderr).not.toContain('secret');
});
