import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { makeTemporaryFolder, removeFolder } from '../../tests/support/temporary-folder.ts';
import { tell } from '../support.ts';
import { compareWithHistory, compareWithTables, lastChange } from './audit.ts';
import { caretaker, wreak } from './chaos.ts';
import { readCompany } from './company.ts';
import { Desk } from './desk.ts';
import { Ledger } from './ledger.ts';
import { createLine } from './line.ts';
import { Scales } from './memory.ts';
import { createPostgres, type Postgres } from './postgres.ts';
import { createRandom } from './randomness.ts';
import type { Report } from './report.ts';
import { createServers, type Servers } from './servers.ts';
import { Tally } from './tally.ts';
import { work } from './work/days.ts';
import { openFloor } from './work/shared.ts';

export type SoakOptions = {
  minutes: number;
  seed: number;
  servers: number;
  /** Ends the run early; what there was until then is reported. */
  interrupted: AbortSignal;
};

/** Sets everything up, lets it run, and takes it down again. Null when it was interrupted before it ran. */
export async function soak(options: SoakOptions): Promise<Report | null> {
  const { interrupted, servers: count } = options;
  const folder = await makeTemporaryFolder();
  let postgres: Postgres | undefined;
  let servers: Servers | undefined;
  try {
    tell('preparing …');
    const [database = 0, ...ports] = await freePorts(count + 1);
    const tally = new Tally();
    postgres = await createPostgres(folder, database);
    if (interrupted.aborted) return null;
    await postgres.start();
    const { authenticatorUrl } = postgres;
    servers = await createServers({ folder, ports, authenticatorUrl, tally });
    await servers.start();
    if (interrupted.aborted) return null;
    return await run(options, { postgres, servers, tally });
  } finally {
    await servers?.stop();
    await postgres?.stop();
    await removeFolder(folder);
  }
}

async function run(
  { minutes, seed, interrupted }: SoakOptions,
  { postgres, servers, tally }: { postgres: Postgres; servers: Servers; tally: Tally },
): Promise<Report> {
  const random = createRandom(seed);
  const duration = minutes * 60_000;
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(duration)]);
  const admin = await postgres.connect();
  const company = await readCompany(admin);
  const since = await lastChange(admin);
  const settings = await readSettings(admin);
  await admin.end();

  const ledger = new Ledger();
  const line = createLine({ urls: servers.urls, random: random.branch('line'), tally, signal });
  const desks = company.people
    .filter(({ email }) => email !== caretaker)
    .map((person) => new Desk(person, { line, ledger, tally }));
  const floor = openFloor(company);

  const lost = new Map<string, string>();
  const wrong = new Map<string, string>();
  const compare = async (client: Client) => {
    const findings = await compareWithHistory(client, ledger, since);
    for (const [mark, sentence] of findings.lost) lost.set(mark, sentence);
    for (const [mark, sentence] of findings.wrong) wrong.set(mark, sentence);
  };

  tell(`${desks.length} people at work for ${minutes} minutes …`);
  const begunAt = performance.now();
  const scales = new Scales();
  await Promise.all([
    ...desks.map((desk) => work({ desk, floor, random: random.branch(desk.person.email) }, signal)),
    wreak({
      servers,
      postgres,
      line,
      desks,
      random: random.branch('chaos'),
      tally,
      signal,
      after: compare,
    }),
    weigh(scales, servers, signal),
  ]);
  const ranFor = performance.now() - begunAt;
  line.close();

  tell('comparing …');
  const last = await postgres.connect();
  await compare(last);
  for (const [cell, sentence] of await compareWithTables(last, ledger)) lost.set(cell, sentence);
  await last.end();

  const each = tally.recoveries.map(({ kill, seconds }) => ({
    kill,
    seconds: Math.round(seconds * 100) / 100,
  }));
  return {
    seed,
    minutes: Math.round(ranFor / 600) / 100,
    servers: servers.urls.length,
    workers: desks.length,
    postgres: settings,
    requests: tally.requests,
    errors: Object.fromEntries(tally.errors),
    rightlyRefused: tally.rightlyRefused,
    acknowledgedWrites: ledger.acknowledged,
    unacknowledgedWrites: ledger.unknown,
    lostWrites: lost.size,
    wrongAnswers: wrong.size + tally.wrongAnswers.length,
    crashes: tally.crashes.length,
    kills: tally.kills,
    recoverySeconds: { max: Math.max(0, ...each.map(({ seconds }) => seconds)), each },
    // Caches fill and code is compiled in the first fifth.
    memory: scales.since(begunAt + ranFor / 5),
    problems: [
      ...lost.values(),
      ...wrong.values(),
      ...tally.wrongAnswers,
      ...tally.crashes,
      ...tally.unexpected,
    ].slice(0, 20),
  };
}

async function weigh(scales: Scales, servers: Servers, signal: AbortSignal): Promise<void> {
  const [url = ''] = servers.urls;
  while (!signal.aborted) {
    await scales.weigh(servers.pid(url), url);
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

/** Ports below those that the system gives to outgoing connections: what is killed must get its own back. */
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
