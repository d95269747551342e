import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { demoPassword } from '../../src/server/demo/company.ts';
import { logIn } from '../../tests/server/support/api.ts';
import type { PostgresNode } from '../../tests/support/postgres.ts';
import { log } from '../support.ts';
import type { SoakClient } from './client.ts';
import type { Counts, Kill } from './counts.ts';
import { type HttpClient, isServing } from './http.ts';
import type { Random } from './random.ts';
import type { Servers } from './servers.ts';

/** The manager whose sessions probe whether the servers work again, and follow what happens. No fault affects their account. */
export const probeManager = 'nadia.rousseau@epicevents.example';

/** What faults are injected into. */
export interface FaultContext {
  servers: Servers;
  http: HttpClient;
  soakClients: readonly SoakClient[];
  random: Random;
  counts: Counts;
  signal: AbortSignal;
  /** A superuser's connection to what takes changes, which the caller ends. */
  connect(): Promise<Client>;
  /** Called after each fault. */
  compare(): Promise<void>;
}

/** Returns what it did; null when there was nothing to break. */
export type Fault = () => Promise<Injected | null>;

export interface Injected {
  what: string;
  /** The servers that have to work again. */
  affected: readonly string[];
  /** Makes what was broken whole, once they do. */
  repair?: () => Promise<void>;
}

/** How long a server may take to work again, in ms. */
const patienceMs = 60_000;

/**
 * Injects one fault after the other, some seconds apart, until aborted. The first of `servers` is never killed: its memory
 * is sampled.
 */
export async function injectFaults(context: FaultContext, postgres: PostgresNode): Promise<void> {
  const { random, signal } = context;
  const faults = faultsOf(context, postgres);
  let queue: [Kill, Fault][] = [];
  while (await pause(random.between(3_000, 9_000), signal)) {
    if (queue.length === 0) queue = random.shuffled(faults);
    const [kill, fault] = queue.pop() ?? random.pick(faults);
    await inject(context, kill, fault);
  }
}

/** Injects a fault, waits until the affected servers and all people are answered again, and compares. */
export async function inject(
  { servers, soakClients, counts, signal, compare }: FaultContext,
  kill: Kill,
  fault: Fault,
): Promise<void> {
  const token = await logInSomewhere(servers.urls);
  for (const soakClient of soakClients) soakClient.takeLongestWait();
  const begunAt = performance.now();
  const injected = await fault();
  if (injected === null) return;
  const { what, affected, repair } = injected;
  counts.kills[kill]++;
  const isBack = await Promise.all(affected.map((url) => untilServing(url, token)));
  const seconds = (performance.now() - begunAt) / 1_000;
  if (isBack.includes(false)) counts.crashes.push(`Not serving again after: ${what}.`);
  let spent = '';
  if (affected.length > 0) {
    const longestWait = (await longestWaitOf(soakClients, signal)) / 1_000;
    counts.recoveries.push({ kill, seconds, longestWait });
    spent = `: ${seconds.toFixed(2)} s; a person waited for ${longestWait.toFixed(2)} s at most`;
  }
  log(`${what}${spent}`);
  await repair?.();
  await compare();
}

/** How long a person has waited for an answer at most, once all who are waiting now have one; in ms. */
async function longestWaitOf(
  soakClients: readonly SoakClient[],
  signal: AbortSignal,
): Promise<number> {
  const now = performance.now();
  const isWaiting = ({ askingSince }: SoakClient) => askingSince !== null && askingSince < now;
  const isOver = () => signal.aborted || performance.now() > now + patienceMs;
  while (soakClients.some(isWaiting) && !isOver()) await sleep(20);
  return Math.max(
    ...soakClients.map((soakClient) =>
      isWaiting(soakClient)
        ? performance.now() - (soakClient.askingSince ?? 0)
        : soakClient.takeLongestWait(),
    ),
  );
}

function faultsOf(
  { servers, http, soakClients, random, connect }: FaultContext,
  postgres: PostgresNode,
): [Kill, Fault][] {
  const killable = servers.urls.slice(1);
  const readers = soakClients.filter(({ person }) => person.isReader);

  async function query(text: string, values: unknown[]): Promise<number | null> {
    const admin = await connect();
    return admin.query(text, values).then(
      ({ rowCount }) => admin.end().then(() => rowCount),
      (error) => admin.end().then(() => Promise.reject(error)),
    );
  }

  const setActive = (id: number, active: boolean) =>
    query('update crm.employee set active = $2 where id = $1', [id, active]);

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

  const dropConnections: Fault = async () => {
    const count = await query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename in ('epic_authenticator', 'epic_worker') and random() < $1`,
      [random.pick([0.2, 0.5, 1])],
    );
    return { what: `dropped ${count} connections to PostgreSQL`, affected: servers.urls };
  };

  const cutSockets: Fault = async () => {
    // There may be none in flight.
    for (let attempt = 0; attempt < 100; attempt++) {
      const count = http.abort(random.between(1, 6));
      if (count > 0) return { what: `cut ${count} requests off`, affected: [] };
      await sleep(10);
    }
    return null;
  };

  const revokeSessions: Fault = async () => {
    const { person, sessions } = random.pick(soakClients);
    await sessions.endedBy(async () => {
      await query(
        'update identity.session set revoked_at = now() where employee_id = $1 and revoked_at is null',
        [person.id],
      );
    });
    return { what: `revoked the sessions of ${person.email}`, affected: [] };
  };

  const closeAccount: Fault = async () => {
    const { person, sessions } = random.pick(readers);
    const { account } = person;
    account.beginClosing();
    await sessions.endedBy(async () => {
      await setActive(person.id, false);
    });
    account.close();
    await sleep(random.between(500, 2_000));
    account.beginOpening();
    await setActive(person.id, true);
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
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(20)) {
    if (await isServing(url, graphqlRequest)) return true;
  }
  return false;
}

/** Waits, and returns whether to go on. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
