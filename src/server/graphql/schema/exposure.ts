import { GraphQLList, GraphQLNonNull, getNullableType } from 'postgraphile/graphql';
import { pgSmartTagsFromFile } from 'postgraphile/utils';
import { databasePath } from '../../database/sql-file.ts';

// Grants (PgRBACPlugin) and indexes (PgIndexBehaviorsPlugin) decide what of crm is in the API, and
// db/postgraphile.tags.json5 names and hides single objects. Here is what holds for every table and function.

const shapePlugin: GraphileConfig.Plugin = {
  name: 'EpicShapePlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  inflection: {
    replace: {
      // `id` instead of `rowId`
      _attributeName(previous, _options, details) {
        if (previous === undefined) throw new Error('There is no inflector to replace.');
        return previous({ ...details, skipRowId: true });
      },
      // the result of a function is named after its type: `contract`, not `result`
      functionMutationResultFieldName(previous, _options, details) {
        if (previous === undefined) throw new Error('There is no inflector to replace.');
        const { codec, extensions, isUnique } = details.resource;
        if (!codec.attributes || extensions?.tags?.resultFieldName) return previous(details);
        const name = this.camelCase(details.returnGraphQLTypeName);
        return isUnique ? name : this.pluralize(name);
      },
      // no suffix: lists are of functions only, and have no connection beside them
      listField: (_previous, _options, baseName) => baseName,
    },
  },
  gather: {
    hooks: {
      // the comment on a foreign key is the message of its violation
      pgRelations_relation(_info, { relation }) {
        delete relation.description;
      },
    },
  },
  schema: {
    entityBehavior: {
      pgCodec: {
        // types that functions return are not writable
        override: (behavior, codec) =>
          isReturned(codec) ? [behavior, '-insert', '-update'] : behavior,
      },
      pgResource: {
        override: (behavior, resource) =>
          resource.parameters && !resource.isUnique
            ? [behavior, '-queryField:resource:connection', 'queryField:resource:list']
            : behavior,
      },
      pgResourceUnique: {
        override: (behavior, [, unique]) =>
          unique.isPrimary
            ? behavior
            : [behavior, '-constraint:resource:update', '-constraint:resource:delete'],
      },
    },
    hooks: {
      GraphQLInputObjectType_fields(fields, _build, { scope }) {
        return scope.isMutationInput ? withoutClientMutationId(fields) : fields;
      },
      GraphQLInputObjectType_fields_field(field, _build, { scope }) {
        const isRequired =
          scope.isPgRowType &&
          !scope.isPgPatch &&
          !scope.isPgBaseInput &&
          scope.pgAttribute?.extensions?.tags?.requiredInput;
        return isRequired
          ? { ...field, type: new GraphQLNonNull(getNullableType(field.type)) }
          : field;
      },
      GraphQLObjectType_fields(fields, _build, { scope }) {
        return scope.isMutationPayload ? withoutClientMutationId(fields) : fields;
      },
      // items of lists are not null
      GraphQLObjectType_fields_field(field, _build, { scope }) {
        const { type } = field;
        const list = getNullableType(type);
        if (!scope.pgFieldAttribute || !(list instanceof GraphQLList)) return field;
        const whole = new GraphQLList(new GraphQLNonNull(getNullableType(list.ofType)));
        return { ...field, type: list === type ? whole : new GraphQLNonNull(whole) };
      },
      GraphQLObjectType_fields_field_args_arg(argument) {
        const { type } = argument;
        if (!(type instanceof GraphQLList)) return argument;
        const item = new GraphQLNonNull(getNullableType(type.ofType));
        return { ...argument, type: new GraphQLList(item) };
      },
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (!scope.isRootQuery || !scope.isPgFieldSimpleCollection) return args;
        const { first, offset: _, ...kept } = args;
        const most = Number(scope.pgFieldResource?.extensions?.tags?.first);
        // without the tag `first`, lists of functions are short and come whole
        if (!first || !most) return kept;
        const description = `At most this many: ${most} by default.`;
        return { ...kept, first: { ...first, description, defaultValue: most } };
      },
    },
  },
};

/** Whether a codec is of a type that functions return, not of a table or view. */
export function isReturned(codec: {
  attributes?: unknown;
  extensions?: { isTableLike?: boolean };
}) {
  return codec.attributes !== undefined && !codec.extensions?.isTableLike;
}

/** Of Relay Classic. */
function withoutClientMutationId<Fields extends object>(fields: Fields): Fields {
  const kept = { ...fields };
  Reflect.deleteProperty(kept, 'clientMutationId');
  return kept;
}

/** The plugins that give schema crm its shape in the API. */
export const exposurePlugins: GraphileConfig.Plugin[] = [
  pgSmartTagsFromFile(databasePath('postgraphile.tags.json5'), 'EpicSmartTagsPlugin'),
  shapePlugin,
];
