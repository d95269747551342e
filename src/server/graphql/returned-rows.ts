import { GraphQLNonNull, getNullableType } from 'postgraphile/graphql';

/** How the rows look in the API that a function returns: they have neither a name nor comments in the database. */
export type ReturnedRow = {
  name: string;
  description: string;
  fields: Record<string, ReturnedField>;
};

type ReturnedField = {
  description: string;
  isAlwaysThere?: true;
  /** The words that it can be, as an enum. */
  words?: { name: string; values: Record<string, string> };
};

/** Names and describes what functions return, by the names of the functions. */
export function createReturnedRowsPlugin(
  types: Readonly<Record<string, ReturnedRow>>,
): GraphileConfig.Plugin {
  const typeNamed = (name: string | undefined) =>
    Object.values(types).find((type) => type.name === name);
  return {
    name: 'EpicReturnedRowsPlugin',
    inflection: {
      replace: {
        functionRecordReturnCodecName(previous, _options, details) {
          if (previous === undefined) throw new Error('There is no inflector to replace.');
          return types[details.pgProc.proname]?.name ?? previous(details);
        },
      },
    },
    schema: {
      hooks: {
        init(initialised, build) {
          for (const { description, words } of Object.values(types).flatMap(({ fields }) =>
            Object.values(fields),
          )) {
            if (words === undefined) continue;
            const values = Object.entries(words.values).map(([word, meaning]) => [
              word,
              { value: word, description: meaning },
            ]);
            build.registerEnumType(
              words.name,
              {},
              () => ({ description, values: Object.fromEntries(values) }),
              'EpicReturnedRowsPlugin',
            );
          }
          return initialised;
        },
        GraphQLObjectType(type, _build, { scope }) {
          const described = typeNamed(scope.pgCodec?.name);
          return described ? { ...type, description: described.description } : type;
        },
        GraphQLObjectType_fields_field(field, build, { scope, Self }) {
          const described = typeNamed(Self.name)?.fields[scope.fieldName];
          if (!described) return field;
          const { description, isAlwaysThere, words } = described;
          const type = words ? build.getOutputTypeByName(words.name) : getNullableType(field.type);
          return { ...field, description, type: isAlwaysThere ? new GraphQLNonNull(type) : type };
        },
      },
    },
  };
}
