import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import {
  EventChanged,
  NotificationReceived,
  SubscriptionPosition,
} from '../../src/cli/operations/index.ts';
import {
  type Client,
  createClient,
  EpicError,
  memoryStore,
  type Operation,
} from '../../src/client/index.ts';
import { openSubscriptions, type Subscriptions } from '../../src/client/subscriptions.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { type Keys, loadKeys } from '../../src/server/identity/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { kept } from './support/office.ts';
import { openRelay, type Relay } from './support/relay.ts';

let database: TestDatabase;
let folder: string;
let keys: Keys;
let keysFile: string;
let server: ServerProcess;
let relay: Relay;
let contractId: number;
let aliceId: number;
const opened: Subscriptions[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-live-`));
  keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  keys = loadKeys(keysFile);
  aliceId = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  const clientId = await addClient(database, aliceId);
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status, signed_at)
     values ($1, 5000, 'signed', now()) returning id`,
    [clientId],
  );
  contractId = contract?.id ?? 0;
  relay = await openRelay();
  await start();
});

afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

afterAll(async () => {
  relay.close();
  await server.stop();
  await database.drop();
  await removeFolder(folder);
});

async function start(): Promise<void> {
  server = await spawnServer(database, { EPIC_JWT_KEYS: keysFile });
  relay.leadTo(server.url);
}

const stored = memoryStore();

async function alice(store = memoryStore()): Promise<Client> {
  const client = createClient({ url: relay.url, store });
  await client.login({ email: 'alice@epic.example', password });
  return client;
}

function subscriptionsOf(client: Client): Subscriptions {
  const subscriptions = openSubscriptions(client);
  opened.push(subscriptions);
  return subscriptions;
}

/** What has come so far of a subscription to events, by their titles. */
function following(client: Client, variables?: { after: string }) {
  const titles: string[] = [];
  const ended = (async () => {
    for await (const { eventChanged } of subscriptionsOf(client).follow(EventChanged, variables)) {
      titles.push(eventChanged.event?.title ?? '');
    }
  })();
  ended.catch(() => undefined);
  return { titles, ended };
}

const plan = (...titles: string[]) =>
  database.query(
    `insert into crm.event (contract_id, title, start_date, end_date)
     select $1, title, now(), now() + interval '1 hour' from unnest($2::text[]) title`,
    [contractId, titles],
  );

const sockets = () => relay.count();

async function position(client: Client): Promise<{ after: string }> {
  return { after: (await client.request(SubscriptionPosition)).subscriptionPosition };
}

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof EpicError) return error.problem;
  throw new Error(`This should have been an EpicError: ${error}`);
}

test('a subscription is a typed async iterable that can be left', async () => {
  const client = await alice();
  const { follow } = subscriptionsOf(client);
  const after = await position(client);
  await plan('Gala');
  for await (const { eventChanged } of follow(EventChanged, after)) {
    const title: string | undefined = eventChanged.event?.title;
    expect(title).toBe('Gala');
    expect(eventChanged.event?.contract?.client?.fullName).toBe('Jeanne Moreau');
    break;
  }
  for await (const { notificationReceived } of follow(NotificationReceived, after)) {
    expect(notificationReceived.notification?.subject).toBe('Gala');
    break;
  }
});

test('a subscription without a position delivers from the start on', async () => {
  const client = await alice();
  const asked = () => server.output().split('"operation":"SubscriptionPosition"').length;
  const before = asked();
  const events = subscriptionsOf(client).follow(EventChanged);
  const first = events.next();
  // It has asked where it is, and has no socket yet.
  await until(() => asked() > before);
  await plan('First');
  expect((await first).value?.eventChanged.event?.title).toBe('First');
  await events.return();
});

test('return() ends a subscription that waits for a delivery', async () => {
  const client = await alice();
  const events = subscriptionsOf(client).follow(EventChanged, await position(client));
  await plan('First');
  await events.next();
  const waiting = events.next();
  await events.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('a subscription goes through the WebSocket class that it is given', async () => {
  const client = await alice();
  const addresses: string[] = [];
  class Counted extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      addresses.push(address);
    }
  }
  const subscriptions = openSubscriptions(client, { webSocketImpl: Counted });
  opened.push(subscriptions);
  const events = subscriptions.follow(EventChanged, await position(client));
  await plan('First');
  expect((await events.next()).value?.eventChanged.event?.title).toBe('First');
  expect(addresses).toEqual([`${relay.url.replace('http', 'ws')}/graphql`]);
});

test('a subscription delivers everything once across a lost connection', async () => {
  const { titles } = following(await alice(), await position(await alice()));
  await plan('1');
  await until(() => titles.length === 1);
  relay.leadTo(null);
  relay.cut();
  await plan('2', '3');
  relay.leadTo(server.url);
  await until(() => titles.length === 3);
  relay.cut();
  await plan('4');
  await until(() => titles.length === 4);
  expect(titles).toEqual(['1', '2', '3', '4']);
});

