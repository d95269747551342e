import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { findFreePort } from '../../src/server/database/embedded/postmaster.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { ask, logIn } from '../server/support/api.ts';
import { type ServerProcess, spawnServer } from '../support/server.ts';
import { startTwoNodes } from '../support/two-nodes.ts';
import { until } from '../support/until.ts';
import { type Salesperson, work } from './workload.ts';

// Debian's package prometheus, which has promtool.

const root = resolve(import.meta.dirname, '..', '..');
const alertsFile = join(root, 'deploy/prometheus/alerts.yml');

/** Runs promtool. Throws with what it prints. */
async function promtool(args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)('promtool', args, { cwd: join(root, 'deploy/prometheus') });
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running.catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return stdout + stderr;
}

/** The alerts fire when they should, and only then. */
export async function checkAlerts(): Promise<void> {
  await promtool(['check', 'config', 'prometheus.yml']);
  await promtool(['check', 'rules', 'alerts.yml']);
  await promtool(['test', 'rules', 'alerts.test.yml']);
}

interface Watched {
  folder: string;
  urls: LoginUrls;
  /** On the same database. */
  admin: Client;
  people: readonly Salesperson[];
}

/** A Prometheus reads two servers, one of which has worker processes, and sees what happens to them. */
export async function watchedByPrometheus({ folder, urls, admin, people }: Watched): Promise<void> {
  const nodes = await startTwoNodes();
  const servers: ServerProcess[] = [];
  const serve = async (of: LoginUrls, env: NodeJS.ProcessEnv) => {
    const server = await spawnServer(of, env);
    servers.push(server);
    return server;
  };
  let prometheus: Prometheus | undefined;
  try {
    const small = await serve(urls, { EPIC_POOL_SIZE: '1' });
    const workers = await serve(urls, { EPIC_WORKERS: '2' });
    await serve(nodes.urlsOf(nodes.standby, nodes.primary), {});
    let rounds = 0;
    const { faults } = await work(
      people.slice(0, 4),
      () => workers.url,
      () => rounds++ > 20,
    );
    assert.deepEqual(faults, {});
    for (const { url } of servers) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.equal(await promtool(['check', 'metrics'], metrics), '');
    }

    prometheus = await startPrometheus(folder, servers);
    const { query, alerts } = prometheus;
    await until(async () => (await query('up == 1')).length === servers.length);
    await prometheus.checkRules();
    await checkDashboard(query);
    assert.deepEqual(await alerts(), []);
    const raises = (alert: string) =>
      until(async () => (await alerts()).some(({ labels }) => labels.alertname === alert));
    const clears = (alert: string) =>
      until(async () => !(await alerts()).some(({ labels }) => labels.alertname === alert));

    await nodes.primary.kill();
    await raises('EpicDatabaseStandby');
    const standby = await nodes.standby.connect();
    await standby.query('select pg_promote()');
    await standby.end();
    await clears('EpicDatabaseStandby');
    await nodes.standby.kill();
    await raises('EpicDatabaseUnreachable');

    await exhaustPool(small, admin, people[0], () => raises('EpicPoolExhausted'));
    await clears('EpicPoolExhausted');

    await admin.query(`
      select graphile_worker.add_job('of another release', run_at => now() - interval '10 minutes');
      select graphile_worker.permanently_fail_jobs(array[(
        graphile_worker.add_job('notification_mail', run_at => now() + interval '1 hour')).id]);
      select graphile_worker.add_job('notification_mail', run_at => now() + interval '2 hours');
      update graphile_worker._private_jobs set attempts = 1, last_error = 'no mail host'
        where run_at > now() + interval '90 minutes'`);
    for (const alert of ['EpicQueueLag', 'EpicQueueFailed', 'EpicQueueRetries']) {
      await raises(alert);
    }
    await admin.query('delete from graphile_worker._private_jobs');

    await small.stop('SIGKILL');
    await raises('EpicServerDown');
    const texts = (await alerts()).flatMap(({ annotations }) => Object.values(annotations));
    assert.deepEqual(
      texts.filter((text) => /<no value>|error/i.test(text)),
      [],
    );
  } finally {
    await prometheus?.stop();
    await Promise.all(servers.map((server) => server.stop()));
    await nodes.stop();
  }
}

