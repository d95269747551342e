import { GraphQLNonNull, isNonNullType } from 'postgraphile/graphql';

// How crm.explain_access and crm.explain_refusal look in the API: what a function returns has neither a name nor
// comments in the database.

type Described = { description: string; isAlwaysThere?: true };

const types: Record<
  string,
  { name: string; description: string; fields: Record<string, Described> }
> = {
  explain_access: {
    name: 'AccessStep',
    description: 'A grant or a policy that bears on a question about access, or the verdict.',
    fields: {
      step: { description: 'Its place in the order of PostgreSQL, from 1.', isAlwaysThere: true },
      kind: {
        description: '`grant`, `policy` or `verdict`, which comes last.',
        isAlwaysThere: true,
      },
      name: {
        description:
          'The privilege and its columns, or the policy; of the verdict, the policies that decide.',
      },
      role: { description: 'Whose grant or policy it is.' },
      mode: { description: 'Of a policy: `permissive` or `restrictive`.' },
      clause: {
        description:
          'What of a policy fails: `using` (the row as it is) or `with check` (as it would become).',
      },
      isMine: { description: 'Whether it applies to me.', isAlwaysThere: true },
      holds: {
        description:
          'Whether it is fulfilled; of the verdict, whether I may. Null where it depends on what was not given, and for others.',
      },
      sentence: { description: 'The same for a person to read.' },
    },
  },
  explain_refusal: {
    name: 'Refusal',
    description: 'Why something is refused, and whom to ask.',
    fields: {
      isVisible: { description: 'Whether I can see the row at all.', isAlwaysThere: true },
      policy: { description: 'The policies that decide.' },
      sentence: { description: 'Why, for a person to read.' },
      contact: { description: 'Whom to ask, in a sentence.' },
    },
  },
};

const typeNamed = (name: string | undefined) =>
  Object.values(types).find((type) => type.name === name);

/** Names and describes what the explaining functions return. */
export const explanationsPlugin: GraphileConfig.Plugin = {
  name: 'EpicExplanationsPlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
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
      GraphQLObjectType(type, _build, { scope }) {
        const described = typeNamed(scope.pgCodec?.name);
        return described ? { ...type, description: described.description } : type;
      },
      GraphQLObjectType_fields_field(field, _build, { scope, Self }) {
        const described = typeNamed(Self.name)?.fields[scope.fieldName];
        if (!described) return field;
        const { description, isAlwaysThere } = described;
        const type =
          isAlwaysThere && !isNonNullType(field.type) ? new GraphQLNonNull(field.type) : field.type;
        return { ...field, description, type };
      },
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (scope.fieldName !== 'explainAccess') return args;
        // The steps are few, and half of them would not be an answer.
        const { first: _, offset: __, ...kept } = args;
        return kept;
      },
    },
  },
};
