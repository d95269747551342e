import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { demoPassword } from '../../src/server/demo/company.ts';
import { logIn } from '../../tests/server/support/api.ts';
import { tell } from '../support.ts';
import type { Desk } from './desk.ts';
import { isServing, type Line } from './line.ts';
import type { Postgres } from './postgres.ts';
import type { Random } from './randomness.ts';
import type { Servers } from './servers.ts';
import type { Kill, Tally } from './tally.ts';

/** The manager who looks whether everything works again, and closes and opens accounts. Nobody troubles them. */
export const caretaker = 'nadia.rousseau@epicevents.example';

/** Gives what it did and which servers felt it; null when there was nothing to break. */
type Blow = (admin: Client) => Promise<{ what: string; affected: readonly string[] } | null>;

/**
 * Breaks one thing after the other, some seconds apart, until told to stop; waits each time until what it broke works
 * again, and calls `after`. The first of `servers` is never killed: its memory is weighed.
 */
export async function wreak(options: {
  servers: Servers;
  postgres: Postgres;
  line: Line;
  desks: readonly Desk[];
  random: Random;
  tally: Tally;
  signal: AbortSignal;
  after: (admin: Client) => Promise<void>;
}): Promise<void> {
  const { servers, postgres, random, tally, signal, after } = options;
  const blows = blowsOf(options);
  let deck: [Kill, Blow][] = [];

  while (await moment(random.between(3_000, 9_000), signal)) {
    if (deck.length === 0) deck = random.shuffled(blows);
    const [kill, blow] = deck.pop() ?? random.pick(blows);
    const token = await logInSomewhere(servers.urls);
    const admin = await postgres.connect();
    const begunAt = performance.now();
    const struck = await blow(admin);
    await admin.end().catch(() => undefined);
    if (struck === null) continue;
    const { what, affected } = struck;
    tally.kills[kill]++;
    const isBack = await Promise.all(affected.map((url) => untilServing(url, token)));
    const seconds = (performance.now() - begunAt) / 1_000;
    if (affected.length > 0) tally.recoveries.push({ kill, seconds });
    tell(`${what}${affected.length > 0 ? `: ${seconds.toFixed(2)} s` : ''}`);
    if (isBack.includes(false)) tally.crashes.push(`Nothing works again after: ${what}.`);

    const fresh = await postgres.connect();
    await after(fresh).finally(() => fresh.end());
  }
}

function blowsOf(options: Parameters<typeof wreak>[0]): [Kill, Blow][] {
  const { servers, postgres, line, desks, random } = options;
  const mortal = servers.urls.slice(1);
  const readers = desks.filter(({ person }) => person.isReader);
  const troubled = desks.filter(({ person }) => person.email !== caretaker);

  const killServer: Blow = async () => {
    const url = random.pick(mortal);
    servers.kill(url);
    return { what: `killed the server at ${url}`, affected: [url] };
  };

  const killPostgres =
    (signal: 'SIGKILL' | 'SIGQUIT'): Blow =>
    async () => {
      await postgres.kill(signal);
      await postgres.start();
      return { what: `killed PostgreSQL (${signal})`, affected: servers.urls };
    };

  const dropConnections: Blow = async (admin) => {
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = 'epic_authenticator' and random() < $1`,
      [random.pick([0.2, 0.5, 1])],
    );
    return { what: `dropped ${rowCount} connections to PostgreSQL`, affected: servers.urls };
  };

  const cutSockets: Blow = async () => {
    // There may be none at this very moment.
    for (let attempt = 0; attempt < 100; attempt++) {
      const count = line.cut(random.between(1, 6));
      if (count > 0) return { what: `cut ${count} requests off`, affected: [] };
      await sleep(10);
    }
    return null;
  };

  const revokeSessions: Blow = async (admin) => {
    const { person, sessions } = random.pick(troubled);
    await sessions.endedBy(async () => {
      await admin.query(
        'update auth.session set revoked_at = now() where employee_id = $1 and revoked_at is null',
        [person.id],
      );
    });
    return { what: `revoked the sessions of ${person.email}`, affected: [] };
  };

  const closeAccount: Blow = async (admin) => {
    const { person, sessions } = random.pick(readers);
    const { account } = person;
    account.beginClosing();
    await sessions.endedBy(() => setActive(admin, person.id, false));
    account.close();
    await sleep(random.between(500, 2_000));
    account.beginOpening();
    await setActive(admin, person.id, true);
    account.open();
    return { what: `closed the account of ${person.email} for a moment`, affected: [] };
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

// As a DBA does it; what the API makes of it is the same.
async function setActive(admin: Client, id: number, active: boolean): Promise<void> {
  await admin.query('update crm.employee set active = $2 where id = $1', [id, active]);
}

async function logInSomewhere(urls: readonly string[]): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const url = urls[attempt % urls.length] ?? '';
    try {
      return (await logIn(url, caretaker, demoPassword)).accessToken;
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(100);
    }
  }
}

async function untilServing(url: string, token: string): Promise<boolean> {
  const question = { query: '{ me { id } contracts(first: 1) { nodes { id } } }', token };
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(20)) {
    if (await isServing(url, question)) return true;
  }
  return false;
}

/** Waits, and gives whether to go on. */
async function moment(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
