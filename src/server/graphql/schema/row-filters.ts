import {
  PgCondition,
  type PgSelectQueryBuilder,
  type PgSelectStep,
} from 'postgraphile/@dataplan/pg';
import type { ConnectionStep, GrafastArgumentConfig, Step } from 'postgraphile/grafast';
import { type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'postgraphile/graphql';
import { sql } from 'postgraphile/pg-sql2';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { ApiError } from '../../errors/errors.ts';
import { checkLimit } from '../limits/limits.ts';
import { wordsOf } from './descriptions.ts';

// The argument `filter` of lists: what an index serves of what postgraphile-plugin-connection-filter offers. Columns are those
// of PgIndexBehaviorsPlugin. See docs/decisions/0060.

const operators: Record<string, string> = {
  equalTo: 'Is this.',
  in: 'Is one of these.',
  isNull: 'True: is empty; false: is not empty.',
  lessThan: 'Is less than this, or earlier.',
  lessThanOrEqualTo: 'Is this, less or earlier.',
  greaterThan: 'Is more than this, or later.',
  greaterThanOrEqualTo: 'Is this, more or later.',
};

const logic: Record<string, string> = {
  and: 'All of these are true.',
  or: 'At least one of these is true.',
  not: 'This is not true.',
};

/** In every filter, for database/session.ts: what callers think up would use up the names of prepared statements. */
const varying = sql`true /* unnamed */`;

/** Of closed sets, which have no order. */
const ofSets = ['equalTo', 'in', 'isNull'];

const rowFiltersPlugin: GraphileConfig.Plugin = {
  name: 'EpicRowFiltersPlugin',
  after: ['PgConnectionArgFilterBackwardRelationsPlugin', 'PgConnectionArgFilterOperatorsPlugin'],
  schema: {
    entityBehavior: {
      pgCodecRelation: {
        // rows that are no list of a record's do not filter it either
        override: (behavior, { isReferencee, extensions }) =>
          isReferencee && JSON.stringify(extensions?.tags?.behavior ?? '').includes('-manyRelation')
            ? [behavior, '-filterBy']
            : behavior,
      },
    },
    hooks: {
      GraphQLInputObjectType: (type, { inflection }, { scope }) => {
        const { isPgConnectionFilter, isPgConnectionFilterMany, pgCodec, foreignTable } = scope;
        const rows = inflection.pluralize(wordsOf((pgCodec ?? foreignTable?.codec)?.name ?? ''));
        if (isPgConnectionFilter) {
          const description = `Which ${rows}. All that is given must be true; null is not set.`;
          return { ...type, description };
        }
        if (isPgConnectionFilterMany) return { ...type, description: `Which ${rows} it has.` };
        if (!scope.pgConnectionFilterOperators) return type;
        return { ...type, description: 'What a value is. All that is given must be true.' };
      },

      GraphQLInputObjectType_fields(fields, build, { scope }) {
        const { isPgConnectionFilter, isPgConnectionFilterMany, pgConnectionFilterOperators } =
          scope;
        const isSet =
          pgConnectionFilterOperators?.inputTypeName === 'Boolean' ||
          build.graphql.isEnumType(
            build.getTypeByName(pgConnectionFilterOperators?.inputTypeName ?? ''),
          );
        const isServed = (name: string) => {
          // rows without a row: nothing finds these but reading all
          if (isPgConnectionFilterMany) return name === 'some';
          if (isPgConnectionFilter) return !/Exists?$/.test(name);
          return !isSet || ofSets.includes(name);
        };
        return Object.fromEntries(Object.entries(fields).filter(([name]) => isServed(name)));
      },

      GraphQLInputObjectType_fields_field(field, _build, { scope }) {
        const { fieldName } = scope;
        const description = scope.pgConnectionFilterOperators
          ? operators[fieldName]
          : scope.isPgConnectionFilter
            ? (logic[fieldName] ?? `Only those whose \`${fieldName}\` is like this.`)
            : scope.isPgConnectionFilterMany && 'At least one like this.';
        return description ? { ...field, description } : field;
      },

      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        const { filter, ...others } = args;
        if (!filter || !(scope.isPgFieldConnection || scope.isPgFieldSimpleCollection)) return args;
        const type = filter.type as GraphQLInputObjectType;
        const bounded: GrafastArgumentConfig = {
          type,
          description: `${type.description} What both say, \`condition\` and this, must be true.`,
          applyPlan(_, $list: ConnectionStep<Step> | PgSelectStep, argument) {
            const $rows = ('getSubplan' in $list ? $list.getSubplan() : $list) as PgSelectStep;
            argument.apply($rows, (builder: PgSelectQueryBuilder, filter: unknown) => {
              checkFilter(type, filter);
              if (filter == null) return undefined;
              const condition = new PgCondition(builder);
              condition.where(varying);
              return condition;
            });
          },
        };
        return { ...others, filter: bounded };
      },
    },
  },
};

