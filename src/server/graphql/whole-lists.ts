/** The lists that functions return are given whole, but for a search, which knows how much of it is asked for. */
export const wholeListsPlugin: GraphileConfig.Plugin = {
  name: 'EpicWholeListsPlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (!scope.isRootQuery || !scope.isPgFieldSimpleCollection) return args;
        if (scope.fieldName === 'search') return args;
        // What a function returns as a list is short, and half of it would not be an answer.
        const { first: _, offset: __, ...kept } = args;
        return kept;
      },
    },
  },
};
