// node tests/operations/main.ts: what PgBouncer, HAProxy and Patroni do to servers, under load, and what Prometheus sees of them.
// These are Debian's packages pgbouncer, haproxy, patroni, etcd-server, postgresql-15 and prometheus.
// Run by .ci/run, and not by `npm test`, which needs nothing installed.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, isClean } from '../../bench/soak/report.ts';
import { soak } from '../../bench/soak/soak.ts';
import { runTests, test } from '../../scripts/test-runner.ts';
import { findFreePort } from '../../src/server/database/embedded/postmaster.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { guardFolder, startDaemon } from '../support/daemon.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';
import {
  adminUrlOf,
  loginUrlsOf,
  startTestServer,
  type TestServer,
} from '../support/test-server.ts';
import { until } from '../support/until.ts';
import { checkAlerts, watchedByPrometheus } from './monitoring.ts';
import { addSalespeople, type Salesperson, work } from './workload.ts';

interface Ground {
  folder: string;
  postgres: TestServer;
  people: Salesperson[];
  /** The signing keys that all servers share. */
  keysFile: string;
}

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  const sweep = guardFolder(folder);
  const { stop, ...postgres } = await startTestServer();
  const admin = new Client({ connectionString: adminUrlOf(postgres, postgres.template) });
  try {
    await admin.connect();
    const keysFile = join(folder, 'keys.json');
    await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
    const people = await addSalespeople(admin, 20);
    const ground = { folder, postgres, people, keysFile };
    await test('three servers share five connections of PgBouncer in transaction mode', () =>
      behindPgBouncer(ground));
    await test('four rolling restarts behind HAProxy fail no request', () => behindHaproxy(ground));
    await test('each alert fires when it should, and only then', checkAlerts);
    const urls = loginUrlsOf(postgres, postgres.template);
    await test('Prometheus reads the metrics, and sees servers and databases that are killed', () =>
      watchedByPrometheus({ folder, urls, admin, people }));
  } finally {
    await admin.end();
    await stop();
    await sweep();
  }
  await test('a killed primary of Patroni and a switchover lose nothing', underPatroni);
});

async function behindPgBouncer({ folder, postgres, people, keysFile }: Ground): Promise<void> {
  const { authenticatorUrl, workerUrl } = loginUrlsOf(postgres, postgres.template);
  const pooler = await startPgBouncer(folder, { authenticatorUrl, size: 5 });
  const servers: ServerProcess[] = [];
  try {
    const env = {
      EPIC_JWT_KEYS: keysFile,
      EPIC_PREPARED_STATEMENTS: 'off',
      DATABASE_DIRECT_URL: authenticatorUrl,
    };
    for (let nth = 0; nth < 3; nth++) {
      servers.push(await spawnServer({ ...pooler, workerUrl }, env));
    }
    const end = performance.now() + 15_000;
    const { answers, faults } = await work(
      people,
      (nth) => servers[nth % 3]?.url ?? '',
      () => performance.now() > end,
    );
    process.stdout.write(`${answers} answers\n`);
    assert.deepEqual(faults, {});
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await pooler.stop();
  }
}

async function behindHaproxy({ folder, postgres, people, keysFile }: Ground): Promise<void> {
  const [port, ...ports] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const config = join(folder, 'haproxy.cfg');
  await writeFile(
    config,
    [
      'defaults',
      '  mode http',
      '  timeout connect 2s',
      '  timeout client 30s',
      '  timeout server 30s',
      '  timeout check 5s',
      'frontend api',
      `  bind 127.0.0.1:${port}`,
      '  monitor-uri /haproxy',
      '  monitor fail if { nbsrv(servers) lt 2 }',
      '  default_backend servers',
      'backend servers',
      '  option httpchk GET /readyz',
      '  default-server check inter 1s fall 3 rise 1',
      ...ports.map((each, nth) => `  server epic${nth} 127.0.0.1:${each}`),
      '',
    ].join('\n'),
  );
  const proxy = await startDaemon(folder, 'haproxy', ['haproxy', '-q', '-db', '-f', config]);
  const urls = loginUrlsOf(postgres, postgres.template);
  const serve = (each: number) =>
    spawnServer(urls, { EPIC_JWT_KEYS: keysFile, EPIC_PORT: String(each), EPIC_DRAIN: '6' });
  const servers = await Promise.all(ports.map(serve));
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => hasBothServers(url));
    let isOver = false;
    const working = work(
      people,
      () => url,
      () => isOver,
    );
    for (let restart = 0; restart < 4; restart++) {
      const nth = restart % servers.length;
      assert.equal(await servers[nth]?.stop(), 0);
      servers[nth] = await serve(ports[nth] ?? 0);
      await until(() => hasBothServers(url));
    }
    isOver = true;
    const { answers, faults } = await working;
    process.stdout.write(`${answers} answers\n`);
    assert.deepEqual(faults, {});
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await proxy.stop();
  }
}

async function underPatroni(): Promise<void> {
  const report = await soak({
    on: { failures: ['primary', 'switchover'], replica: true },
    minutes: 3,
    seed: 18,
    servers: 2,
    interrupted: new AbortController().signal,
  });
  assert(report !== null);
  process.stdout.write(describe(report));
  assert(isClean(report));
}

/** Whether HAProxy has found both servers ready. */
function hasBothServers(url: string): Promise<boolean> {
  return fetch(`${url}/haproxy`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
