import type { PgCodecWithAttributes, PgResource } from 'postgraphile/@dataplan/pg';
import { parseComment } from './comments.ts';
import { isReturned } from './exposure.ts';

// Descriptions of the schema. PostGraphile takes them from the comments of the database; here a column's comment also
// describes the relation, and the list in a function's comment its arguments. What is not in the database is
// described by its kind.

type Build = GraphileBuild.Build;
type Described = { description?: string | null | undefined };

const placeInList = 'Its place in the list: reading goes on from here with "after" or "before".';

const ofPayload: Record<string, string> = {
  staged: 'How many lines the import has by now.',
};

const ofPageInfo: Record<string, string> = {
  hasNextPage: 'Whether there are more after this page.',
  hasPreviousPage: 'Whether there are more before this page.',
  startCursor: 'The place of the first of this page, for "before".',
  endCursor: 'The place of the last of this page, for "after".',
};

const ofPagingArguments: Record<string, string> = {
  after: 'Only what comes after this place, such as the "endCursor" of the page before.',
  before: 'Only what comes before this place, such as the "startCursor" of the page after.',
  condition: 'Which ones. All that is given must be true.',
  orderBy: 'In which order. Where the first leaves two equal, the next decides.',
};

/** Describes generated types and fields, and removes the order NATURAL. */
export const descriptionsPlugin: GraphileConfig.Plugin = {
  name: 'EpicDescriptionsPlugin',
  // descriptions of other plugins are kept
  before: ['EpicPagingPlugin', 'EpicShapePlugin'],
  schema: {
    hooks: {
      GraphQLObjectType: (type, build, { scope }) =>
        described(type, () => {
          if (scope.isRootQuery) return 'What can be read.';
          if (scope.isRootMutation) return 'What can be done.';
          if (scope.isPageInfo) return 'Where a page begins and ends, and whether there are more.';
          if (scope.isMutationPayload || type.name.endsWith('Payload')) {
            return `What \`${mutationOf(type.name, 'Payload')}\` answers.`;
          }
          if (!scope.pgCodec) return null;
          const { one, many } = wordsFor(build, scope.pgCodec);
          if (scope.isConnectionType) return `A page of ${many}.`;
          return scope.isConnectionEdgeType ? `${capital(one)}, and its place in the list.` : null;
        }),

      GraphQLInputObjectType: (type, build, { scope }) =>
        described(type, () => {
          if (scope.isPgConnectionFilter || (!type.name.endsWith('Input') && !scope.pgCodec))
            return null;
          if (scope.isMutationInput || !scope.pgCodec) {
            return `What \`${mutationOf(type.name, 'Input')}\` needs.`;
          }
          const { one, many, noun } = wordsFor(build, scope.pgCodec);
          if (scope.isPgCondition) return `Which ${many}. All that is given must be true.`;
          if (scope.isPgPatch) return `What to change of ${one}. What is left out stays as it is.`;
          return scope.isInputType ? `A new ${noun}.` : null;
        }),

      GraphQLEnumType: (type, build, { scope }) =>
        described(type, () =>
          scope.isPgRowSortEnum && scope.pgCodec
            ? `An order of ${wordsFor(build, scope.pgCodec).many}.`
            : null,
        ),

      GraphQLEnumType_values(values, _build, { scope }) {
        if (!scope.isPgRowSortEnum) return values;
        // pages without an order would overlap
        const { NATURAL: _, ...kept } = values;
        return kept;
      },

      GraphQLEnumType_values_value: (value, build, { scope }) =>
        described(value, () =>
          scope.isPgRowSortEnum && scope.pgCodec?.attributes
            ? orderInWords(build, scope.pgCodec as PgCodecWithAttributes, scope.valueName)
            : null,
        ),

      GraphQLObjectType_fields_field: (field, build, { scope, Self }) =>
        described(field, () => {
          const { fieldName } = scope;
          if (scope.isPageInfo) return ofPageInfo[fieldName];
          if (scope.pgRelationDetails) return relationInWords(build, scope.pgRelationDetails);
          if (functionOf(build, Self.name, fieldName)) return parseComment(field.description).text;

          const codec =
            scope.pgFieldResource?.codec ?? scope.pgTypeResource?.codec ?? scope.pgCodec;
          if (!codec) return null;
          const { one, many, noun } = wordsFor(build, codec);
          if (scope.isPgFieldConnection) return `The ${many}, page by page.`;
          if (scope.isPgRowByUniqueConstraintField) {
            return `The ${noun} with this id; null when there is none that you may read.`;
          }
          if (scope.isPgCreateMutation) return `Creates ${one}.`;
          if (scope.isPgUpdateMutation) return `Changes ${one}.`;
          if (scope.isPgDeleteMutation) return `Deletes ${one}.`;
          if (scope.isPgCreatePayloadType) return `The new ${noun}.`;
          if (scope.isPgDeletePayloadType) return `The ${noun} as it was.`;
          if (scope.isMutationPayload) {
            const returned = isReturned(codec) ? codec.description : null;
            return ofPayload[fieldName] ?? returned ?? `The ${noun} as it is now.`;
          }
          if (scope.isConnectionEdgeType) {
            return fieldName === 'cursor' ? placeInList : `The ${noun} itself.`;
          }
          if (scope.isConnectionType) return ofConnection(fieldName, many);
          const isId = scope.isPgClassType && fieldName === 'id' && !field.description;
          return isId ? `Identifies the ${noun}.` : null;
        }),

      GraphQLObjectType_fields_field_args_arg: (argument, build, { scope, Self }) =>
        described(argument, () => {
          const { argName, fieldName, pgFieldResource } = scope;
          if (scope.isRootMutation && argName === 'input') return 'What is needed for it.';
          const called = functionOf(build, Self.name, fieldName);
          if (called) return argumentInWords(build, called, argName);
          if (scope.isPgRowByUniqueConstraintField && pgFieldResource) {
            return `Which ${wordsFor(build, pgFieldResource.codec).noun}.`;
          }
          return scope.isPgFieldConnection ? ofPagingArguments[argName] : null;
        }),

      GraphQLInputObjectType_fields_field: (field, build, { scope, Self }) =>
        described(field, () => {
          const { fieldName, pgAttribute } = scope;
          if (scope.isPgCondition && scope.pgCodec && pgAttribute) {
            const { many } = wordsFor(build, scope.pgCodec);
            const none = pgAttribute.notNull ? '' : '; null for those that have none';
            return `Only ${many} whose \`${fieldName}\` is this${none}.`;
          }
          if (!scope.isMutationInput) return null;
          const called = functionOf(build, 'Mutation', mutationOf(Self.name, 'Input'));
          if (called) return argumentInWords(build, called, fieldName);
          if (!scope.pgResource) return null;
          const { noun } = wordsFor(build, scope.pgResource.codec);
          if (scope.isPgCreateInputType) return `The new ${noun}.`;
          return fieldName === 'patch' ? 'What to change of it.' : `Which ${noun}.`;
        }),
    },
  },
};

