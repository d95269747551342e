import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { demoPassword } from '../../src/server/demo/company.ts';
import { logIn } from '../../tests/server/support/api.ts';
import { log } from '../support.ts';
import type { SoakClient } from './client.ts';
import type { Counts, Kill } from './counts.ts';
import { type HttpClient, isServing } from './http.ts';
import type { Postgres } from './postgres.ts';
import type { Random } from './random.ts';
import type { Servers } from './servers.ts';

/** The manager whose session probes whether the servers work again. No fault affects their account. */
export const probeManager = 'nadia.rousseau@epicevents.example';

/** Returns what it did and which servers it affected; null when there was nothing to break. */
type Fault = (admin: Client) => Promise<{ what: string; affected: readonly string[] } | null>;

/**
 * Injects one fault after the other, some seconds apart, until aborted. Waits each time until the affected servers work
 * again, then calls `after`. The first of `servers` is never killed: its memory is sampled.
 */
export async function injectFaults(options: {
  servers: Servers;
  postgres: Postgres;
  http: HttpClient;
  soakClients: readonly SoakClient[];
  random: Random;
  counts: Counts;
  signal: AbortSignal;
  after: (admin: Client) => Promise<void>;
}): Promise<void> {
  const { servers, postgres, random, counts, signal, after } = options;
  const faults = faultsOf(options);
  let queue: [Kill, Fault][] = [];

  while (await pause(random.between(3_000, 9_000), signal)) {
    if (queue.length === 0) queue = random.shuffled(faults);
    const [kill, inject] = queue.pop() ?? random.pick(faults);
    const token = await logInSomewhere(servers.urls);
    const admin = await postgres.connect();
    const begunAt = performance.now();
    const injected = await inject(admin);
    await admin.end().catch(() => undefined);
    if (injected === null) continue;
    const { what, affected } = injected;
    counts.kills[kill]++;
    const isBack = await Promise.all(affected.map((url) => untilServing(url, token)));
    const seconds = (performance.now() - begunAt) / 1_000;
    if (affected.length > 0) counts.recoveries.push({ kill, seconds });
    log(`${what}${affected.length > 0 ? `: ${seconds.toFixed(2)} s` : ''}`);
    if (isBack.includes(false)) counts.crashes.push(`Not serving again after: ${what}.`);

    const fresh = await postgres.connect();
    await after(fresh).finally(() => fresh.end());
  }
}

function faultsOf(options: Parameters<typeof injectFaults>[0]): [Kill, Fault][] {
  const { servers, postgres, http, soakClients, random } = options;
  const killable = servers.urls.slice(1);
  const readers = soakClients.filter(({ person }) => person.isReader);
  const targets = soakClients.filter(({ person }) => person.email !== probeManager);

  const killServer: Fault = async () => {
    const url = random.pick(killable);
    servers.kill(url);
    return { what: `killed the server at ${url}`, affected: [url] };
  };

  const killPostgres =
    (signal: 'SIGKILL' | 'SIGQUIT'): Fault =>
    async () => {
      await postgres.kill(signal);
      await postgres.start();
      return { what: `killed PostgreSQL (${signal})`, affected: servers.urls };
    };

  const dropConnections: Fault = async (admin) => {
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename in ('epic_authenticator', 'epic_worker') and random() < $1`,
      [random.pick([0.2, 0.5, 1])],
    );
    return { what: `dropped ${rowCount} connections to PostgreSQL`, affected: servers.urls };
  };

  const cutSockets: Fault = async () => {
    // There may be none in flight.
    for (let attempt = 0; attempt < 100; attempt++) {
      const count = http.abort(random.between(1, 6));
      if (count > 0) return { what: `abort ${count} requests off`, affected: [] };
      await sleep(10);
    }
    return null;
  };

  const revokeSessions: Fault = async (admin) => {
    const { person, sessions } = random.pick(targets);
    await sessions.endedBy(async () => {
      await admin.query(
        'update identity.session set revoked_at = now() where employee_id = $1 and revoked_at is null',
        [person.id],
      );
    });
    return { what: `revoked the sessions of ${person.email}`, affected: [] };
  };

  const closeAccount: Fault = async (admin) => {
    const { person, sessions } = random.pick(readers);
    const { account } = person;
    account.beginClosing();
    await sessions.endedBy(() => setActive(admin, person.id, false));
    account.close();
    await sleep(random.between(500, 2_000));
    account.beginOpening();
    await setActive(admin, person.id, true);
    account.open();
    return { what: `closed the account of ${person.email} for a pause`, affected: [] };
  };

  return [
    ['server', killServer],
    ['server', killServer],
    ['server', killServer],
    ['postgres', killPostgres('SIGKILL')],
    ['postgres', killPostgres('SIGQUIT')],
    ['connections', dropConnections],
    ['connections', dropConnections],
    ['sockets', cutSockets],
    ['sockets', cutSockets],
    ['sessions', revokeSessions],
    ['sessions', closeAccount],
  ];
}

async function setActive(admin: Client, id: number, active: boolean): Promise<void> {
  await admin.query('update crm.employee set active = $2 where id = $1', [id, active]);
}

async function logInSomewhere(urls: readonly string[]): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const url = urls[attempt % urls.length] ?? '';
    try {
      return (await logIn(url, probeManager, demoPassword)).accessToken;
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(100);
    }
  }
}

async function untilServing(url: string, token: string): Promise<boolean> {
  const graphqlRequest = { query: '{ me { id } contracts(first: 1) { nodes { id } } }', token };
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(20)) {
    if (await isServing(url, graphqlRequest)) return true;
  }
  return false;
}

/** Waits, and returns whether to go on. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
