// node tests/operations/point-in-time.ts: recovery to the moment before an accident, with Debian's packages postgresql-15 and
// pgbackrest. Run by .ci/run.

import assert from 'node:assert/strict';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { runTests, test } from '../../scripts/test-runner.ts';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { accountFor } from '../../src/server/database/embedded/account.ts';
import { beginReadingEverything, readManifest } from '../../src/server/dba/backup/manifest.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { makeOwnFolder, run, startCluster } from './cluster.ts';

const say = () => undefined;

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  const data = await makeOwnFolder(folder, 'data');
  const account = await accountFor(data);
  const socket = await makeOwnFolder(folder, 'socket');
  const config = join(folder, 'pgbackrest.conf');
  const backrest = (...args: string[]) =>
    run('pgbackrest', [`--config=${config}`, '--stanza=epic', ...args], account);
  const settings = {
    unix_socket_directories: socket,
    archive_mode: 'on',
    archive_command: `pgbackrest --config=${config} --stanza=epic archive-push %p`,
  };
  let cluster = await startCluster(data, settings);
  await writeFile(
    config,
    [
      '[global]',
      `repo1-path=${await makeOwnFolder(folder, 'repository')}`,
      'repo1-retention-full=2',
      'start-fast=y',
      'log-level-file=off',
      `lock-path=${await makeOwnFolder(folder, 'lock')}`,
      `spool-path=${await makeOwnFolder(folder, 'spool')}`,
      '[epic]',
      `pg1-path=${data}`,
      `pg1-port=${cluster.port}`,
      `pg1-socket-path=${socket}`,
      'pg1-user=postgres',
      '',
    ].join('\n'),
  );
  if (account !== undefined) await chown(config, account.uid, account.gid);
  try {
    await prepareServer({
      serverUrl: cluster.url('postgres'),
      database: 'epic',
      passwords: { authenticator: 'any', worker: 'any' },
    });
    await deploy({ adminUrl: cluster.url('epic'), rolesToo: false, say });
    await loadCompany(cluster.url('epic'));

    await test('a database is recovered to the moment before an accident', async () => {
      await backrest('stanza-create');
      await backrest('--type=full', 'backup');
      await backrest('check');
      // after the backup: only the WAL has it
      await cluster.execute('epic', `update crm.client set phone = '+33 6 00 00 00 00'`);
      const manifest = join(folder, 'before');
      const moment = await writeManifest(cluster.url('epic'), `${manifest}.json`);
      await cluster.execute(
        'epic',
        'delete from crm.event',
        `update crm.client set full_name = 'Accident', company_name = null`,
        'select pg_switch_wal()',
      );
      await until(async () => {
        const { rows } = await query(
          cluster.url('epic'),
          `select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) as is_archived from pg_stat_archiver`,
        );
        return rows[0]?.is_archived === true;
      });
      await cluster.stop();
      await removeFolder(data);

      const target = ['--type=time', `--target=${moment}`, '--target-action=promote'];
      await makeOwnFolder(folder, 'data');
      await backrest(...target, 'restore');
      cluster = await startCluster(data, { unix_socket_directories: socket });
      await until(async () => {
        const { rows } = await query(
          cluster.url('epic'),
          'select pg_is_in_recovery() as is_recovering',
        );
        return rows[0]?.is_recovering === false;
      });

      const epicServer = (...args: string[]) =>
        runProgram(programs.server, args, { env: { DATABASE_ADMIN_URL: cluster.url('epic') } });
      const { code, stdout, stderr } = await epicServer('backup', 'verify', manifest);
      process.stdout.write(stdout);
      assert.deepEqual([stderr, code], ['', 0]);
      assert.equal((await epicServer('policies', 'diff')).code, 0);
    });
  } finally {
    await cluster.stop();
    await removeFolder(folder);
  }
});

/** Writes what the database holds, and returns a moment after that. */
async function writeManifest(url: string, file: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await beginReadingEverything(client);
    await writeFile(file, JSON.stringify(await readManifest(client)));
    const { rows } = await client.query<{ moment: string }>(
      'select clock_timestamp()::text as moment',
    );
    return rows[0]?.moment ?? '';
  } finally {
    await client.end();
  }
}

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
