import type { Pool } from 'pg';
import { makeSchema } from 'postgraphile';
import type { GraphQLSchema } from 'postgraphile/graphql';
import { createSessionService, sessionSettings } from '../database/session-adaptor.ts';
import type { Sessions } from '../identity/sessions.ts';
import { attemptsPlugin } from './attempts.ts';
import { createErrorsPlugin, createMaskError, type ReportUnexpected } from './errors.ts';
import { createIdentityPlugin } from './identity.ts';
import { limitsPlugin } from './limits.ts';
import { createPreset } from './preset.ts';
import { createVerbsPlugin, type Verbs } from './verbs.ts';

/** The GraphQL API over the database behind `pool`: its schema and how to execute it. */
export async function createApi(options: {
  pool: Pool;
  sessions: Sessions;
  report: ReportUnexpected;
}): Promise<{ schema: GraphQLSchema; resolvedPreset: GraphileConfig.ResolvedPreset }> {
  const { pool, sessions, report } = options;
  const verbs: Verbs = new Map();
  const service = createSessionService(pool, {
    schemas: ['crm'],
    settingsOf: ({ exchange }) => sessionSettings(exchange?.claims ?? null),
  });
  return makeSchema(
    createPreset({
      service,
      plugins: [
        createIdentityPlugin(sessions),
        createVerbsPlugin(verbs),
        createErrorsPlugin(verbs, report),
        limitsPlugin,
        attemptsPlugin,
      ],
      maskError: createMaskError(report),
    }),
  );
}
