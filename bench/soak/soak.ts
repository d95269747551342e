import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { guardFolder } from '../../tests/support/daemon.ts';
import { makeTemporaryFolder } from '../../tests/support/temporary-folder.ts';
import { log } from '../support.ts';
import { AcknowledgedWrites } from './acknowledged.ts';
import { probeManager } from './chaos.ts';
import { SoakClient } from './client.ts';
import { readCompany } from './company.ts';
import { Counts } from './counts.ts';
import type { Failure } from './failovers.ts';
import { type Ground, onPatroni, onPgBouncer, onPostgres } from './ground.ts';
import { createHttpClient } from './http.ts';
import { MemorySampler } from './memory.ts';
import { createRandom } from './random.ts';
import type { Report } from './report.ts';
import { createServers, type Servers } from './servers.ts';
import { Subscribers } from './subscribers.ts';
import { compareWithHistory, compareWithTables, lastChange } from './verify.ts';
import { createSharedState } from './workload/shared.ts';
import { runUser } from './workload/workload.ts';

export type SoakOptions = {
  /** What the servers work on. */
  on: 'postgres' | 'pgbouncer' | { failures: readonly Failure[]; replica: boolean };
  /** How long faults are injected; on Patroni until all its failures have happened. */
  minutes: number;
  seed: number;
  servers: number;
  /** Ends the run early, with a report. */
  interrupted: AbortSignal;
};

/** Sets up the servers, runs the soak and tears down. Null when interrupted before the run. */
export async function soak(options: SoakOptions): Promise<Report | null> {
  const { interrupted, servers: count } = options;
  const folder = await makeTemporaryFolder();
  const sweep = guardFolder(folder);
  let ground: Ground | undefined;
  let servers: Servers | undefined;
  try {
    log('preparing …');
    const [database = 0, ...ports] = await freePorts(count + 1);
    const counts = new Counts();
    ground = await openGround(options, folder, database);
    if (interrupted.aborted) return null;
    servers = await createServers({
      folder,
      ports,
      logins: ground.logins,
      env: ground.env,
      counts,
    });
    await servers.start();
    if (interrupted.aborted) return null;
    return await run(options, { ground, servers, counts });
  } finally {
    await servers?.stop();
    await ground?.stop();
    await sweep();
  }
}

function openGround({ on }: SoakOptions, folder: string, port: number): Promise<Ground> {
  if (on === 'postgres') return onPostgres(folder, port);
  if (on === 'pgbouncer') return onPgBouncer(folder, port);
  return onPatroni(folder, on);
}

async function run(
  { on, minutes, seed, interrupted }: SoakOptions,
  { ground, servers, counts }: { ground: Ground; servers: Servers; counts: Counts },
): Promise<Report> {
  const random = createRandom(seed);
  const isTimed = typeof on === 'string';
  const over = new AbortController();
  const signal = AbortSignal.any([
    interrupted,
    over.signal,
    ...(isTimed ? [AbortSignal.timeout(minutes * 60_000)] : []),
  ]);
  const admin = await ground.connect();
  const company = await readCompany(admin);
  const since = await lastChange(admin);
  const settings = await readSettings(admin);
  await admin.end();

  const writes = new AcknowledgedWrites();
  const http = createHttpClient({
    urls: servers.urls,
    random: random.branch('http'),
    counts,
    signal,
  });
  const soakClients = company.people
    .filter(({ email }) => email !== probeManager)
    .map((person) => new SoakClient(person, { http, writes, counts }));
  const shared = createSharedState(company);
  const subscribers = new Subscribers(probeManager);
  await subscribers.begin(servers.urls);

  const lost = new Map<string, string>();
  const wrong = new Map<string, string>();
  const compareOn = async (client: Client) => {
    const findings = await compareWithHistory(client, writes, since);
    for (const [writeId, sentence] of findings.lost) lost.set(writeId, sentence);
    for (const [writeId, sentence] of findings.wrong) wrong.set(writeId, sentence);
  };
  const compare = async () => {
    const client = await ground.connect();
    await compareOn(client).finally(() => client.end());
  };

  log(`${soakClients.length} clients ${isTimed ? `for ${minutes} minutes ` : ''}…`);
  const begunAt = performance.now();
  const memory = new MemorySampler();
  await Promise.all([
    ...soakClients.map((soakClient) =>
      runUser(
        { client: soakClient, shared, random: random.branch(soakClient.person.email) },
        signal,
      ),
    ),
    ground
      .injectFaults({
        servers,
        http,
        soakClients,
        random: random.branch('chaos'),
        counts,
        signal,
        connect: ground.connect,
        compare,
      })
      .finally(() => over.abort()),
    sample(memory, servers, signal),
  ]);
  const ranFor = performance.now() - begunAt;
  http.close();

  log('comparing …');
  const last = await ground.connect();
  await compareOn(last);
  for (const [register, sentence] of await compareWithTables(last, writes))
    lost.set(register, sentence);
  const subscriptions = await subscribers.compare(last);
  await last.end();

  const rounded = (number: number) => Math.round(number * 100) / 100;
  const each = counts.recoveries.map(({ kill, seconds, longestWait }) => ({
    kill,
    seconds: rounded(seconds),
    longestWait: rounded(longestWait),
  }));
  return {
    seed,
    minutes: Math.round(ranFor / 600) / 100,
    servers: servers.urls.length,
    workers: soakClients.length,
    ground: ground.description,
    postgres: settings,
    requests: counts.requests,
    errors: Object.fromEntries(counts.errors),
    expectedRefusals: counts.expectedRefusals,
    acknowledgedWrites: writes.acknowledged,
    unacknowledgedWrites: writes.unknown,
    lostWrites: lost.size,
    wrongAnswers: wrong.size + counts.wrongAnswers.length,
    wrongDeliveries: subscriptions.problems.length,
    deliveries: subscriptions.signals * subscriptions.subscribers,
    slowestDelivery: rounded(subscriptions.slowestSeconds),
    crashes: counts.crashes.length,
    kills: counts.kills,
    recoverySeconds: { max: Math.max(0, ...each.map(({ seconds }) => seconds)), each },
    // Caches fill and code is compiled in the first fifth.
    memory: memory.since(begunAt + ranFor / 5),
    problems: [
      ...lost.values(),
      ...wrong.values(),
      ...subscriptions.problems,
      ...counts.wrongAnswers,
      ...counts.crashes,
      ...counts.unexpected,
    ].slice(0, 20),
  };
}

async function sample(memory: MemorySampler, servers: Servers, signal: AbortSignal): Promise<void> {
  const [url = ''] = servers.urls;
  while (!signal.aborted) {
    await memory.sample(servers.pid(url), url);
    await sleep(2_000, undefined, { signal }).catch(() => undefined);
  }
}

async function readSettings(client: Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
     where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes') order by name`,
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

/** Ports below the ephemeral range, so that a killed server gets its own back. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (!ports.includes(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
