import pg from 'pg';
import type { BuiltRelease } from '../database/built-release.ts';
import { sessionSettings, type WithSession } from '../database/session-adaptor.ts';
import { Refusal } from '../errors.ts';

/** Whether the server can do its work, and if not, why. */
export type Readiness = { ready: boolean; reason?: string };

/**
 * Looks whether the database answers, and has every migration that this server was built with and its policies. A
 * database that is already a release further is good as well: whoever deploys it restarts the servers afterwards.
 */
export async function readReadiness(
  withSession: WithSession,
  built: BuiltRelease,
): Promise<Readiness> {
  try {
    const { migration, policies } = await withSession(sessionSettings(null), async (client) => {
      const { rows } = await client.query<{ migration: string | null; policies: string | null }>({
        text: 'select auth.deployed_migration() as migration, auth.deployed_policies() as policies',
      });
      return { migration: rows[0]?.migration ?? '', policies: rows[0]?.policies };
    });
    const ahead = numberOf(migration) - numberOf(built.migration);
    if (ahead < 0) return pending('Migrations are pending');
    if (ahead === 0 && policies !== built.policies) {
      return pending("The policies in the database are not this server's");
    }
    return { ready: true };
  } catch (error) {
    if (error instanceof pg.DatabaseError) return pending('The database cannot be used');
    if (error instanceof Refusal) return { ready: false, reason: error.message };
    throw error;
  }
}

function pending(what: string): Readiness {
  return { ready: false, reason: `${what}: run epic-server migrate.` };
}

/** The number that a migration's file name begins with; what follows it differs between database and folder. */
function numberOf(migration: string): number {
  return Number.parseInt(migration, 10) || 0;
}
