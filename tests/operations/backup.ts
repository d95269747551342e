// node tests/operations/backup.ts: a backup by pg_dump, restored and verified, and one that lacks rows, with Debian's package
// postgresql-15. Run by .ci/run.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runTests, test } from '../../scripts/test-runner.ts';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { demoPassword, loadCompany } from '../../src/server/demo/company.ts';
import { ask, logIn } from '../server/support/api.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { type Cluster, environment, makeOwnFolder, run, startCluster } from './cluster.ts';

const say = () => undefined;

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  const cluster = await startCluster(await makeOwnFolder(folder, 'data'));
  const dumps = await makeOwnFolder(folder, 'dumps');
  const whole = join(dumps, 'epic.dump');
  const { PATH } = environment();
  const epicServer = (database: string, ...args: string[]) =>
    runProgram(programs.server, args, {
      env: {
        PATH,
        DATABASE_ADMIN_URL: cluster.url(database),
        DATABASE_BACKUP_URL: cluster.url('epic', 'epic_backup'),
      },
    });
  try {
    await prepareServer({
      serverUrl: cluster.url('postgres'),
      database: 'epic',
      passwords: { authenticator: 'any', worker: 'any' },
    });
    await deploy({ adminUrl: cluster.url('epic'), rolesToo: false, say });
    await loadCompany(cluster.url('epic'));

    await test('a backup that is restored and deployed to is the same database', async () => {
      const created = await epicServer('epic', 'backup', 'create', whole);
      assert.deepEqual([created.stderr, created.code], ['', 0]);
      await restore(cluster, whole, 'restored');
      const verified = await epicServer('restored', 'backup', 'verify', whole);
      assert.deepEqual([verified.stderr, verified.code], ['', 0]);
      process.stdout.write(verified.stdout);
      assert.equal((await epicServer('restored', 'migrate', '--repair')).code, 0);
      const compared = await epicServer('restored', 'policies', 'diff');
      assert.deepEqual(
        [compared.stdout.split('\n').slice(1, 3).join(''), compared.code],
        [compared.stdout.match(/No differences: [\d,]+ objects compared\./)?.[0], 0],
      );
      assert.equal((await epicServer('restored', 'backup', 'verify', whole)).code, 0);
    });

    await test('people log in to a restored database and go on working', async () => {
      const server = await spawnServer({
        authenticatorUrl: cluster.url('restored', 'epic_authenticator'),
        workerUrl: cluster.url('restored', 'epic_worker'),
      });
      try {
        const { accessToken: token } = await logIn(
          server.url,
          'alice.martin@epicevents.example',
          demoPassword,
        );
        const { data } = await ask(
          server.url,
          'mutation { recordContact(input: { clientId: 1 }) { client { id } } }',
          { token },
        );
        assert.deepEqual(data, { recordContact: { client: { id: 1 } } });
      } finally {
        assert.equal(await server.stop(), 0);
      }
    });

    await test('where backups cannot bypass row-level security they read by policies', async () => {
      await cluster.execute('epic', 'alter role epic_backup nobypassrls');
      const refused = await epicServer('epic', 'backup', 'create', join(dumps, 'refused.dump'));
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /^epic-server: The login epic_backup does not see every row of /,
      );
      await deploy({ adminUrl: cluster.url('epic'), rolesToo: false, everything: true, say });
      const other = join(dumps, 'by-policies.dump');
      assert.equal((await epicServer('epic', 'backup', 'create', other)).code, 0);
      await restore(cluster, other, 'by_policies');
      assert.equal((await epicServer('by_policies', 'backup', 'verify', whole)).code, 0);
    });

    await test('a dump by the owner under its policies lacks rows, and verify says so', async () => {
      const partial = join(dumps, 'partial.dump');
      const trap = ['--format=custom', '--role=epic_owner', '--enable-row-security'];
      await run('pg_dump', [...trap, `--file=${partial}`, cluster.url('epic')]);
      await restore(cluster, partial, 'partial').catch(() => undefined);
      const { code, stdout, stderr } = await epicServer('partial', 'backup', 'verify', whole);
      assert.deepEqual([stderr, code], ['', 1]);
      assert.match(stdout, /^ {2}audit\.change has \d+ rows, not [\d,]+$/m);
      process.stdout.write(stdout);
    });
  } finally {
    await cluster.stop();
    await removeFolder(folder);
  }
});

async function restore(cluster: Cluster, file: string, database: string): Promise<void> {
  await cluster.execute('postgres', `create database ${database} owner epic_owner`);
  await run('pg_restore', [`--dbname=${cluster.url(database)}`, file]);
}
