import { type GraphQLArgumentConfig, GraphQLList, GraphQLNonNull } from 'postgraphile/graphql';
import type { ReturnedRow } from './returned-rows.ts';

const kinds = {
  client: 'A client.',
  employee: 'An employee.',
  event: 'An event.',
  contract: 'A contract.',
};

/** How crm.search and crm.similar_clients look in the API. */
export const findings: Readonly<Record<string, ReturnedRow>> = {
  search: {
    name: 'Finding',
    description: 'A record that was found by a search.',
    fields: {
      kind: {
        description: 'What kind of record it is.',
        isAlwaysThere: true,
        words: { name: 'FindingKind', values: kinds },
      },
      id: { description: 'Identifies the record among those of its kind.', isAlwaysThere: true },
      title: {
        description:
          'What it is called: the name of a person, the title of an event, the client of a contract.',
        isAlwaysThere: true,
      },
      detail: { description: 'What tells it apart from others, for a person to read.' },
      closeness: {
        description: 'How well it answers what was looked for.',
        isAlwaysThere: true,
        words: {
          name: 'Closeness',
          values: {
            exact: 'That is its number, name, title, company, e-mail address or phone number.',
            contains: 'It contains every word.',
            similar: 'Every word is spelt much like one of it, and nothing contains them all.',
          },
        },
      },
    },
  },
  similar_clients: {
    name: 'SimilarClient',
    description: 'A client who might be the one that is about to be entered.',
    fields: {
      id: { description: 'Identifies the client.', isAlwaysThere: true },
      fullName: { description: 'First and last name.', isAlwaysThere: true },
      companyName: { description: 'The company they buy for; empty for a private person.' },
      email: { description: 'Their e-mail address.' },
      phone: { description: 'Their phone number, as they write it.' },
      commercialContact: {
        description: 'The name of the sales employee who looks after them.',
        isAlwaysThere: true,
      },
      sameEmail: { description: 'Whether the e-mail address is the same.', isAlwaysThere: true },
      samePhone: { description: 'Whether the phone number is the same.', isAlwaysThere: true },
      closeName: { description: 'Whether the name is nearly the same.', isAlwaysThere: true },
    },
  },
};

const defaultFindings = 20;

/** The arguments of `search` are words of closed sets, and it has no pages: the best come first. */
export const searchPlugin: GraphileConfig.Plugin = {
  name: 'EpicSearchPlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin', 'EpicDescriptionsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, { scope, Self }) {
        if (Self.name !== 'Query' || scope.fieldName !== 'search') return args;
        const { first, offset: _, ...kept } = args;
        if (first === undefined) return args;
        return {
          ...kept,
          first: {
            ...first,
            description: `At most this many: ${defaultFindings} by default, never more than 100.`,
            defaultValue: defaultFindings,
          },
        };
      },
      GraphQLObjectType_fields_field_args_arg(argument, build, { scope, Self }) {
        if (Self.name !== 'Query' || scope.fieldName !== 'search') return argument;
        const words: Record<string, () => GraphQLArgumentConfig['type']> = {
          kinds: () => new GraphQLList(new GraphQLNonNull(build.getInputTypeByName('FindingKind'))),
          department: () => build.getInputTypeByName('Department'),
        };
        const type = words[scope.argName];
        return type ? { ...argument, type: type() } : argument;
      },
    },
  },
};
