import { PgAggregatesPreset } from '@graphile/pg-aggregates';
import {
  type PgCodecWithAttributes,
  PgSelectSingleStep,
  PgSelectStep,
  TYPES,
} from 'postgraphile/@dataplan/pg';
import {
  type ConnectionStep,
  constant,
  isUnaryStep,
  lambda,
  type Step,
} from 'postgraphile/grafast';
import {
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLOutputType,
  getNullableType,
} from 'postgraphile/graphql';
import { type SQL, sql } from 'postgraphile/pg-sql2';
import { ApiError } from '../../errors/errors.ts';
import { checkLimit, limits } from '../limits/limits.ts';
import { countUpTo } from './counts.ts';
import { wordsOf } from './descriptions.ts';

// Counts and sums of lists, by group: of @graphile/pg-aggregates what is asked for, over a bounded number of rows. See
// docs/decisions/0060.

const bound = limits.aggregatedRows.toLocaleString('en');

const descriptions: Record<string, string> = {
  aggregates: `Their number and sums, on all pages; refused where there are over ${bound}.`,
  groupedAggregates: `The same by group, in no order; refused where there are over ${bound} in all.`,
  keys: 'What those of the group share, in the order of `groupBy`: null for what is empty.',
  sum: 'The sums of their amounts.',
};

declare global {
  namespace GraphileBuild {
    interface BehaviorStrings {
      'resource:groupedAggregates:having': true;
    }
  }
}