test('a subscription reports a lost and a restored connection', async () => {
  const client = await alice();
  const heard: string[] = [];
  const subscriptions = openSubscriptions(client, {
    onLost: () => heard.push('lost'),
    onBack: () => heard.push('back'),
  });
  opened.push(subscriptions);
  const events = subscriptions.follow(EventChanged, await position(client));
  const next = async () => (await events.next()).value?.eventChanged.event?.title;
  await plan('Before');
  expect(await next()).toBe('Before');
  relay.leadTo(null);
  relay.cut();
  await until(() => heard.length > 0);
  relay.leadTo(server.url);
  await plan('After');
  expect(await next()).toBe('After');
  await events.return();
  await until(() => sockets() === 0);
  expect(heard).toEqual(['lost', 'back']);
});

test('a subscription loses nothing in a restart of the server', async () => {
  const { titles } = following(await alice(), await position(await alice()));
  await plan('Before');
  await until(() => titles.length === 1);
  const stopped = server.stop();
  await plan('Meanwhile');
  expect(await stopped).toBe(0);
  await start();
  await plan('After');
  await until(() => titles.length === 3);
  expect(titles).toEqual(['Before', 'Meanwhile', 'After']);
});

test('a subscription loses nothing when the server is killed', async () => {
  const { titles } = following(await alice(), await position(await alice()));
  await plan('Before');
  await until(() => titles.length === 1);
  await server.stop('SIGKILL');
  await plan('Meanwhile');
  await start();
  await until(() => titles.length === 2);
  expect(titles).toEqual(['Before', 'Meanwhile']);
});

test('a subscription goes on with a new access token when the first expires', async () => {
  const client = await alice(stored);
  const session = await kept(stored);
  const { header, payload } = jwt.decode(session.accessToken, { complete: true }) ?? {};
  const { iat: _, ...claims } = Object(payload);
  // It ends in two seconds, and the client believes that it is good for longer.
  const brief = jwt.sign(
    { ...claims, exp: Math.floor(Date.now() / 1000) + 3 },
    keys.signing.privateKey,
    {
      algorithm: 'ES256',
      header: { ...header, alg: 'ES256' },
    },
  );
  const { titles } = following(client, await position(client));
  await stored.save({ ...session, accessToken: brief });
  relay.cut();
  await until(() => /"code":4403,"kind":"token_expired"/.test(server.output()));
  await plan('With the next');
  await until(() => titles.length === 1);
  expect((await kept(stored)).accessToken).not.toBe(brief);
});

test('a subscription ends with the session', async () => {
  const client = await alice();
  const { titles, ended } = following(client, await position(client));
  await plan('Last');
  await until(() => titles.length === 1);
  await client.query('mutation { logout { ok } }');
  expect(await problemOf(ended)).toEqual({
    code: 'UNAUTHENTICATED',
    kind: 'session_ended',
    message: 'This session has ended.',
  });
});

test('a subscription without a session fails', async () => {
  const nobody = createClient({ url: relay.url });
  expect(await problemOf(following(nobody).ended)).toMatchObject({
    code: 'UNAUTHENTICATED',
    kind: 'no_session',
  });
  expect(await problemOf(following(nobody, { after: '1' }).ended)).toMatchObject({
    code: 'UNAUTHENTICATED',
    kind: 'no_session',
  });
});

test('a subscription that was away for too long fails', async () => {
  expect(await problemOf(following(await alice(), { after: '0' }).ended)).toMatchObject({
    code: 'INVALID',
    kind: 'position_too_old',
    hint: expect.stringContaining('subscriptionPosition'),
  });
});

test('a subscription without a server fails at once', async () => {
  const client = createClient({ url: 'http://127.0.0.1:9', store: stored });
  expect(await problemOf(following(client).ended)).toMatchObject({ code: 'UNAVAILABLE' });
});

test('a subscription without the id field is refused', async () => {
  const client = await alice();
  const Blind: Operation<{ eventChanged: { action: string } }, { after?: string }> =
    'subscription ($after: BigInt) { eventChanged(after: $after) { action } }';
  const events = subscriptionsOf(client).follow(Blind, await position(client));
  const first = events.next();
  first.catch(() => undefined);
  await plan('Unseen');
  await expect(first).rejects.toThrow('has to ask for the id');
});

test('a slow consumer gets everything, with bounded memory', async () => {
  const client = await alice();
  const events = subscriptionsOf(client).follow(EventChanged, await position(client));
  const titles = Array.from({ length: 1_100 }, (_, nth) => `Event ${nth}`);
  await plan('Begin');
  await events.next();
  await plan(...titles);
  // A thousand wait, then the socket rests.
  await until(() => sockets() === 0);
  const received: unknown[] = [];
  while (received.length < titles.length) {
    received.push((await events.next()).value?.eventChanged.event?.title);
  }
  expect(received).toEqual(titles);
  await events.return();
});

test('a subscription that is returned leaves no connection behind', async () => {
  const client = await alice();
  const subscriptions = openSubscriptions(client);
  const stop = new AbortController();
  const after = await position(client);
  const ends = [
    subscriptions.follow(EventChanged, after, { signal: stop.signal }),
    subscriptions.follow(EventChanged, after),
    subscriptions.follow(EventChanged, after, { signal: AbortSignal.abort() }),
  ].map((events) => events.next());
  expect((await ends[2])?.done).toBe(true);
  await until(() => sockets() > 0);
  stop.abort();
  expect((await ends[0])?.done).toBe(true);
  subscriptions.close();
  expect((await ends[1])?.done).toBe(true);
  await until(() => sockets() === 0);
});
