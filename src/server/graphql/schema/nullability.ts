import { GraphQLNonNull, type GraphQLOutputType, isNonNullType } from 'postgraphile/graphql';
import { queryCatalogue } from './catalogue.ts';

/** The tables of crm of which every employee reads every row, by the policies; in a session, as is asked of every table. */
const readWholeQuery = `
  select relname as name
  from pg_catalog.pg_class c
  where relnamespace = 'crm'::regnamespace
    and exists (
      select from pg_catalog.pg_policy
      where polrelid = c.oid and polpermissive and polcmd in ('r', '*')
        and 'epic_employee'::regrole = any (polroles) and pg_get_expr(polqual, polrelid) = 'true')
    and not exists (
      select from pg_catalog.pg_policy
      where polrelid = c.oid and not polpermissive and polcmd in ('r', '*')
        and polname <> 'employee_read_in_session')`;

type RelationDetails = GraphileBuild.PgRelationsPluginRelationDetails;

/**
 * Says of what is never null that it is not: lists, the cursors of their edges, and the record to which a column refers
 * that is never null, with its name, where the policies show every row of its table: a foreign key keeps it. The look-up of
 * one record is null where there is none, and so is a mutation that was refused.
 */
export function createNullabilityPlugin(): GraphileConfig.Plugin {
  let readWhole: ReadonlySet<string>;

  function isNeverNull({ registry, codec, relationName }: RelationDetails): boolean {
    const relation = registry.pgRelations[codec.name]?.[relationName];
    if (!relation || relation.isReferencee) return false;
    return (
      readWhole.has(relation.remoteResource.codec.extensions?.pg?.name ?? '') &&
      relation.localAttributes.every((name) => codec.attributes?.[name]?.notNull)
    );
  }

  return {
    name: 'EpicNullabilityPlugin',
    gather: {
      hooks: {
        async pgIntrospection_introspection(info, { serviceName }) {
          const rows = await queryCatalogue<{ name: string }>(
            info.resolvedPreset,
            serviceName,
            readWholeQuery,
          );
          readWhole = new Set(rows.map(({ name }) => name));
        },
      },
    },
    schema: {
      hooks: {
        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { isCursorField, isPgFieldConnection, isPgFieldSimpleCollection } = scope;
          const isList = isPgFieldConnection || isPgFieldSimpleCollection;
          const reference = scope.isPgSingleRelationField ? scope.pgRelationDetails : undefined;
          return isList || isCursorField || (reference && isNeverNull(reference))
            ? { ...field, type: nonNull(field.type) }
            : field;
        },
      },
    },
  };
}

function nonNull(type: GraphQLOutputType): GraphQLOutputType {
  return isNonNullType(type) ? type : new GraphQLNonNull(type);
}
