import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, logIn } from './support/api.ts';
import { type MailHost, startMailHost } from './support/mail-host.ts';
import { addClient, addEmployee } from './support/people.ts';
import { hurry, queued } from './support/queue.ts';
import { until } from './support/until.ts';

let database: TestDatabase;
let host: MailHost;
let server: RunningServer;
let contractId: number;
let salesId: number;

const sender = { EPIC_MAIL_FROM: 'Epic Events <crm@epic.example>' };
const start = (env: NodeJS.ProcessEnv = {}) =>
  startServer(database, { ...sender, EPIC_SMTP_URL: host.url, ...env });

/** Somebody runs an event from now on, and so is notified. Gives the id of the notification. */
async function assign(email: string): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `with planned as (
       insert into crm.event (contract_id, title, start_date, end_date, support_contact_id)
       select $1, 'Gala', '2030-01-01', '2030-01-02', id from crm.employee where email = $2
       returning support_contact_id)
     select max(notification.id) as id from crm.notification, planned`,
    [contractId, email],
  );
  const [latest] = await database.query<{ id: number }>(
    `select max(notification.id) as id
     from crm.notification join crm.employee on employee.id = recipient_id
     where email = $1`,
    [email],
  );
  return latest?.id ?? row?.id ?? 0;
}

const lettersTo = (address: string) => host.letters.filter(({ to }) => to.includes(address));
const isEmpty = async () => (await queued(database)).length === 0;

beforeEach(async () => {
  database = await cloneDatabase();
  host = await startMailHost();
  salesId = await addEmployee(database, { email: 'sales@epic.example', department: 'sales' });
  await addEmployee(database, {
    email: 'chloe@epic.example',
    department: 'support',
    fullName: 'Chloé, “the” Best',
  });
  await addEmployee(database, { email: 'denis@epic.example', department: 'support' });
  const clientId = await addClient(database, salesId);
  const [contract] = await database.query<{ id: number }>(
    `insert into crm.contract (client_id, total_amount, status) values ($1, 100, 'signed') returning id`,
    [clientId],
  );
  contractId = contract?.id ?? 0;
  await database.query('delete from graphile_worker._private_jobs');
});

afterEach(async () => {
  await server.stop('SIGKILL');
  await host.stop();
  await database.drop();
});

test('whoever is notified gets an e-mail that says what the notification says', async () => {
  server = await start();
  const id = await assign('chloe@epic.example');
  await until(() => lettersTo('chloe@epic.example').length > 0);

  const [letter] = lettersTo('chloe@epic.example');
  expect(letter?.from).toBe('crm@epic.example');
  expect(letter?.headers).toMatchObject({
    from: 'Epic Events <crm@epic.example>',
    to: '"Chloé, “the” Best" <chloe@epic.example>',
    subject: 'Epic Events: event assigned',
    'auto-submitted': 'auto-generated',
    'content-type': 'text/plain; charset=utf-8',
  });
  expect(letter?.headers['message-id']).toMatch(
    new RegExp(`^<notification-${id}\\.\\d+@epic\\.example>$`),
  );
  expect(letter?.text).toMatch(
    /^Hello Chloé, “the” Best,\n\nYou run “Gala” \(event \d+\)\.\n\nAll your notifications: epic notification list$/,
  );
  await until(isEmpty);
  await until(() => server.output().includes('"mail"'));
  expect(server.output()).not.toMatch(/Chlo|Gala|chloe@/);
});

test('nobody gets an e-mail of what they did themselves, nor of what is rolled back', async () => {
  server = await start();
  const { accessToken: token } = await logIn(server.url, 'sales@epic.example');
  const { errors } = await ask(
    server.url,
    `mutation { createEvent(input: { event: { contractId: ${contractId}, title: "Picnic",
       startDate: "2030-01-01T10:00:00Z", endDate: "2030-01-01T09:00:00Z" } }) { event { id } } }`,
    { token },
  );
  expect(errors).toHaveLength(1);
  await assign('chloe@epic.example');
  await until(() => lettersTo('chloe@epic.example').length > 0);
  await until(isEmpty);
  expect(lettersTo('sales@epic.example').map(({ text }) => text)).not.toContainEqual(
    expect.stringContaining('Picnic'),
  );
});

test('whoever has left, or has read the notification, gets none', async () => {
  await assign('chloe@epic.example');
  await assign('denis@epic.example');
  await database.query(`update crm.notification set read_at = now()
    from crm.employee where employee.id = recipient_id and email = 'chloe@epic.example'`);
  await database.query(`update crm.event set support_contact_id = null`);
  await database.query(`delete from graphile_worker._private_jobs`);
  await database.query(`select graphile_worker.add_job('notification_mail', json_build_object('notification', id)) from crm.notification
    where kind = 'event_assigned'`);
  await database.query(`update crm.employee set active = false where email = 'denis@epic.example'`);
  server = await start();
  await until(isEmpty);
  expect(host.letters).toEqual([]);
});

