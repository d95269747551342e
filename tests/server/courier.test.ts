import { startCourier } from '../../src/server/courier/courier.ts';
import { createCourierPool } from '../../src/server/database/pool.ts';
import { createLog } from '../../src/server/observability/log.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startServer } from '../support/server.ts';
import { until } from './support/until.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(() => database.drop());

test('a server that runs for a while prunes signals, where the database lets it', async () => {
  await database.query(`
    drop function if exists audit.prune_signals();
    create sequence public.prunings;
    create function audit.prune_signals() returns void language sql security definer
      return setval('public.prunings', nextval('public.prunings'));
    revoke all on schema audit from epic_courier;
    grant execute on function audit.prune_signals() to epic_courier`);
  const isPruned = async () => {
    const [row] = await database.query('select is_called from public.prunings');
    return row?.is_called === true;
  };
  const mayNot = await startServer(database);
  await until(async () => {
    const asked = await database.query(
      `select from pg_stat_activity where datname = current_database() and query like '%prune_signals%' and pid <> pg_backend_pid()`,
    );
    return asked.length > 0;
  });
  expect(await isPruned()).toBe(false);
  await database.query('grant usage on schema audit to epic_courier');
  const may = await startServer(database);
  await until(isPruned);

  expect(mayNot.output() + may.output()).not.toContain('interrupted');
  expect(await mayNot.stop()).toBe(0);
  expect(await may.stop()).toBe(0);
});

test('the lag is what is due and not taken, and says how much has failed for good', async () => {
  const courier = startCourier({
    pool: createCourierPool({
      databaseUrl: database.authenticatorUrl,
      onLostConnection: () => undefined,
    }),
    // It delivers the journal, and so leaves e-mails where they are.
    deliveries: { journal: async () => ({ line: 'journal', about: {} }) },
    log: createLog('silent'),
  });
  try {
    expect(await courier.lag()).toEqual({ ready: 0, oldestSeconds: 0, failed: 0 });
    await database.query(`
      select graphile_worker.add_job('notification_mail', run_at => now() - interval '90 seconds');
      select graphile_worker.add_job('notification_mail');
      select graphile_worker.add_job('notification_mail', run_at => now() + interval '1 hour');
      select graphile_worker.permanently_fail_jobs(array[(
        graphile_worker.add_job('notification_mail', run_at => now() - interval '1 day')).id])`);
    const { oldestSeconds, ...counts } = await courier.lag();
    expect(counts).toEqual({ ready: 2, failed: 1 });
    expect(oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestSeconds).toBeLessThan(3_600);
  } finally {
    await courier.stop();
  }
});
