import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';
import { type OtlpReceiver, type Span, startOtlpReceiver } from './support/otlp.ts';

let database: TestDatabase;
let receiver: OtlpReceiver;
let server: ServerProcess;
let folder: string;
let token: string;
let clientId: number;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  receiver = await startOtlpReceiver();
  database = await cloneDatabase();
  const alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  clientId = await addClient(database, alice);
  server = await spawnServer(database, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_RESOURCE_ATTRIBUTES: 'host.name=one',
    EPIC_ENVIRONMENT: 'staging',
  });
  token = (await logIn(server.url, 'alice@epic.example')).accessToken;
});

afterAll(async () => {
  await server.stop();
  await receiver.stop();
  await database.drop();
  await removeFolder(folder);
});

const parent = '00f067aa0ba902b7';
const traceparent = (trace: string, flags = '01') => ({
  traceparent: `00-${trace}-${parent}-${flags}`,
});
const traceOf = (digit: string) => digit.repeat(32);

/** The spans of a trace, once its first has ended, which is the last to do so. */
async function spansOf(trace: string): Promise<Span[]> {
  const spans = () => receiver.spans.filter(({ traceId }) => traceId === trace);
  await until(() => spans().some(({ kind }) => kind === 2));
  return spans();
}

const only = (spans: Span[], name: string) => {
  const [found, ...more] = spans.filter((span) => span.name === name);
  if (found === undefined || more.length > 0) throw new Error(`There is not one span ${name}.`);
  return found;
};

test('a request is a span in the trace of its caller, around its operation and its statements', async () => {
  await ask(server.url, 'query Mine { me { id } clients(first: 5) { nodes { id } } }', {
    token,
    headers: traceparent(traceOf('a')),
  });
  const spans = await spansOf(traceOf('a'));
  const request = only(spans, 'POST /graphql');
  expect(request).toMatchObject({ parentId: parent, kind: 2, status: 0 });
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'graphql.operation.name': 'Mine',
    'epic.role': 'sales',
    'epic.request.id': expect.any(String),
  });
  expect(request.resource).toMatchObject({
    'service.name': 'epic-server',
    'service.version': expect.any(String),
    'deployment.environment.name': 'staging',
    'host.name': 'one',
  });
  const operation = only(spans, 'query Mine');
  expect(operation).toMatchObject({ parentId: request.spanId, kind: 1 });
  expect(operation.attributes).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Mine',
  });
  const statements = spans.filter(({ kind }) => kind === 3);
  expect(statements.length).toBeGreaterThan(0);
  for (const { parentId, attributes } of statements) {
    expect(parentId).toBe(operation.spanId);
    expect(attributes['db.system.name']).toBe('postgresql');
  }
  const text = statements.map(({ attributes }) => attributes['db.query.text']).join('\n');
  expect(text).toContain('"crm"."client"');
  expect(only(spans, 'wait for a connection').parentId).toBe(operation.spanId);
});

test('the log has the id of the trace', async () => {
  await ask(server.url, 'query Logged { me { id } }', {
    token,
    headers: traceparent(traceOf('b')),
  });
  const [request] = await spansOf(traceOf('b')).then((spans) =>
    spans.filter(({ kind }) => kind === 2),
  );
  await until(() => server.output().includes('"operation":"Logged"'));
  const line = server
    .output()
    .split('\n')
    .find((each) => each.includes('"operation":"Logged"'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    trace: traceOf('b'),
    request: request?.attributes['epic.request.id'],
  });
});

test('a caller who does not sample has no spans', async () => {
  await ask(server.url, '{ me { id } }', { token, headers: traceparent(traceOf('c'), '00') });
  await ask(server.url, '{ me { id } }', { token, headers: traceparent(traceOf('d')) });
  await spansOf(traceOf('d'));
  expect(receiver.spans.filter(({ traceId }) => traceId === traceOf('c'))).toEqual([]);
});

