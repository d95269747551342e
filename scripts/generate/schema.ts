import { createPool } from '../../src/server/database/pool.ts';
import { createWithSession } from '../../src/server/database/session.ts';
import { createApi } from '../../src/server/graphql/api.ts';
import { sdlOf } from '../../src/server/graphql/sdl.ts';
import { createSessions } from '../../src/server/identity/sessions.ts';

/** The schema of the API that is served from a database, as SDL. */
export async function schemaOf(databaseUrl: string): Promise<string> {
  const pool = createPool({ databaseUrl, onLostConnection: () => {} });
  const noTokens = () => {
    throw new Error('There are no tokens while the schema is exported.');
  };
  const sessions = createSessions({
    withSession: createWithSession(pool),
    tokens: { sign: noTokens, verify: noTokens },
    onRefusedAssertion: () => {},
  });
  const open = () => Promise.reject(new Error('There are no feeds while the schema is exported.'));
  const feeds = { open, openChanges: open };
  try {
    const { schema } = await createApi({
      pool,
      sessions,
      feeds,
      report: () => {},
      introspection: true,
      trustedDocuments: null,
    });
    return sdlOf(schema);
  } finally {
    await pool.end();
  }
}
