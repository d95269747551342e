import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { addClientOf, addDueNote, remindersIn, zoneAt } from './support/due-notes.ts';
import { type MailHost, startMailHost } from './support/mail-host.ts';
import { queued } from './support/queue.ts';

let database: TestDatabase;
let host: MailHost;
let servers: RunningServer[] = [];
let alice: number;
let acme: number;

const start = (timeZone: string) =>
  startServer(database, {
    EPIC_SMTP_URL: host.url,
    EPIC_MAIL_FROM: 'crm@epic.example',
    EPIC_TIME_ZONE: timeZone,
  });

const addNote = (body: string, zone: string) =>
  addDueNote(database, { client: acme, author: alice, body, zone });

beforeAll(async () => {
  database = await cloneDatabase();
  host = await startMailHost();
  alice = await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  acme = await addClientOf(database, alice);
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
  host.letters.length = 0;
  await database.query('delete from crm.note');
});

afterAll(async () => {
  await host.stop();
  await database.drop();
});

test('before seven in the morning of the company no one is reminded of a note', async () => {
  const zone = zoneAt(6);
  await addNote('Call the caterer', zone);
  servers = [await start(zone)];
  await until(async () => (await queued(database)).length === 0);
  expect(await remindersIn(database)).toEqual([]);
});

test('servers that start at once remind of a note once, by a notification and an e-mail', async () => {
  const zone = zoneAt(9);
  await addNote('Call the caterer', zone);
  servers = await Promise.all([start(zone), start(zone), start(zone)]);
  await until(() => host.letters.length > 0);
  await until(async () => (await queued(database)).length === 0);

  expect(await remindersIn(database)).toEqual(['Call the caterer']);
  expect(host.letters).toHaveLength(1);
  const [letter] = host.letters;
  expect(letter?.to).toEqual(['alice@epic.example']);
  expect(letter?.headers.subject).toBe('Epic Events: note due');
  expect(letter?.text.split('\n\n')[1]).toMatch(
    /^To follow up: “Call the caterer” \(note \d+ about client \d+, Acme\)\.$/,
  );
});

test('a server that starts later reminds of what is new, and of nothing again', async () => {
  const zone = zoneAt(9);
  await addNote('Call the caterer', zone);
  servers = [await start(zone)];
  await until(() => host.letters.length > 0);
  host.letters.length = 0;
  await addNote('Order the chairs', zone);
  servers.push(await start(zone));
  await until(() => host.letters.length > 0);
  await until(async () => (await queued(database)).length === 0);
  expect(await remindersIn(database)).toEqual(['Call the caterer', 'Order the chairs']);
  expect(host.letters).toHaveLength(1);
});

test('a note that is done by the time its e-mail is sent is not sent', async () => {
  const zone = zoneAt(9);
  await addNote('Too late', zone);
  await database.query(`select crm_private.remind_of_notes($1)`, [zone]);
  await database.query(`update crm.note set done_at = now() where body = 'Too late'`);
  servers = [await start(zone)];
  await until(async () => (await queued(database)).length === 0);
  expect(host.letters).toEqual([]);
});