/** With the words for it, unless there are none. */
function described<Thing extends Described>(
  thing: Thing,
  words: () => string | null | undefined,
): Thing {
  const description = words();
  return description ? { ...thing, description } : thing;
}

/** What a record is called: "an event", "events", "event". */
function wordsFor(build: Build, codec: { name: string }) {
  const noun = wordsOf(codec.name);
  return {
    noun,
    one: `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`,
    many: build.inflection.pluralize(noun),
  };
}

function ofConnection(fieldName: string, many: string): string | undefined {
  const words: Record<string, string> = {
    nodes: `The ${many} of this page.`,
    edges: `The ${many} of this page, each with its place in the list.`,
    pageInfo: 'Where this page begins and ends, and whether there are more.',
    totalCount: 'How many there are on all pages.',
  };
  return words[fieldName];
}

/** A relation that one record has is what its column says; one that many have is theirs. */
function relationInWords(
  build: Build,
  { registry, codec, relationName }: GraphileBuild.PgRelationsPluginRelationDetails,
): string | null {
  const relation = registry.pgRelations[codec.name]?.[relationName];
  if (relation === undefined) return null;
  const [column = ''] = relation.isReferencee
    ? relation.remoteAttributes
    : relation.localAttributes;
  if (!relation.isReferencee) return codec.attributes[column]?.description ?? null;

  const { noun } = wordsFor(build, codec);
  const { many } = wordsFor(build, relation.remoteResource.codec);
  if (column === `${codec.name}_id`) return `The ${many} of this ${noun}, page by page.`;
  const field = build.inflection.attribute({
    codec: relation.remoteResource.codec,
    attributeName: column,
  });
  return `The ${many} whose \`${field}\` is this ${noun}, page by page.`;
}