const aggregatesPlugin: GraphileConfig.Plugin = {
  name: 'EpicAggregatesPlugin',
  after: ['aggregates'],
  schema: {
    behaviorRegistry: {
      add: {
        // of the plugin that is disabled
        'resource:groupedAggregates:having': {
          description: 'Conditions on groups.',
          entities: ['pgResource'],
        },
      },
    },
    hooks: {
      build: {
        after: ['PgAggregatesSpecsPlugin'],
        callback(build) {
          const sums = (build.pgAggregateSpecs ?? []).filter(({ id }) => id === 'sum');
          build.pgAggregateSpecs = sums.map((spec) => ({
            ...spec,
            isSuitableType: (codec) => codec === TYPES.numeric,
            sqlAggregateWrap: (column) => sql`coalesce(sum(${column}), 0.00)`,
            pgTypeCodecModifier: (codec) => codec,
          }));
          build.pgAggregateGroupBySpecs = ['day', 'month'].flatMap((unit) => {
            const spec = { id: `truncated-to-${unit}`, sqlWrapCodec: () => TYPES.date };
            const dateOf = (time: SQL) => sql`date_trunc(${sql.literal(unit)}, ${time})::date`;
            return [
              {
                ...spec,
                isSuitableType: (codec) => codec === TYPES.timestamptz,
                sqlWrap: (column) => dateOf(sql`${column} at time zone 'UTC'`),
              },
              {
                ...spec,
                isSuitableType: (codec) => codec === TYPES.date,
                sqlWrap: (column) => dateOf(sql`${column}::timestamp`),
              },
            ];
          });
          return build;
        },
      },

      GraphQLEnumType: (type, build, { scope }) => {
        if (!scope.isPgAggregateGroupEnum) return type;
        const rows = build.inflection.pluralize(wordsOf(scope.pgTypeResource?.codec.name ?? ''));
        return {
          ...type,
          description: `What groups of ${rows} share. Days and months are those of UTC.`,
        };
      },

      GraphQLEnumType_values_value(value, { inflection }, { scope }) {
        if (!scope.isPgAggregateGroupEnum) return value;
        const [column = '', unit] = scope.valueName.split('_TRUNCATED_TO_');
        const field = `\`${inflection.camelCase(column)}\``;
        const description = unit ? `The ${unit.toLowerCase()} of ${field}.` : `The same ${field}.`;
        return { ...value, description };
      },

      GraphQLObjectType: (type, build, { scope }) => {
        const { isPgAggregateContainerType, isPgAggregateType, pgTypeResource } = scope;
        if (!isPgAggregateContainerType && !isPgAggregateType) return type;
        const rows = build.inflection.pluralize(wordsOf(pgTypeResource?.codec.name ?? ''));
        const description = isPgAggregateType
          ? `The sums of ${rows}.`
          : `How many ${rows} there are, and their sums.`;
        return { ...type, description };
      },

      GraphQLObjectType_fields_field_args_arg: (argument, _build, { scope }) =>
        scope.fieldName === 'groupedAggregates'
          ? { ...argument, description: 'What those of a group share.' }
          : argument,

      GraphQLEnumType_values(values, build, { scope }) {
        const { isPgAggregateGroupEnum, pgTypeResource } = scope;
        if (!isPgAggregateGroupEnum || !pgTypeResource) return values;
        const codec = pgTypeResource.codec as PgCodecWithAttributes;
        const relations = Object.values(build.input.pgRegistry.pgRelations[codec.name] ?? {});
        const ofEmployees = relations
          .filter(
            (relation) => !relation.isReferencee && relation.remoteResource.name === 'employee',
          )
          .map(({ localAttributes }) => localAttributes[0]);
        const kept = Object.entries(codec.attributes).flatMap(
          ([attributeName, { codec: type }]) => {
            const isFew =
              ofEmployees.includes(attributeName) || 'values' in type || type === TYPES.boolean;
            // as the library names it
            const name = build.inflection._attributeName({ codec, attributeName });
            return isFew ? [build.inflection.constantCase(name)] : [];
          },
        );
        return Object.fromEntries(
          Object.entries(values).filter(
            ([name]) => kept.includes(name) || /_TRUNCATED_TO_(DAY|MONTH)$/.test(name),
          ),
        );
      },

      GraphQLObjectType_fields(fields, build, { scope, fieldWithHooks }) {
        if (!scope.isPgAggregateContainerType) return fields;
        return build.extend(
          fields,
          {
            count: fieldWithHooks({ fieldName: 'count' }, () => ({
              description: 'How many there are.',
              type: new GraphQLNonNull(GraphQLInt),
              plan: ($row: PgSelectSingleStep) => $row.select(sql`count(*)::int`, TYPES.int, false),
            })),
          },
          'Adding a count to aggregates',
        );
      },

      GraphQLObjectType_fields_field(field, _build, { scope }) {
        const { fieldName, isConnectionType, isPgAggregateContainerType } = scope;
        const description = descriptions[fieldName];
        const { plan } = field;
        if (scope.isPgAggregateType) {
          return { ...field, description: `The sum of \`${fieldName}\`.` };
        }
        if (isPgAggregateContainerType && description) {
          const type = fieldName === 'sum' ? nonNull(field.type) : field.type;
          return { ...field, description, type };
        }
        if (!isConnectionType || !/^(groupedA|a)ggregates$/.test(fieldName) || !plan) return field;
        return {
          ...field,
          description,
          type: nonNull(field.type),
          plan($connection: ConnectionStep<Step>, args, info) {
            const $aggregates: Step = plan($connection, args, info);
            const $rows =
              $aggregates instanceof PgSelectSingleStep ? $aggregates.getClassStep() : $aggregates;
            if (!($rows instanceof PgSelectStep)) throw new Error(`${$rows} selects no rows.`);
            const isGrouped = fieldName === 'groupedAggregates';
            const $groupBy = isGrouped ? args.getRaw('groupBy') : constant(null);
            $rows.where($rows.deferredSQL(checkedRows($connection, $groupBy)));
            return $aggregates;
          },
        };
      },
    },
  },
};

/** A condition that is always true, of a list that is not too long, in groups that are not too many. */
function checkedRows($connection: ConnectionStep<Step>, $groupBy: Step): Step<SQL> {
  const $count = countUpTo($connection, constant(limits.aggregatedRows + 1));
  const $known = isUnaryStep($count) ? $count : constant(null);
  return lambda([$known, $groupBy] as const, ([count, groupBy]) => {
    if (count === null) {
      throw new ApiError('INVALID', 'The list of each row of a list is not added up.', {
        kind: 'aggregate_nested',
        hint: 'Group the list of all of them, or ask for one record.',
      });
    }
    checkLimit('aggregatedRows', count);
    checkLimit('groupBy', Array.isArray(groupBy) ? groupBy.length : 0);
    return sql`true`;
  });
}

function nonNull(type: GraphQLOutputType): GraphQLOutputType {
  return new GraphQLNonNull(getNullableType(type));
}

/** The fields `aggregates` and `groupedAggregates` of lists. */
export const aggregatesPreset: GraphileConfig.Preset = {
  extends: [PgAggregatesPreset],
  plugins: [aggregatesPlugin],
  disablePlugins: [
    'PgAggregatesSmartTagsPlugin',
    'PgAggregatesAddHavingAggregateTypesPlugin',
    'PgAggregatesOrderByAggregatesPlugin',
    'PgAggregatesFilterRelationalAggregatesPlugin',
  ],
};