test('an unexpected error is an error of the request, and of the statement with its SQLSTATE', async () => {
  await database.query(`
    create or replace function crm_private.client_touch() returns trigger language plpgsql as $$
    begin
      raise exception using errcode = 'XX000', message = format('cannot stamp %s', new.email);
    end $$`);
  const update = `mutation Stamp { updateClient(input: { id: ${clientId}, patch: { email: "private@client.example" } }) { client { id } } }`;
  await ask(server.url, update, { token, headers: traceparent(traceOf('e')) });
  const spans = await spansOf(traceOf('e'));
  const request = only(spans, 'POST /graphql');
  expect(request).toMatchObject({ status: 2, statusMessage: '' });
  expect(request.attributes['error.type']).toBe('INTERNAL');
  const failed = spans.filter(({ kind, status }) => kind === 3 && status === 2);
  expect(failed.map(({ attributes }) => attributes['error.type'])).toContain('XX000');
});

test('traces have no variable, argument, password, token, address or message', async () => {
  const query = `query Search($term: String!) {
    clients(first: 5, condition: { search: $term }) { nodes { id } }
    contracts(first: 5, condition: { search: "typed-argument" }) { nodes { id } }
  }`;
  await ask(server.url, query, {
    token,
    variables: { term: 'typed-variable' },
    headers: traceparent(traceOf('f')),
  });
  await spansOf(traceOf('f'));
  const login = receiver.spans.find(
    ({ attributes }) => attributes['graphql.operation.name'] === 'Login',
  );
  expect(login).toBeDefined();
  const all = Buffer.concat(receiver.received).toString('latin1');
  expect(all).not.toMatch(/typed-|cannot stamp|@(epic|client)\.example|127\.0\.0\.1/);
  expect(all).not.toContain(password);
  expect(all).not.toContain(token.split('.')[2]);
});

test('a server whose collector is away serves all the same, and says so once', async () => {
  const away = await startOtlpReceiver();
  await away.stop();
  const other = await spawnServer(database, {
    OTEL_EXPORTER_OTLP_ENDPOINT: away.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  const { accessToken } = await logIn(other.url, 'alice@epic.example');
  await until(() => other.output().includes('traces could not be sent'));
  expect((await ask(other.url, '{ me { id } }', { token: accessToken })).errors).toEqual([]);
  expect(await other.stop()).toBe(0);
  expect(other.output().match(/traces could not be sent/g)).toHaveLength(1);
});

describe('the packages of OpenTelemetry', () => {
  /** Options of Node with which each use of these packages is printed, or fails as if they were not installed. */
  async function hooked(action: string): Promise<string> {
    const file = join(folder, `${action.length}.mjs`);
    await writeFile(
      file,
      `import { registerHooks } from 'node:module';
       registerHooks({
         resolve(specifier, context, next) {
           // its api is also used by prom-client
           if (/^@opentelemetry\\/(?!api$)/.test(specifier)) ${action};
           return next(specifier, context);
         },
       });`,
    );
    return `--import=${file}`;
  }
  const printed = "process.stderr.write('loads ' + specifier + '\\n')";
  const missing =
    "throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' })";

  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, true],
  ])('with %j they are loaded: %s', async (env, isLoaded) => {
    const other = await spawnServer(database, { ...env, NODE_OPTIONS: await hooked(printed) });
    await logIn(other.url, 'alice@epic.example');
    await other.stop();
    expect(other.output().includes('loads @opentelemetry/')).toBe(isLoaded);
  });

  test('a server that is to trace without them does not start, and says what is missing', async () => {
    await expect(
      spawnServer(database, {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        NODE_OPTIONS: await hooked(missing),
      }),
    ).rejects.toThrow(
      'epic-server: Traces are configured (OTEL_EXPORTER_OTLP_ENDPOINT), and the packages of OpenTelemetry are not installed.',
    );
  });
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'is not an address to send traces to.'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'is "grpc", and traces are sent as http/protobuf.'],
])('%s=%s is refused', async (name, value, problem) => {
  const { code, stderr } = await runProgram(programs.server, ['start'], { env: { [name]: value } });
  expect(code).toBe(1);
  expect(stderr).toContain(`The configuration is invalid: ${name} ${problem}`);
});
