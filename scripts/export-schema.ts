// Writes schema.graphql from the database: node scripts/export-schema.ts
// With --check it writes nothing and fails when the file is not what the database gives.

import { resolve } from 'node:path';
import { writeOrCheck } from './generated-file.ts';

process.env.GRAPHILE_ENV ??= 'production';
const { createPool } = await import('../src/server/database/pool.ts');
const { createWithSession } = await import('../src/server/database/session-adaptor.ts');
const { createApi } = await import('../src/server/graphql/api.ts');
const { sdlOf } = await import('../src/server/graphql/sdl.ts');
const { createSessions } = await import('../src/server/identity/sessions.ts');
const { authenticatorUrlOf, startTestServer } = await import('../tests/support/test-server.ts');

const { stop, ...server } = await startTestServer();
try {
  await writeOrCheck({
    path: resolve(import.meta.dirname, '..', 'schema.graphql'),
    content: await schemaOf(authenticatorUrlOf(server, server.template)),
    meaning: 'Its API changed:',
    remedy: 'npm run schema, then npm run operations, and check both in.',
  });
} finally {
  await stop();
}

async function schemaOf(databaseUrl: string): Promise<string> {
  const pool = createPool({ databaseUrl, onLostConnection: () => {} });
  const noTokens = () => {
    throw new Error('Nobody logs in here.');
  };
  const sessions = createSessions(createWithSession(pool), { sign: noTokens, verify: noTokens });
  const feeds = { open: () => Promise.reject(new Error('Nobody subscribes here.')) };
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
