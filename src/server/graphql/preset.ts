import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { type GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import type { SessionSettings } from '../database/session.ts';
import { operationName, type RequestContext, requestOf } from './request/context.ts';
import { aggregatesPreset } from './schema/aggregates.ts';
import { countsPlugin } from './schema/counts.ts';
import { descriptionsPlugin } from './schema/descriptions.ts';
import { createEnumsPlugin } from './schema/enums.ts';
import { exposurePlugins } from './schema/exposure.ts';
import { createFiltersPlugin } from './schema/filters.ts';
import { foundRecordsPlugin } from './schema/found-records.ts';
import { namesPlugin } from './schema/names.ts';
import { createNullabilityPlugin } from './schema/nullability.ts';
import { pagingPlugin } from './schema/paging.ts';
import { rowFiltersPreset } from './schema/row-filters.ts';
import { scalarsPlugin } from './schema/scalars.ts';
import { sumsPlugin } from './schema/sums.ts';

/** The preset for schema crm. `plugins` are those that depend on the running server. */
export function createPreset(options: {
  service: GraphileConfig.PgServiceConfiguration;
  plugins: GraphileConfig.Plugin[];
  extends: GraphileConfig.Preset[];
  maskError: (error: GraphQLError) => GraphQLError;
  /** The settings of the caller of a query, where they are not those of other operations. */
  querySettings?: (request: RequestContext) => SessionSettings;
}): GraphileConfig.Preset {
  return {
    extends: [
      PostGraphileAmberPreset,
      PgSimplifyInflectionPreset,
      rowFiltersPreset,
      aggregatesPreset,
      ...options.extends,
    ],
    plugins: [
      ...exposurePlugins,
      createEnumsPlugin(),
      scalarsPlugin,
      descriptionsPlugin,
      createFiltersPlugin(),
      pagingPlugin,
      countsPlugin,
      sumsPlugin,
      namesPlugin,
      createNullabilityPlugin(),
      foundRecordsPlugin,
      ...options.plugins,
    ],
    disablePlugins: [
      // no global ids: `id` is the column
      'NodePlugin',
      'AddNodeInterfaceToSuitableTypesPlugin',
      'NodeIdCodecBase64JSONPlugin',
      'NodeIdCodecPipeStringPlugin',
      'RegisterQueryNodePlugin',
      'PgNodeIdAttributesPlugin',
      'PgTableNodePlugin',
      // no `query` field in queries and payloads
      'QueryQueryPlugin',
      'MutationPayloadQueryPlugin',
      'PgMutationPayloadEdgePlugin',
      // an incomplete schema is not served
      'SwallowErrorsPlugin',
    ],
    pgServices: [options.service],
    gather: {
      // arguments of functions are required unless they have a default
      pgStrictFunctions: true,
    },
    schema: {
      defaultBehavior: 'connection -list delete:resource:select',
      // items of lists are not null
      pgForbidSetofFunctionsToReturnNull: true,
    },
    grafserv: {
      graphqlPath: '/graphql',
      graphiql: false,
      // queries alone, by the access token in a header: a page of another origin has none
      graphqlOverGET: true,
      watch: false,
      maskError: options.maskError,
      maxRequestLength: 1_048_576,
      // the one type for which browsers send a preflight request
      allowedRequestContentTypes: ['application/json'],
    },
    grafast: {
      explain: false,
      context(requestContext, args) {
        const request = requestOf(requestContext);
        if (request === undefined) throw new Error('The execution has no request context.');
        const operation = getOperationAST(args.document, args.operationName);
        request.operation = operationName(operation?.name?.value);
        const isQuery = operation?.operation === 'query';
        const { querySettings } = options;
        return { request, ...(querySettings && isQuery && { pgSettings: querySettings(request) }) };
      },
    },
  };
}
