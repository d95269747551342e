import { Client } from 'pg';
import { prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { adminUrlOf, openScratchServer } from '../../src/server/dba/test/server.ts';
import type { TestDatabase } from '../support/database.ts';
import { addEmployee } from '../support/people.ts';
import { spawnServer } from '../support/server.ts';
import { loginUrlsOf } from '../support/test-server.ts';
import { until } from '../support/until.ts';
import { startCollector } from './support/collector.ts';
import { startMailHost } from './support/mail-host.ts';
import { openOffice } from './support/office.ts';
import { expireLocks, hurry, queued } from './support/queue.ts';

// On a PostgreSQL of its own, since it is killed.

test('no e-mail and no journal entry is lost when PostgreSQL is killed during delivery', async () => {
  const server = await openScratchServer(undefined);
  const passwords = { authenticator: 'only-on-this', worker: 'machine' };
  const { template } = server;
  await prepareServer({ serverUrl: server.adminUrl, database: template, passwords });
  const database = connectionTo(adminUrlOf(server, template));
  await database.query(`alter database ${template} set synchronous_commit = on`);
  const host = await startMailHost();
  const sentry = await startCollector();
  const serving = await spawnServer(loginUrlsOf({ ...server, passwords }, template), {
    EPIC_SMTP_URL: host.url,
    EPIC_MAIL_FROM: 'crm@epic.example',
    SENTRY_DSN: sentry.dsn,
  });
  try {
    const office = await openOffice(database);
    const chloe = await addEmployee(database, {
      email: 'chloe@epic.example',
      department: 'support',
    });
    await until(async () => (await queued(database)).length === 0);
    sentry.received.length = 0;

    host.isHolding = true;
    sentry.isHolding = true;
    // The journal first: so many e-mails are all that is delivered at once.
    await addEmployee(database, { email: 'denis@epic.example', department: 'support' });
    for (let nth = 0; nth < 5; nth++) await office.assign(chloe);
    await until(() => host.held > 0 && sentry.held > 0);
    await killPostgresql(database);
    host.letGo();
    sentry.letGo();
    await until(() => serving.output().includes('the queue is delivered again'));
    await expireLocks(database);

    await office.assign(chloe);
    await until(async () => {
      await hurry(database);
      return (await queued(database)).length === 0;
    });
    expect(new Set(host.letters.map(({ headers }) => headers['message-id'])).size).toBe(6);
    expect(new Set(sentry.events.map((event) => event.event_id)).size).toBe(1);
    expect(await serving.stop()).toBe(0);
  } finally {
    await serving.stop('SIGKILL');
    await host.stop();
    await sentry.stop();
    await server.stop();
  }
});

/** Asks on a new connection each time, and again until there is a server. */
function connectionTo(url: string): TestDatabase {
  return {
    name: '',
    adminUrl: url,
    authenticatorUrl: url,
    workerUrl: url,
    drop: async () => {},
    async query(sql, values) {
      const client = await connect(url);
      try {
        return (await client.query(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

async function connect(url: string): Promise<Client> {
  let connected: Client | undefined;
  await until(async () => {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    connected = await client.connect().then(
      () => client,
      () => undefined,
    );
    return connected !== undefined;
  });
  if (connected === undefined) throw new Error('There is no server.');
  return connected;
}

/** As kill -9 does: every connection is lost, and the server recovers from its log. */
async function killPostgresql({ adminUrl }: TestDatabase): Promise<void> {
  const client = await connect(adminUrl);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const lost = new Promise((resolve) => client.once('end', resolve));
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
  await lost;
}
