import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BuiltRelease } from '../database/deploy/replaceable.ts';
import { sessionSettings, type WithSession } from '../database/session.ts';
import { ApiError } from '../errors/errors.ts';

/** Whether the server can serve requests, and why not. */
export type Readiness = { ready: boolean; reason?: string };

/** How long a probe waits for the database, in ms: less than the timeout of the usual probes. */
const probeTimeoutMs = 1_500;

/**
 * Ready when the database answers in time and has every migration, function and policy that this server was built with. A
 * newer release in the database is ready too: servers are restarted after a deployment.
 */
export function createReadiness(
  withSession: WithSession,
  readBuilt: () => Promise<BuiltRelease>,
): () => Promise<Readiness> {
  // probes share one reading, or they would take every connection of a database that does not answer
  let reading: Promise<Readiness> | undefined;
  return () => {
    reading ??= readReadiness(withSession, readBuilt).finally(() => {
      reading = undefined;
    });
    const tooLate = { ready: false, reason: 'The database does not answer in time.' };
    return Promise.race([reading, sleep(probeTimeoutMs, tooLate, { ref: false })]);
  };
}

async function readReadiness(
  withSession: WithSession,
  readBuilt: () => Promise<BuiltRelease>,
): Promise<Readiness> {
  try {
    const built = await readBuilt();
    const { migration, digest } = await withSession(sessionSettings(null), async (client) => {
      const { rows } = await client.query<{ migration: string | null; digest: string | null }>({
        text: 'select migration, digest from identity.deployed_release()',
      });
      return { migration: rows[0]?.migration ?? '', digest: rows[0]?.digest };
    });
    const ahead = numberOf(migration) - numberOf(built.migration);
    if (ahead < 0) return pending('Migrations are pending');
    if (ahead === 0 && digest !== built.digest) {
      return pending("The functions and policies in the database are not this server's");
    }
    return { ready: true };
  } catch (error) {
    if (error instanceof pg.DatabaseError) return pending('The database cannot be used');
    if (error instanceof ApiError) return { ready: false, reason: error.message };
    throw error;
  }
}

function pending(what: string): Readiness {
  return { ready: false, reason: `${what}: run epic-server migrate.` };
}

/** The number at the start of a migration's file name; the rest differs between database and folder. */
function numberOf(migration: string): number {
  return Number.parseInt(migration, 10) || 0;
}
