import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { type GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { operationName } from './request/context.ts';
import { descriptionsPlugin } from './schema/descriptions.ts';
import { createEnumsPlugin } from './schema/enums.ts';
import { exposurePlugins } from './schema/exposure.ts';
import { createFiltersPlugin } from './schema/filters.ts';
import { namesPlugin } from './schema/names.ts';
import { pagingPlugin } from './schema/paging.ts';
import { scalarsPlugin } from './schema/scalars.ts';

/** The API over schema crm. `plugins` are those that need something of the running server. */
export function createPreset(options: {
  service: GraphileConfig.PgServiceConfiguration;
  plugins: GraphileConfig.Plugin[];
  extends: GraphileConfig.Preset[];
  maskError: (error: GraphQLError) => GraphQLError;
}): GraphileConfig.Preset {
  return {
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, ...options.extends],
    plugins: [
      ...exposurePlugins,
      createEnumsPlugin(),
      scalarsPlugin,
      descriptionsPlugin,
      createFiltersPlugin(),
      pagingPlugin,
      namesPlugin,
      ...options.plugins,
    ],
    disablePlugins: [
      // Without global ids, `id` is the row's own.
      'NodePlugin',
      'AddNodeInterfaceToSuitableTypesPlugin',
      'NodeIdCodecBase64JSONPlugin',
      'NodeIdCodecPipeStringPlugin',
      'RegisterQueryNodePlugin',
      'PgNodeIdAttributesPlugin',
      'PgTableNodePlugin',
      // A query inside a query, and inside every mutation.
      'QueryQueryPlugin',
      'MutationPayloadQueryPlugin',
      'PgMutationPayloadEdgePlugin',
      // A schema that cannot be built whole is not served.
      'SwallowErrorsPlugin',
    ],
    pgServices: [options.service],
    gather: {
      // An argument of a function is required unless it has a default.
      pgStrictFunctions: true,
    },
    schema: {
      defaultBehavior: 'connection -list delete:resource:select',
      // No list has holes.
      pgForbidSetofFunctionsToReturnNull: true,
    },
    grafserv: {
      graphqlPath: '/graphql',
      graphiql: false,
      graphqlOverGET: false,
      watch: false,
      maskError: options.maskError,
      maxRequestLength: 1_048_576,
      // A page of another origin can send any other type without asking first.
      allowedRequestContentTypes: ['application/json'],
    },
    grafast: {
      explain: false,
      context({ request }, args) {
        if (request === undefined) throw new Error('A request came in without an request.');
        request.operation = operationName(
          getOperationAST(args.document, args.operationName)?.name?.value,
        );
        return { request };
      },
    },
  };
}