test('without a mail host nothing is sent, and nothing waits', async () => {
  await assign('chloe@epic.example');
  server = await startServer(database);
  await until(isEmpty);
  expect(host.letters).toEqual([]);
});

test('while the mail host is away an e-mail waits, and arrives when it is back', async () => {
  const { port } = new URL(host.url);
  await host.stop();
  server = await start();
  await assign('chloe@epic.example');
  await until(() => server.output().includes('not delivered yet'));
  expect(server.output()).toContain('The mail host did not take it (ESOCKET, CONN).');

  host = await startMailHost({ port: Number(port) });
  await until(async () => {
    await hurry(database);
    return lettersTo('chloe@epic.example').length > 0;
  });
  await until(isEmpty);
  expect(lettersTo('chloe@epic.example')).toHaveLength(1);
});

test('an address that is refused for good is not tried again, and stays for an operator to see', async () => {
  host.refuse('chloe@epic.example', 550);
  host.refuse('denis@epic.example', 451);
  server = await start();
  const refused = await assign('chloe@epic.example');
  const delayed = await assign('denis@epic.example');
  await until(() => server.output().includes('not tried again'));
  await until(() => server.output().includes('not delivered yet'));
  const jobs = () =>
    database.query(
      `select (payload ->> 'notification')::integer as notification, attempts < max_attempts as lives, last_error
       from graphile_worker._private_jobs
       where locked_at is null and attempts > 0 and (payload ->> 'notification')::integer in ($1, $2)
       order by id`,
      [refused, delayed],
    );
  await until(async () => (await jobs()).length === 2);
  expect(await jobs()).toEqual([
    {
      notification: refused,
      lives: false,
      last_error: 'The mail host refuses it (EENVELOPE, 550, RCPT TO).',
    },
    {
      notification: delayed,
      lives: true,
      last_error: 'The mail host did not take it (EENVELOPE, 451, RCPT TO).',
    },
  ]);
  expect(server.output()).not.toContain('chloe@');

  host.refuse('denis@epic.example', 0);
});

test('the mail host is given the login, and the log never sees it', async () => {
  await host.stop();
  host = await startMailHost({ login: { user: 'crm', password: 'p%40ss-word' } });
  server = await start({ EPIC_SMTP_URL: host.url.replace('p%40ss-word', 'wrong-password') });
  await assign('chloe@epic.example');
  await until(() => server.output().includes('not delivered yet'));
  expect(server.output()).toMatch(/did not take it \(EAUTH, 535, AUTH PLAIN\)/);
  expect(server.output()).not.toContain('wrong-password');
  await server.stop();

  host.letters.length = 0;
  server = await start({ EPIC_SMTP_URL: host.url.replace('p%40ss-word', 'p%2540ss-word') });
  await until(async () => {
    await hurry(database);
    return lettersTo('chloe@epic.example').length > 0;
  });
});

describe('nothing is lost when the server is killed', () => {
  test('while the mail host has not answered: another server sends it again, as the same message', async () => {
    host.isHolding = true;
    server = await start();
    const other = await start();
    await assign('chloe@epic.example');
    await until(() => host.held >= 2);
    // Whichever has it: both.
    await server.stop('SIGKILL');
    await other.stop('SIGKILL');
    host.letGo();

    server = await start();
    await until(isEmpty);
    const ids = lettersTo('chloe@epic.example').map(({ headers }) => headers['message-id']);
    expect(new Set(ids).size).toBe(1);
  });

  test('between the commit and the delivery', async () => {
    server = await start();
    await server.stop('SIGKILL');
    await assign('chloe@epic.example');
    server = await start();
    await until(() => lettersTo('chloe@epic.example').length > 0);
  });

  test('while it waits for the next attempt', async () => {
    const { port } = new URL(host.url);
    await host.stop();
    server = await start();
    await assign('chloe@epic.example');
    await until(() => server.output().includes('not delivered yet'));
    await server.stop('SIGKILL');

    host = await startMailHost({ port: Number(port) });
    server = await start();
    await until(async () => {
      await hurry(database);
      return lettersTo('chloe@epic.example').length > 0;
    });
  });
});

test('a server that is stopped lets the delivery end', async () => {
  host.isHolding = true;
  server = await start();
  await assign('chloe@epic.example');
  await until(() => host.held >= 2);
  const stopped = server.stop();
  await until(() => server.output().includes('stopping'));
  host.letGo();
  expect(await stopped).toBe(0);
  expect(await queued(database)).toEqual([]);
  expect(lettersTo('chloe@epic.example')).toHaveLength(1);
});

test('two servers deliver each e-mail once', async () => {
  server = await start();
  const other = await start();
  for (let nth = 0; nth < 10; nth++) await assign('chloe@epic.example');
  await until(isEmpty);
  expect(lettersTo('chloe@epic.example')).toHaveLength(10);
  await other.stop();
});
