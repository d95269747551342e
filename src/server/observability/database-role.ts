import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { requirePrimary, StandbyError } from '../database/pool.ts';

export const databaseRoles = ['primary', 'standby', 'unreachable'] as const;

/** What a server finds where its database should be. */
export type DatabaseRole = (typeof databaseRoles)[number];

/** How long a database may take to answer, in ms. */
const answerTimeoutMs = 1_500;

/** Reads what the database behind `pool` is. */
export function createRoleReader(pool: pg.Pool): () => Promise<DatabaseRole> {
  let reading: Promise<DatabaseRole> | undefined;
  let known: DatabaseRole = 'unreachable';
  return () => {
    // one at a time, or they would take every connection of a database that does not answer
    reading ??= readRole(pool).then((role) => {
      reading = undefined;
      known = role;
      return role;
    });
    // of several hosts, it takes longer to find that none takes changes
    const late: DatabaseRole = known === 'standby' ? known : 'unreachable';
    return Promise.race([reading, sleep(answerTimeoutMs, late, { ref: false })]);
  };
}

function readRole(pool: pg.Pool): Promise<DatabaseRole> {
  return requirePrimary(pool).then(
    () => 'primary',
    (error) => (error instanceof StandbyError ? 'standby' : 'unreachable'),
  );
}