function orderInWords(build: Build, codec: PgCodecWithAttributes, valueName: string) {
  const primaryKey = /^PRIMARY_KEY_(ASC|DESC)$/.exec(valueName)?.[1];
  if (primaryKey) return `By \`id\`, ${primaryKey === 'ASC' ? 'lowest' : 'highest'} first.`;
  for (const [attributeName, attribute] of Object.entries(codec.attributes)) {
    for (const variant of ['asc', 'desc'] as const) {
      const details = { codec, attributeName, variant };
      if (build.inflection.orderByAttributeEnum(details) !== valueName) continue;
      const [first, last] = endsOf(attribute.codec.name);
      const field = build.inflection.attribute({ codec, attributeName });
      return `By \`${field}\`, ${variant === 'asc' ? first : last} first.`;
    }
  }
  return null;
}

function endsOf(codecName: string): [first: string, last: string] {
  if (/^(int|bigint|numeric|float)/.test(codecName)) return ['lowest', 'highest'];
  if (/^(date|time)/.test(codecName)) return ['earliest', 'latest'];
  return /^bool/.test(codecName) ? ['false', 'true'] : ['A', 'Z'];
}

type Called = Parameters<GraphileBuild.Inflection['customQueryField']>[0]['resource'];

/** The function of the database that is called by this field of Query or Mutation. */
function functionOf(build: Build, typeName: string, fieldName: string): Called | undefined {
  if (typeName !== 'Query' && typeName !== 'Mutation') return undefined;
  const { inflection } = build;
  return Object.values(build.pgResources)
    .filter(isFunction)
    .find((resource) =>
      typeName === 'Query'
        ? inflection.customQueryField({ resource }) === fieldName
        : inflection.customMutationField({ resource }) === fieldName,
    );
}

function isFunction(resource: PgResource): resource is Called {
  return resource.parameters !== undefined;
}

/** What the function's comment says of its argument; else what the column of that name is. */
function argumentInWords(build: Build, called: Called, name: string): string | null {
  const parameter = called.parameters?.find(
    (each) => build.inflection.camelCase(each.name ?? '') === name,
  );
  const argument = parameter?.name ?? '';
  const listed = parseComment(called.description).parts.get(argument);
  if (listed !== undefined) return listed;
  const column = isReturned(called.codec) ? null : called.codec.attributes?.[argument]?.description;
  if (column) return column;
  const record = /^(\w+)_id$/.exec(argument)?.[1];
  return record === undefined ? null : `Which ${wordsOf(record)}.`;
}

/** `createClient`, of `CreateClientInput`. */
function mutationOf(typeName: string, suffix: string): string {
  const name = typeName.slice(0, -suffix.length);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A view that shows everybody what is theirs, my_session, is called by what it shows: they see no other. */
export function wordsOf(name: string): string {
  return name
    .replace(/^my(?:_|(?=[A-Z]))/, '')
    .replaceAll('_', ' ')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
