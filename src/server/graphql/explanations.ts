import { GraphQLNonNull, getNullableType } from 'postgraphile/graphql';

// How crm.explain_access and crm.explain_refusal look in the API: what a function returns has neither a name nor
// comments in the database.

type Described = {
  description: string;
  isAlwaysThere?: true;
  /** The words that it can be, as an enum. */
  words?: { name: string; values: Record<string, string> };
};

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
        description: 'What a step is.',
        isAlwaysThere: true,
        words: {
          name: 'AccessStepKind',
          values: {
            grant: 'A privilege that a role has been granted.',
            policy: 'A policy of row-level security.',
            verdict: 'What follows from the others: whether I may. It comes last.',
          },
        },
      },
      name: {
        description:
          'The privilege and its columns, or the policy; of the verdict, the policies that decide.',
      },
      role: { description: 'Whose grant or policy it is.' },
      mode: {
        description: 'How a policy counts beside others.',
        words: {
          name: 'PolicyMode',
          values: {
            permissive: 'One way in: one that is fulfilled is enough.',
            restrictive: 'A condition: all must be fulfilled.',
          },
        },
      },
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
            'EpicExplanationsPlugin',
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
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (!scope.isRootQuery || !scope.isPgFieldSimpleCollection) return args;
        // What a function returns as a list is short, and half of it would not be an answer.
        const { first: _, offset: __, ...kept } = args;
        return kept;
      },
    },
  },
};
