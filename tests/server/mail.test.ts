import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addEmployee, password } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, logIn } from './support/api.ts';
import { type MailHost, startMailHost } from './support/mail-host.ts';
import { type Office, openOffice } from './support/office.ts';
import { hurry, queued } from './support/queue.ts';

let database: TestDatabase;
let office: Office;
let host: MailHost;
let server: RunningServer;
let chloe: number;

const sender = { EPIC_MAIL_FROM: 'Epic Events <crm@epic.example>' };
const restart = async (env: NodeJS.ProcessEnv) => {
  await server.stop();
  server = await startServer(database, { ...sender, EPIC_SMTP_URL: host.url, ...env });
};

/** What Chloé reads of an event of hers that now begins at another time. */
async function sentenceOfNewTime(start: string): Promise<string | undefined> {
  await office.assign(chloe);
  await until(isEmpty);
  host.letters.length = 0;
  await database.query(
    `update crm.event set start_date = $1, end_date = $1::timestamptz + interval '4 hours'
     where id = (select max(id) from crm.event)`,
    [start],
  );
  await until(isEmpty);
  const letter = host.letters.find(({ to }) => to.includes('chloe@epic.example'));
  return letter?.text.split('\n\n')[1];
}

const isEmpty = async () => (await queued(database)).length === 0;

beforeAll(async () => {
  database = await cloneDatabase();
  office = await openOffice(database);
  chloe = await addEmployee(database, {
    email: 'chloe@epic.example',
    department: 'support',
    fullName: 'Chloé, Best',
  });
  await database.query('delete from graphile_worker._private_jobs');
  host = await startMailHost();
  server = await startServer(database, { ...sender, EPIC_SMTP_URL: host.url });
});

beforeEach(() => {
  host.letters.length = 0;
});

afterAll(async () => {
  await server.stop();
  await host.stop();
  await database.drop();
});

test('a notified employee gets an e-mail with the text of the notification', async () => {
  const id = await office.assign(chloe);
  await until(() => host.letters.length > 0);

  const [letter] = host.letters;
  expect(letter).toMatchObject({ from: 'crm@epic.example', to: ['chloe@epic.example'] });
  expect(letter?.headers).toMatchObject({
    from: 'Epic Events <crm@epic.example>',
    to: 'Chloé, Best <chloe@epic.example>',
    subject: 'Epic Events: event assigned',
    'auto-submitted': 'auto-generated',
    'content-type': 'text/plain; charset=utf-8',
  });
  expect(letter?.headers['message-id']).toMatch(
    new RegExp(`^<notification-${id}\\.\\d+@epic\\.example>$`),
  );
  expect(letter?.text).toMatch(
    /^Hello Chloé, Best,\n\n“Gala” \(event \d+\) is now yours\.\n\nAll your notifications: epic notification list$/,
  );
  await until(isEmpty);
  expect(host.letters).toHaveLength(1);
});

test('the log has a line for each e-mail, without its text', async () => {
  const id = await office.assign(chloe);
  await until(() => server.output().includes(`"notification":${id},`));
  const line = server
    .output()
    .split('\n')
    .find((text) => text.includes(`"notification":${id},`));
  expect(JSON.parse(line ?? '')).toEqual({
    level: 30,
    time: expect.any(String),
    msg: 'mail',
    notification: id,
    kind: 'event_assigned',
    job: expect.any(String),
    attempt: 1,
    ms: expect.any(Number),
  });
  expect(server.output()).not.toMatch(/Chlo|Gala|@epic/);
});

test('no employee gets an e-mail about their own changes', async () => {
  const { accessToken: token } = await logIn(server.url, 'alice@epic.example');
  const { errors } = await ask(
    server.url,
    `mutation { createEvent(input: { event: { contractId: ${office.contractId}, title: "Picnic",
       startDate: "2030-01-01T10:00:00Z", endDate: "2030-01-01T19:00:00Z" } }) { event { id } } }`,
    { token },
  );
  expect(errors).toEqual([]);
  await until(isEmpty);
  expect(host.letters).toEqual([]);
});

