import { connect } from 'node:net';
import { createLog } from '../../src/server/observability/log.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, askToLogIn, askToRefresh, codesOf, logIn, type Session } from './support/api.ts';

let database: TestDatabase;
let server: ServerProcess;
let alice: Session & { id: number };

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  // unexpected errors of PostgreSQL and PL/pgSQL that quote a value
  await database.query(`
    create function crm.chokes() returns trigger language plpgsql as $$
    begin
      if new.company_name like '%raise%' then
        raise exception 'Cannot stand %', new.company_name;
      end if;
      perform format('select %s', new.company_name)::regclass;
      return new;
    end $$;
    grant execute on function crm.chokes() to epic_employee;
    create trigger client_00_chokes before update on crm.client for each row
      when (new.company_name like 'secret%') execute function crm.chokes();`);
  server = await spawnServer(database, { EPIC_LOG: 'trace', EPIC_METRICS: 'on' });
  alice = { id, ...(await logIn(server.url, 'alice@epic.example')) };
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const lines = () =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('a line of the log has the request, session, role, operation, duration, status and codes', async () => {
  const { errors } = await ask(server.url, 'query WhoAmI { me { id } }', {
    token: alice.accessToken,
  });
  expect(errors).toEqual([]);
  const found = () => lines().filter(({ operation }) => operation === 'WhoAmI');
  await until(() => found().length > 0);
  const [session] = await database.query<{ id: string }>('select id from identity.session');
  expect(found()).toEqual([
    {
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      request: expect.stringMatching(/^[0-9a-f-]{36}$/),
      path: '/graphql',
      operation: 'WhoAmI',
      role: 'sales',
      employee: alice.id,
      session: session?.id,
      status: 200,
      codes: [],
      ms: expect.any(Number),
    },
  ]);
});

test('what was refused is in the line of its request: record, verb, role and policy', async () => {
  const client = await addClient(
    database,
    await addEmployee(database, { email: 'bruno@epic.example', department: 'sales' }),
  );
  await ask(
    server.url,
    `mutation Refused { updateClient(input: { id: ${client}, patch: { phone: "0102030405" } }) { client { id } } }`,
    { token: alice.accessToken },
  );
  const found = () => lines().find(({ operation }) => operation === 'Refused');
  await until(() => found() !== undefined);
  expect(found()).toMatchObject({
    codes: ['FORBIDDEN'],
    refusals: [{ record: 'client', verb: 'update', role: 'sales', policy: 'sales_update_own' }],
  });
});

test('the log keeps 64 characters of the name of an operation', async () => {
  await ask(server.url, `query Long${'g'.repeat(10_000)} { __typename }`);
  const found = () => lines().find(({ operation }) => operation?.startsWith('Longg'));
  await until(() => found() !== undefined);
  expect(found().operation).toHaveLength(64);
});

