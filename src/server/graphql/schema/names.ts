import { PgSelectSingleStep, TYPES } from 'postgraphile/@dataplan/pg';
import {
  type GraphQLFieldConfigMap,
  GraphQLNonNull,
  GraphQLString,
  isNonNullType,
} from 'postgraphile/graphql';
import { type SQL, sql } from 'postgraphile/pg-sql2';

/** The names of records that others refer to. */
const nameSources: Readonly<Record<string, { words: string; name: (row: SQL) => SQL }>> = {
  client: {
    words: 'their company, or else their own name',
    name: (client) => sql`coalesce(${client}.company_name, ${client}.full_name)`,
  },
  employee: { words: 'their name', name: (employee) => sql`${employee}.full_name` },
};

/**
 * Adds the name beside each reference to a client or employee: `commercialName` beside `commercial { fullName }`, which
 * costs much more in a long list. Null where that record can be.
 */
export const namesPlugin: GraphileConfig.Plugin = {
  name: 'EpicNamesPlugin',
  after: ['PgRelationsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields(fields, build, { scope, Self }) {
        const { pgCodec: codec, isPgClassType } = scope;
        if (!isPgClassType || !codec?.attributes) return fields;

        const names: GraphQLFieldConfigMap<unknown, unknown> = {};
        const { pgRegistry: registry } = build.input;
        for (const [relationName, relation] of Object.entries(
          registry.pgRelations[codec.name] ?? {},
        )) {
          const { localAttributes, remoteAttributes, remoteResource, isReferencee } = relation;
          const { words, name } = nameSources[remoteResource.codec.name] ?? {};
          const [local, remote] = [localAttributes[0], remoteAttributes[0]];
          const field = build.inflection.singleRelation({ registry, codec, relationName });
          if (isReferencee || !name || !local || !remote || !fields[field]) continue;
          names[`${field}Name`] = {
            type: isNonNullType(fields[field].type)
              ? new GraphQLNonNull(GraphQLString)
              : GraphQLString,
            description: `What \`${field}\` is called: ${words}.`,
            extensions: {
              grafast: {
                plan($record) {
                  if ($record instanceof PgSelectSingleStep) {
                    const other = $record.getClassStep().singleRelation(relationName);
                    return $record.select(name(other), TYPES.text);
                  }
                  const $other = remoteResource.get({ [remote]: $record.get(local) });
                  return $other.select(name($other.getClassStep().alias), TYPES.text);
                },
              },
            },
          };
        }
        return build.extend(fields, names, `Adding names to '${Self.name}'`);
      },
    },
  },
};
