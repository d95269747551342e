import pg from 'pg';
import { sessionSettings, type WithSession } from '../database/session-adaptor.ts';
import { Refusal } from '../errors.ts';

/** Whether the server can do its work, and if not, why. */
export type Readiness = { ready: boolean; reason?: string };

/** Looks whether the database answers and has every migration that this server was built with. */
export async function readReadiness(
  withSession: WithSession,
  latestMigration: string | null,
): Promise<Readiness> {
  try {
    const deployed = await withSession(sessionSettings(null), async (client) => {
      const { rows } = await client.query<{ migration: string | null }>({
        text: 'select auth.deployed_migration() as migration',
      });
      return rows[0]?.migration ?? '';
    });
    return latestMigration === null || numberOf(deployed) >= numberOf(latestMigration)
      ? { ready: true }
      : { ready: false, reason: 'Migrations are pending: run epic-server migrate.' };
  } catch (error) {
    if (error instanceof pg.DatabaseError) {
      return { ready: false, reason: 'The database cannot be used: run epic-server migrate.' };
    }
    if (error instanceof Refusal) return { ready: false, reason: error.message };
    throw error;
  }
}

/** The number that a migration's file name begins with; what follows it differs between database and folder. */
function numberOf(migration: string): number {
  return Number.parseInt(migration, 10) || 0;
}