test('the log contains no input, at any level', async () => {
  const clientId = await addClient(database, alice.id);
  const as = (query: string, variables: Record<string, unknown> = {}) =>
    ask(server.url, query, { token: alice.accessToken, variables });
  const update = `mutation U($id: Int!, $patch: ClientPatch!) {
    updateClient(input: { id: $id, patch: $patch }) { client { id } }
  }`;
  const post = (body: string, headers: Record<string, string> = {}, path = '/graphql') =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  // What succeeds, and what is refused.
  await as(update, { id: clientId, patch: { companyName: 'Fine secret01' } });
  await as(update, { id: clientId, patch: { email: 'secret02 is no address' } });
  await as(update, { id: 'secret03', patch: {} });
  await as('{ clients(condition: { search: "secret04" }) { nodes { id } } }');
  await as('{ events(condition: { from: "secret05" }) { nodes { id } } }');
  await as('{ clients { secret06 } }');
  await as('{ clients(secret07');
  await as(
    'mutation { createClient(input: { client: { fullName: "secret08" } }) { client { id } } }',
  );

  // an unexpected error
  const raised = await as(update, { id: clientId, patch: { companyName: 'secret09 raise' } });
  const quoted = await as(update, { id: clientId, patch: { companyName: 'secret10' } });
  expect(codesOf(raised)).toEqual(['INTERNAL']);

  // Passwords and tokens, good and bad.
  await askToLogIn(server.url, 'alice@epic.example', 'secret11 password');
  await askToLogIn(server.url, 'secret12@epic.example', 'password');
  await askToLogIn(server.url, 'alice@epic.example', 'secret13'.repeat(1_000));
  await askToRefresh(server.url, 'secret14');
  await askToRefresh(server.url, alice.refreshToken ?? '');
  await as(
    `mutation { changePassword(input: { currentPassword: "secret15 is wrong", newPassword: "secret16 is long" }) { ok } }`,
  );
  await ask(server.url, '{ me { id } }', { token: 'secret17' });
  await ask(server.url, '{ me { id } }', { token: `${alice.accessToken}secret18` });

  // Headers, paths, and bodies that are none.
  await post('{ "query": "{ __typename }" }', {
    cookie: 'secret19',
    'user-agent': 'secret20',
    'x-request-id': 'secret21',
    'x-forwarded-for': 'secret22',
    authorization: 'Basic secret23',
    'secret-header-24': 'on',
  });
  await post('{ "query": secret25', {});
  await post('[secret26', { 'content-type': 'text/secret27' });
  await post('{}', {}, '/secret28?token=secret29');
  await post('{}', {}, '/graphql?token=secret30');
  await post('{}', {}, '/graphql/secret31');
  const byAddress = await fetch(
    `${server.url}/graphql?${new URLSearchParams({
      query:
        'query ByAddress($name: String) { clients(condition: { search: $name }) { nodes { id } } }',
      variables: '{"name": "secret33"}',
    })}`,
    { headers: { authorization: `Bearer ${alice.accessToken}` } },
  );
  expect(byAddress.status).toBe(200);
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.end('SECRET32 nonsense\r\n\r\n');
  await new Promise((resolve) => socket.resume().once('close', resolve));

  // Whatever is still to be written comes before this.
  await ask(server.url, 'query TheLast { __typename }');
  await until(() => server.output().includes('TheLast'));

  const log = server.output();
  expect(log).toContain('ByAddress');
  expect(log).not.toMatch(/secret[\d-]|secret-header|secret\d/i);
  for (const { text } of [
    { text: password },
    { text: 'alice@epic' },
    { text: 'Moreau' },
    { text: alice.accessToken },
    { text: alice.accessToken.split('.')[2] ?? '' },
    { text: alice.refreshToken ?? '' },
    { text: new URL(database.authenticatorUrl).password },
  ]) {
    expect(log.includes(text)).toBe(false);
  }
  const unforeseen = lines().filter(({ msg }) => msg === 'unexpected error');
  expect(unforeseen.map(({ err }) => err.message)).toContain(
    'Withheld: it may quote what a person typed.',
  );
  expect(codesOf(quoted).length).toBe(1);
});

test('an error in the log keeps its kind, code and stack, and loses what it quotes', () => {
  const written: string[] = [];
  const log = createLog('error', { write: (line) => written.push(line) });
  const quoting = (() => {
    try {
      return JSON.parse('secret');
    } catch (error) {
      return error;
    }
  })();
  log.error({ err: quoting });
  log.error({ err: new Error('outside', { cause: quoting }) });
  const [first, second] = written.map((line) => JSON.parse(line).err);
  expect(first).toMatchObject({
    type: 'SyntaxError',
    stack: expect.stringContaining('log.test.ts'),
  });
  expect(second).toMatchObject({ message: 'outside', cause: { type: 'SyntaxError' } });
  expect(written.join('')).not.toMatch(/secret|"s"/);
});