/** Throws an ApiError (INVALID) for a filter that is too large, says nothing, or that no index serves. */
function checkFilter(type: GraphQLInputObjectType, filter: unknown): void {
  let conditions = 0;
  let relations = 0;

  /** Gives the number of conditions. */
  function check(type: GraphQLInputObjectType, filter: unknown, operator: string | null): number {
    const fields = type.getFields();
    const before = conditions;
    for (const [name, value] of Object.entries(filter ?? {})) {
      if (value == null) continue;
      if (isRowFilter(type) && name in logic) {
        for (const each of [value].flat()) {
          const count = check(type, each, name === 'and' ? operator : name);
          if (count === 0 && name !== 'and') throw emptyFilter(name);
        }
        if (Array.isArray(value) && value.length === 0 && name === 'or') throw emptyFilter(name);
        continue;
      }
      const inner = getNamedType(fields[name]?.type);
      if (!isInputObjectType(inner)) {
        conditions += 1;
        checkLimit('conditions', conditions);
        continue;
      }
      const isRelation = isRowFilter(type) && (isRowFilter(inner) || 'some' in inner.getFields());
      if (isRelation) {
        if (operator !== null) throw unservedFilter(name, operator);
        relations += 1;
        checkLimit('relations', relations);
      }
      check(inner, value, isRelation ? null : operator);
    }
    return conditions - before;
  }
  check(type, filter, null);
}

function isRowFilter(type: GraphQLInputObjectType): boolean {
  return 'and' in type.getFields();
}

function emptyFilter(operator: string): ApiError {
  return new ApiError('INVALID', `The filter ${operator} is empty.`, {
    ...{ field: operator, kind: 'filter_empty' },
    hint: 'Leave it out to list all.',
  });
}

function unservedFilter(relation: string, operator: string): ApiError {
  return new ApiError(
    'INVALID',
    `A filter cannot go through ${relation} within ${operator}: no index would serve it.`,
    {
      ...{ field: relation, kind: 'filter_unserved' },
      hint: `Filter by ${relation} outside of ${operator}, or put ${operator} inside of it.`,
    },
  );
}

export const rowFiltersPreset: GraphileConfig.Preset = {
  extends: [PostGraphileConnectionFilterPreset],
  plugins: [rowFiltersPlugin],
  disablePlugins: [
    'PgConnectionArgFilterComputedAttributesPlugin',
    'PgConnectionArgFilterCompositeTypeAttributesPlugin',
    'PgConnectionArgFilterRecordFunctionsPlugin',
  ],
  schema: {
    connectionFilterAllowedOperators: Object.keys(operators),
    connectionFilterArrays: false,
    connectionFilterComputedColumns: false,
    connectionFilterSetofFunctions: false,
    connectionFilterRelations: true,
    // refused where they would be mistaken
    connectionFilterAllowNullInput: true,
    connectionFilterAllowEmptyObjectInput: true,
  },
};
