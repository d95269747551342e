import { createQueuePool } from '../../src/server/database/pool.ts';
import { createLog } from '../../src/server/observability/log.ts';
import { createQueue } from '../../src/server/queue/queue.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(() => database.drop());

test('the lag of the queue counts what is due and not taken, what is retried, and what has failed permanently', async () => {
  const queue = createQueue({
    pool: createQueuePool({
      workerUrl: database.workerUrl,
      onLostConnection: () => undefined,
    }),
    // It delivers the journal, and so leaves e-mails where they are.
    deliveries: { journal: async () => ({ message: 'journal', details: {} }) },
    log: createLog('silent'),
  });
  queue.start();
  try {
    expect(await queue.lag()).toEqual({ ready: 0, oldestSeconds: 0, retried: 0, failed: 0 });
    await database.query(`
      select graphile_worker.add_job('notification_mail', run_at => now() - interval '90 seconds');
      select graphile_worker.add_job('notification_mail');
      select graphile_worker.add_job('notification_mail', run_at => now() + interval '1 hour');
      select graphile_worker.permanently_fail_jobs(array[(
        graphile_worker.add_job('notification_mail', run_at => now() - interval '1 day')).id]);
      update graphile_worker._private_jobs set attempts = 1, last_error = 'no mail host'
        where run_at > now()`);
    const { oldestSeconds, ...counts } = await queue.lag();
    expect(counts).toEqual({ ready: 2, retried: 1, failed: 1 });
    expect(oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestSeconds).toBeLessThan(3_600);
  } finally {
    await queue.stop();
  }
});

test('a connection that graphile-worker releases twice ends no process', async () => {
  const pool = createQueuePool({
    workerUrl: database.workerUrl,
    onLostConnection: () => undefined,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      pool.connect((error, client, release) => {
        if (error || !client) return reject(error);
        release();
        release();
        resolve();
      });
    });
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    const { rows } = await pool.query('select current_user as role');
    expect(rows).toEqual([{ role: 'epic_worker' }]);
  } finally {
    await pool.end();
  }
});

test('a release without a connection, which did not become free in time, ends no process', async () => {
  const pool = createQueuePool({
    workerUrl: database.workerUrl,
    onLostConnection: () => undefined,
  });
  pool.options.max = 1;
  pool.options.connectionTimeoutMillis = 200;
  const taken = await pool.connect();
  try {
    const outcome = await new Promise((resolve) => {
      pool.connect((error, _client, release) => {
        release();
        resolve(error?.message);
      });
    });
    expect(outcome).toBe('timeout exceeded when trying to connect');
  } finally {
    taken.release();
    await pool.end();
  }
});