test('an employee who has left or has read the notification gets no e-mail', async () => {
  const denis = await addEmployee(database, { email: 'denis@epic.example', department: 'support' });
  host.isHolding = true;
  // What the host holds keeps both deliveries that it is given at once.
  for (let nth = 0; nth < 4; nth++) await office.assign(chloe);
  await until(() => host.held === 2);
  const read = await office.assign(chloe);
  await office.assign(denis);
  await database.query('update crm.notification set read_at = now() where id = $1', [read]);
  await database.query('update crm.event set support_contact_id = null');
  await database.query('update crm.employee set active = false where id = $1', [denis]);
  host.letGo();

  await until(isEmpty);
  const ids = host.letters.map(({ headers }) => headers['message-id'] ?? '');
  expect(ids.filter((id) => id.startsWith(`<notification-${read}.`))).toEqual([]);
  expect(host.letters.filter(({ to }) => to.includes('denis@epic.example'))).toEqual([]);
});

test('an e-mail that is refused permanently is not tried again, and stays visible to operators', async () => {
  const eric = await addEmployee(database, { email: 'eric@epic.example', department: 'support' });
  const fanny = await addEmployee(database, { email: 'fanny@epic.example', department: 'support' });
  host.refuse('eric@epic.example', 550);
  host.refuse('fanny@epic.example', 451);
  const refused = await office.assign(eric);
  const delayed = await office.assign(fanny);

  const jobs = () =>
    database.query(
      `select (payload ->> 'notification')::integer as notification, attempts < max_attempts as lives, last_error
       from graphile_worker._private_jobs
       where locked_at is null and attempts > 0
       order by id`,
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
  expect(server.output()).toMatch(/EENVELOPE, 550.*not delivered, and not tried again/);
  expect(server.output()).toMatch(/EENVELOPE, 451.*not delivered yet/);
  expect(server.output()).not.toMatch(/@epic/);
  await database.query('delete from graphile_worker._private_jobs');
});

test('a server without a mail host sends nothing and keeps nothing waiting', async () => {
  await server.stop();
  await office.assign(chloe);
  server = await startServer(database);
  await until(isEmpty);
  expect(host.letters).toEqual([]);
});

test('the server authenticates at a mail host, and the log never contains the password', async () => {
  await server.stop();
  const closed = await startMailHost({ user: 'crm', password: 'p@ss/word' });
  const url = (password: string) => closed.url.replace('//', `//crm:${password}@`);
  server = await startServer(database, { ...sender, EPIC_SMTP_URL: url('wrong-password') });
  await office.assign(chloe);
  await until(() => server.output().includes('not delivered yet'));
  expect(server.output()).toMatch(/did not take it \(EAUTH, 535, AUTH PLAIN\)/);
  expect(server.output()).not.toContain('wrong-password');
  await server.stop();

  server = await startServer(database, { ...sender, EPIC_SMTP_URL: url('p%40ss%2Fword') });
  await until(async () => {
    await hurry(database);
    return closed.letters.length > 0;
  });
  await closed.stop();
});

test('an e-mail writes times in British English and in the time zone of Paris by default', async () => {
  await restart({});
  expect(await sentenceOfNewTime('2030-06-01 22:30Z')).toMatch(
    /^“Gala” \(event \d+\) now starts on Sunday,? 2 June 2030 at 00:30\.$/,
  );
});

test('an e-mail writes times as EPIC_LOCALE and EPIC_TIME_ZONE say', async () => {
  await restart({ EPIC_LOCALE: 'fr-FR', EPIC_TIME_ZONE: 'America/New_York' });
  expect(await sentenceOfNewTime('2030-07-01 22:30Z')).toMatch(
    /^“Gala” \(event \d+\) now starts on lundi 1 juillet 2030 à 18:30\.$/,
  );
});

test('a changed or reset password is an e-mail to that employee alone', async () => {
  await restart({});
  const gina = await addEmployee(database, { email: 'gina@epic.example', department: 'support' });
  await addEmployee(database, { email: 'emma@epic.example', department: 'management' });
  const as = async (email: string, mutation: string) => {
    const { accessToken: token } = await logIn(server.url, email);
    expect((await ask(server.url, `mutation { ${mutation} }`, { token })).errors).toEqual([]);
  };
  const received = () => host.letters.map(({ to, headers, text }) => [to, headers.subject, text]);

  await as(
    'gina@epic.example',
    `changePassword(input: { currentPassword: "${password}", newPassword: "words of my very own" }) { ok }`,
  );
  await until(() => host.letters.length > 0);
  expect(received()).toEqual([
    [
      ['gina@epic.example'],
      'Epic Events: password changed',
      expect.stringContaining('\n\nYour password was changed; if that was not you, '),
    ],
  ]);

  host.letters.length = 0;
  await as(
    'emma@epic.example',
    `resetPassword(input: { employeeId: ${gina} }) { oneTimePassword }`,
  );
  await until(() => host.letters.length > 0);
  await until(isEmpty);
  expect(received()).toEqual([
    [
      ['gina@epic.example'],
      'Epic Events: password reset',
      expect.stringContaining('\n\nYour password was reset by Test Person, and '),
    ],
  ]);
});

test('an employee whose password was reset gets an e-mail that says by whom, and what to do', async () => {
  const email = 'hana@epic.example';
  const hana = await addEmployee(database, { email, department: 'sales' });
  await addEmployee(database, {
    email: 'keller@epic.example',
    department: 'management',
    fullName: 'Emma Keller',
  });
  const { accessToken: token } = await logIn(server.url, 'keller@epic.example');
  const { accessToken: ended } = await logIn(server.url, email);
  const reset = `mutation { resetPassword(input: { employeeId: ${hana} }) { employee { id } } }`;
  expect((await ask(server.url, reset, { token })).errors).toEqual([]);
  await until(() => host.letters.length === 1);
  const sentence = (who: string) =>
    `Your password was reset by ${who}, and your sessions have ended; the new one is good for one login, ` +
    'at which you choose your own. If you did not expect this, tell management at once.';
  expect(host.letters[0]).toMatchObject({
    to: [email],
    headers: { subject: 'Epic Events: password reset' },
    text: expect.stringContaining(sentence('Emma Keller')),
  });
  expect((await ask(server.url, '{ me { id } }', { token: ended })).errors[0]).toMatchObject({
    message: 'Your password was reset by Emma Keller.',
    extensions: { code: 'UNAUTHENTICATED', kind: 'password_reset' },
  });

  host.letters.length = 0;
  const operator = ['employee', 'reset-password', '--email', email];
  const { code } = await runProgram(programs.server, operator, {
    env: { DATABASE_ADMIN_URL: database.adminUrl },
  });
  expect(code).toBe(0);
  await until(() => host.letters.length === 1);
  expect(host.letters[0]?.text).toContain(sentence('an operator of the server'));

  const { data } = await ask<{ historyEntries: { nodes: unknown[] } }>(
    server.url,
    `{ historyEntries(condition: { record: employee, rowId: ${hana} }, orderBy: PRIMARY_KEY_DESC, first: 2) {
         nodes { employeeId databaseUser newValues } } }`,
    { token },
  );
  expect(data?.historyEntries.nodes).toMatchObject([
    { employeeId: null, databaseUser: expect.any(String), newValues: { password: 'reset' } },
    { employeeId: expect.any(Number), newValues: { password: 'reset' } },
  ]);
});

test('a wrong configuration of e-mail is reported without the password', async () => {
  const start = (env: NodeJS.ProcessEnv) => startServer(database, env);
  await expect(start({ EPIC_SMTP_URL: 'http://crm:secret@host' })).rejects.toThrow(
    /EPIC_SMTP_URL is not the address of a mail host\.\n {2}It looks like smtp:/,
  );
  await expect(start({ EPIC_SMTP_URL: 'http://crm:secret@host' })).rejects.not.toThrow('secret');
  await expect(start({ EPIC_SMTP_URL: 'smtp://host' })).rejects.toThrow(
    'EPIC_MAIL_FROM is not set, though EPIC_SMTP_URL is.',
  );
  await expect(
    start({ EPIC_SMTP_URL: 'smtp://host', EPIC_MAIL_FROM: 'Epic Events' }),
  ).rejects.toThrow('EPIC_MAIL_FROM is "Epic Events", which is not a sender.');
  await expect(start({ EPIC_ENVIRONMENT: 'a b' })).rejects.toThrow(
    'EPIC_ENVIRONMENT is "a b", which is not a name for Sentry.',
  );
  for (const locale of ['en_GB', 'xx', 'British']) {
    await expect(start({ EPIC_LOCALE: locale })).rejects.toThrow(
      `EPIC_LOCALE is "${locale}", which is not a locale.\n  It looks like en-GB or fr-FR.`,
    );
  }
  await expect(start({ EPIC_TIME_ZONE: 'Paris' })).rejects.toThrow(
    'EPIC_TIME_ZONE is "Paris", which is not a time zone.\n  It looks like Europe/Paris or UTC.',
  );
});
