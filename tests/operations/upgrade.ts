// node tests/operations/upgrade.ts: from PostgreSQL 15, Debian's package postgresql-15, to the embedded one by logical
// replication, while people work. Run by .ci/run.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Client } from 'pg';
import { runTests, test } from '../../scripts/test-runner.ts';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import { demoPassword, loadCompany } from '../../src/server/demo/company.ts';
import { ask, logIn } from '../server/support/api.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { makeOwnFolder, startCluster } from './cluster.ts';

const say = () => undefined;
const alice = 'alice.martin@epicevents.example';
const change = `mutation Change($phone: String!) {
  updateClient(input: { id: 1, patch: { phone: $phone } }) { client { id } }
}`;

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  const old = await startCluster(await makeOwnFolder(folder, 'old'), { wal_level: 'logical' });
  const next = await openCluster({ dataFolder: join(folder, 'next'), durable: false, say });
  const nextUrl = next.adminUrl('epic');
  const publisher = new Client({ connectionString: old.url('epic') });
  const subscriber = new Client({ connectionString: nextUrl });
  const epicServer = (...args: string[]) =>
    runProgram(programs.server, args, {
      env: { DATABASE_ADMIN_URL: nextUrl, DATABASE_BACKUP_URL: old.url('epic', 'epic_backup') },
    });
  try {
    for (const [serverUrl, adminUrl, passwords] of [
      [old.url('postgres'), old.url('epic'), { authenticator: 'any', worker: 'any' }],
      [next.adminUrl('postgres'), nextUrl, next.passwords],
    ] as const) {
      await prepareServer({ serverUrl, database: 'epic', passwords });
      await deploy({ adminUrl, rolesToo: false, say });
    }
    await loadCompany(old.url('epic'));
    await publisher.connect();
    await subscriber.connect();

    await test('a database that holds records does not become a subscriber', async () => {
      await assert.rejects(
        publisher.query('call dba.prepare_subscriber()'),
        /^error: This database holds records: /,
      );
    });

    await test('a subscriber receives every table while people work, and is the same database then', async () => {
      const server = await spawnServer({
        authenticatorUrl: old.url('epic', 'epic_authenticator'),
        workerUrl: old.url('epic', 'epic_worker'),
      });
      let isOver = false;
      let changes = 0;
      const working = (async () => {
        const { accessToken: token } = await logIn(server.url, alice, demoPassword);
        for (; !isOver; changes++) {
          const phone = `+33 6 00 ${String(changes % 10_000).padStart(4, '0')} 00`;
          const { errors } = await ask(server.url, change, { token, variables: { phone } });
          assert.deepEqual(errors, []);
        }
      })();
      working.catch(() => undefined);

      await publisher.query('alter role epic_backup replication');
      await publisher.query('create publication upgrade for all tables');
      await subscriber.query('call dba.prepare_subscriber()');
      await subscriber.query(
        `create subscription upgrade
           connection 'host=127.0.0.1 port=${old.port} dbname=epic user=epic_backup'
           publication upgrade with (run_as_owner = true)`,
      );
      const tables = async (state: string) => {
        const { rows } = await subscriber.query<{ count: string }>(
          `select count(*) from pg_subscription_rel where srsubstate ${state} 'r'`,
        );
        return Number(rows[0]?.count);
      };
      await until(async () => (await tables('<>')) === 0);
      assert.ok((await tables('=')) > 25);
      const before = changes;
      await until(() => changes > before + 20);
      isOver = true;
      await working;
      // the queue is delivered before a server stops being one
      await until(async () => {
        const { rowCount } = await publisher.query('select from graphile_worker._private_jobs');
        return rowCount === 0;
      });
      assert.equal(await server.stop(), 0);

      const { rows: ends } = await publisher.query<{ lsn: string }>(
        'select pg_current_wal_lsn() as lsn',
      );
      await until(async () => {
        const { rows } = await publisher.query<{ isThere: boolean }>(
          `select confirmed_flush_lsn >= $1 as "isThere" from pg_replication_slots where slot_name = 'upgrade'`,
          [ends[0]?.lsn],
        );
        return rows[0]?.isThere === true;
      });
      await assert.rejects(
        subscriber.query('call dba.finish_subscriber()'),
        /^error: A subscription still writes here\./,
      );
      await subscriber.query('drop subscription upgrade');
      await assert.rejects(
        subscriber.query('call dba.finish_subscriber()'),
        /^error: The sequence audit\.change_id_seq is behind its table, /,
      );
      const { rows: positions } = await publisher.query<{ statement: string }>(
        `select format('select pg_catalog.setval(%L, %s)', format('%I.%I', schemaname, sequencename), last_value) as statement
         from pg_sequences where last_value is not null`,
      );
      for (const { statement } of positions) await subscriber.query(statement);

      const verified = await epicServer('backup', 'verify');
      process.stdout.write(`${changes} changes\n${verified.stdout}`);
      assert.deepEqual([verified.stderr, verified.code], ['', 0]);
      await subscriber.query('call dba.finish_subscriber()');
      const { rows: jobs } = await subscriber.query('select * from graphile_worker._private_jobs');
      assert.deepEqual(jobs, []);
    });

    await test('the new database has no drift, and people log in and go on working', async () => {
      const compared = await epicServer('policies', 'diff');
      assert.match(compared.stdout, /^No differences: [\d,]+ objects compared\.$/m);
      const server = await spawnServer(next.loginUrls('epic'));
      try {
        const { accessToken: token } = await logIn(server.url, alice, demoPassword);
        const variables = { phone: '+33 6 99 99 99 99' };
        assert.deepEqual((await ask(server.url, change, { token, variables })).errors, []);
        const { rows } = await subscriber.query(
          `select new_values ->> 'phone' as phone from crm.history where record = 'client' order by id desc limit 1`,
        );
        assert.deepEqual(rows, [variables]);
      } finally {
        assert.equal(await server.stop(), 0);
      }
    });
  } finally {
    await Promise.all([publisher.end(), subscriber.end()]);
    await next.close();
    await old.stop();
    await removeFolder(folder);
  }
});