/** Keeps the only connection of a server busy, while `work` runs. */
async function exhaustPool(
  { url }: ServerProcess,
  admin: Client,
  person: Salesperson | undefined,
  work: () => Promise<void>,
): Promise<void> {
  assert(person);
  const { accessToken: token } = await logIn(url, person.email);
  const touch = `mutation { updateClient(input: { id: ${person.clientId}, patch: { phone: "+33 6 00 00 00 00" } }) { client { id } } }`;
  await admin.query('begin');
  await admin.query('select from crm.client where id = $1 for update', [person.clientId]);
  let isOver = false;
  const asking = Array.from({ length: 3 }, async () => {
    while (!isOver) await ask(url, touch, { token });
  });
  try {
    await work();
  } finally {
    isOver = true;
    await admin.query('rollback');
    await Promise.all(asking);
  }
}

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

type Query = (expression: string) => Promise<Sample[]>;

interface Prometheus {
  query: Query;
  /** Those that are pending or firing. */
  alerts(): Promise<Alert[]>;
  /** Waits until each rule has been evaluated, without an error. */
  checkRules(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Prometheus with the project's configuration, for these servers and every two seconds. */
async function startPrometheus(
  folder: string,
  servers: readonly ServerProcess[],
): Promise<Prometheus> {
  const port = await findFreePort();
  const config = join(folder, 'prometheus.yml');
  const targets = servers.map(({ url }) => `          - ${new URL(url).host}\n`).join('');
  await writeFile(
    config,
    (await readFile(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'))
      .replace('          - localhost:4000\n', targets)
      .replace('  - alerts.yml', `  - ${alertsFile}`)
      .replaceAll(/_interval: \w+/g, '_interval: 2s')
      .replace(/scrape_timeout: \w+/, 'scrape_timeout: 2s'),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await until(() =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

  async function read<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: Data;
      error?: string;
    };
    assert.equal(status, 'success', `${parameters.query}: ${error}`);
    return data;
  }
  type Group = { rules: { name: string; health: string; lastError?: string }[] };
  return {
    query: async (query) => (await read<{ result: Sample[] }>('query', { query })).result,
    alerts: async () => (await read<{ alerts: Alert[] }>('alerts')).alerts,
    async checkRules() {
      let rules: Group['rules'] = [];
      await until(async () => {
        rules = (await read<{ groups: Group[] }>('rules')).groups.flatMap((group) => group.rules);
        return rules.every(({ health }) => health !== 'unknown');
      });
      assert(rules.length > 10);
      assert.deepEqual(
        rules.filter(({ health }) => health !== 'ok'),
        [],
      );
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Each query of the dashboard is answered, and each metric that it or an alert names is there. */
async function checkDashboard(query: Query): Promise<void> {
  const dashboard = await readFile(join(root, 'deploy/grafana/epic-events.json'), 'utf8');
  const expressions: string[] = [];
  JSON.parse(dashboard, (key, value) => {
    if (key === 'expr') expressions.push(value);
    return value;
  });
  assert(expressions.length > 20);
  for (const expression of expressions) {
    await query(expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'));
  }
  const text = expressions.join('\n') + (await readFile(alertsFile, 'utf8'));
  const named = new Set(text.match(/\b(?:epic|nodejs|process)_[a-z0-9_]+/g));
  const samples = await query('count by (__name__) ({__name__=~".+"})');
  const known = new Set(samples.map(({ metric }) => metric.__name__));
  assert.deepEqual(
    [...named].filter((name) => !known.has(name)),
    [],
  );
}
