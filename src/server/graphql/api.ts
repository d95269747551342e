import { makeSchema } from 'postgraphile';
import type { GraphQLSchema } from 'postgraphile/graphql';
import type { TrustedDocuments } from '../config/trusted-documents.ts';
import { type CatalogueQuery, withCatalogue } from '../database/catalogue.ts';
import type { StatementPool } from '../database/pool.ts';
import type { Replica } from '../database/replica.ts';
import { createSessionService, sessionSettings } from '../database/session.ts';
import type { ReportError } from '../errors/errors.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { SubscriptionFeeds } from '../signals/changes.ts';
import { createErrorsPlugin, createMaskError } from './errors/errors.ts';
import { createMutationsPlugin, type Mutations } from './errors/mutations.ts';
import { idempotencyPlugin } from './idempotency/idempotency.ts';
import { createDocumentsPlugin } from './limits/documents.ts';
import { refusedTokenPlugin } from './limits/refused-token.ts';
import { createVolumePlugin } from './limits/request-volume.ts';
import { createTrustedDocumentsPreset } from './limits/trusted-documents.ts';
import { createPreset } from './preset.ts';
import { requestOf } from './request/context.ts';
import { createIdentityPlugin } from './schema/identity.ts';
import { createSecondFactorPlugin } from './schema/second-factor.ts';
import {
  createSubscriptionsPlugin,
  noSubscriptionsInRequestsPlugin,
} from './schema/subscriptions.ts';

/** The schema, and the preset to execute it with. */
export type Api = {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
};

/** The GraphQL API over the database behind `pool`. */
export async function createApi(options: {
  pool: StatementPool;
  /** Answers queries, where it can. */
  replica?: Replica | null;
  sessions: Sessions;
  feeds: SubscriptionFeeds;
  report: ReportError;
  /** Whether introspection is allowed. */
  introspection: boolean;
  /** The only documents that are executed; null for any. */
  trustedDocuments: TrustedDocuments | null;
  /** Asked before, to save its time. */
  catalogue?: CatalogueQuery | undefined;
}): Promise<Api> {
  const { catalogue } = options;
  const {
    pool,
    replica = null,
    sessions,
    feeds,
    report,
    introspection,
    trustedDocuments,
  } = options;
  const mutations: Mutations = new Map();
  const service = createSessionService(pool, {
    schemas: ['crm'],
    replica,
    settingsOf: (context) => sessionSettings(requestOf(context)?.claims ?? null),
  });
  return makeSchema(
    createPreset({
      service: catalogue ? withCatalogue(service, catalogue) : service,
      plugins: [
        createIdentityPlugin(sessions),
        createSecondFactorPlugin(sessions.secondFactor),
        createSubscriptionsPlugin(feeds),
        noSubscriptionsInRequestsPlugin,
        createMutationsPlugin(mutations),
        createErrorsPlugin(mutations, report),
        createDocumentsPlugin({ introspection }),
        createVolumePlugin({ introspection }),
        refusedTokenPlugin,
        idempotencyPlugin,
      ],
      extends: trustedDocuments ? [createTrustedDocumentsPreset(trustedDocuments)] : [],
      maskError: createMaskError(report),
      ...(replica && {
        querySettings: ({ claims }) => sessionSettings(claims, { replicated: true }),
      }),
    }),
  );
}
