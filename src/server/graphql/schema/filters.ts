import type { PgCodec, PgCondition } from 'postgraphile/@dataplan/pg';
import { PgSelectStep, sqlValueWithCodec } from 'postgraphile/@dataplan/pg';
import {
  ConnectionStep,
  ConstantStep,
  type GrafastInputFieldConfig,
  lambda,
  type Step,
} from 'postgraphile/grafast';
import {
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  getNullableType,
  isInputType,
  isListType,
} from 'postgraphile/graphql';
import { type SQL, sql } from 'postgraphile/pg-sql2';
import { ApiError } from '../../errors/errors.ts';

// The named filters of the lists are SQL functions: crm_private.<table>_filter_<name>, in db/functions.
//
// One that returns rows is what the list reads in place of its table: PostgreSQL inlines it, and so can merge the branches
// of its `union all` in the order of the list. Of rows in an `id in (…)` it would first collect all, and sort them.

type Filter = {
  table: string;
  /** As its function is called. */
  words: string;
  /** As the API writes it. */
  name: string;
  description: string | undefined;
  functionName: string;
  /** The function returns rows of the table, rather than whether a row is one of them. */
  returnsRows: boolean;
  /** The function has an argument `me`: the session's employee. */
  takesMe: boolean;
  /** Of the argument; null for a filter that is switched on by true. */
  codec: PgCodec | null;
};

/** Adds the named filters to the `condition` argument of each list. */
export function createFiltersPlugin(): GraphileConfig.Plugin {
  let filters: Filter[] = [];
  /** The functions that stand in for a filter where the list is sorted by a column. */
  let ofOrders = new Set<string>();

  return {
    name: 'EpicFiltersPlugin',
    gather: {
      async main(_output, info) {
        const { pgIntrospection, pgCodecs } = info.helpers;
        filters = [];
        ofOrders = new Set();
        for (const { pgService, introspection } of await pgIntrospection.getIntrospection()) {
          for (const proc of introspection.procs) {
            const [, table, words] = /^([a-z]+)_filter_(\w+)$/.exec(proc.proname) ?? [];
            if (!table || !words || proc.getNamespace()?.nspname !== 'crm_private') continue;
            if (words.includes('_by_')) ofOrders.add(proc.proname);
            if (/_(and|by)_/.test(words)) continue; // of two filters, or of an order
            const value = proc
              .getArguments()
              .find(({ type, name }) => type.typname !== table && name !== 'me');
            filters.push({
              table,
              words,
              name: words.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
              description: proc.getDescription(),
              functionName: proc.proname,
              returnsRows: proc.proretset === true,
              takesMe: proc.getArguments().some(({ name }) => name === 'me'),
              codec:
                value === undefined
                  ? null
                  : await pgCodecs.getCodecFromType(pgService.name, value.type._id),
            });
          }
        }
      },
    },
    schema: {
      hooks: {
        GraphQLInputObjectType_fields(fields, build, { scope, fieldWithHooks }) {
          const { schemaName, name: table } = scope.pgCodec?.extensions?.pg ?? {};
          if (!scope.isPgCondition || schemaName !== 'crm') return fields;
          const ofTable = filters.filter((filter) => filter.table === table);
          return build.extend(
            fields,
            Object.fromEntries(
              ofTable.map((filter) => [
                filter.name,
                fieldWithHooks(
                  { fieldName: filter.name },
                  {
                    description: filter.description,
                    type: inputTypeOf(build, filter.codec),
                    apply: (condition: PgCondition, value: unknown) => {
                      if (isOn(filter, value) && !filter.returnsRows) {
                        condition.where(
                          callOf(filter.functionName, [
                            condition.alias,
                            ...argumentsOf(filter, value),
                          ]),
                        );
                      }
                    },
                  },
                ),
              ]),
            ),
            `Adding the named filters of ${table}`,
          );
        },

        // A value of a closed set is in the text of the statement: PostgreSQL uses a partial index where it sees at planning
        // that the condition holds, which it does not of a parameter, once it keeps the plan for other values.
        GraphQLInputObjectType_fields_field(field, build, { scope }) {
          const { isPgConnectionConditionInputField, pgCodec, pgAttribute, fieldName } = scope;
          const { apply } = field as GrafastInputFieldConfig;
          if (!isPgConnectionConditionInputField || !pgAttribute || !apply) return field;
          const [attribute] =
            Object.entries(pgCodec?.attributes ?? {}).find(([, one]) => one === pgAttribute) ?? [];
          const isLiteral =
            build.graphql.isEnumType(field.type) && attribute !== undefined && !pgAttribute.via;
          return {
            ...field,
            apply(...[condition, value, info]: Parameters<typeof apply>) {
              if (value === null && pgAttribute.notNull) throw neverNull(fieldName);
              if (!isLiteral || value === undefined) return apply(condition, value, info);
              condition.where({
                type: 'attribute',
                attribute,
                callback: (column: SQL) =>
                  value === null
                    ? sql`${column} is null`
                    : sql`${column} = ${sql.literal(String(value))}`,
              });
            },
          };
        },

        GraphQLObjectType_fields_field(field, _build, { scope }) {
          const { plan } = field;
          const { isPgFieldConnection, isPgFieldSimpleCollection, pgFieldResource } = scope;
          if (!plan || !(isPgFieldConnection || isPgFieldSimpleCollection)) return field;
          const { schemaName, name: table } = pgFieldResource?.codec.extensions?.pg ?? {};
          const sources = filters.filter((filter) => filter.table === table && filter.returnsRows);
          if (schemaName !== 'crm' || sources.length === 0) return field;
          return {
            ...field,
            plan($parent, args, info) {
              const $list: Step = plan($parent, args, info);
              if (info.field.args.some(({ name }) => name === 'condition')) {
                readFrom(
                  $list,
                  [args.getRaw('condition'), args.getRaw('orderBy')],
                  sources,
                  ofOrders,
                );
              }
              return $list;
            },
          };
        },
      },
    },
  };
}

/** Makes a list read the rows that the filters of its condition return. */
function readFrom(
  $list: Step,
  [$condition, $orderBy]: [Step, Step],
  sources: readonly Filter[],
  ofOrders: ReadonlySet<string>,
): void {
  if ($condition instanceof ConstantStep && $condition.data == null) return;
  const $select = $list instanceof ConnectionStep ? $list.getSubplan() : $list;
  if (!($select instanceof PgSelectStep)) throw new Error(`${$list} does not select rows.`);
  const table = $select.resource.from;
  if (!sql.isSQL(table)) throw new Error(`${$select.resource} is not a table.`);
  const $from = lambda(
    [$condition, $orderBy] as const,
    ([condition, orderBy]: readonly [
      Record<string, unknown> | null | undefined,
      readonly string[] | null | undefined,
    ]) => {
      const on = sources.filter((filter) => isOn(filter, condition?.[filter.name]));
      if (on.length === 0) return table;
      const usual = `${on[0]?.table}_filter_${on.map(({ words }) => words).join('_and_')}`;
      const column = orderBy?.[0]?.replace(/_(ASC|DESC)$/, '').toLowerCase();
      const ofOrder = `${usual}_by_${column}`;
      return callOf(
        ofOrders.has(ofOrder) ? ofOrder : usual,
        on.flatMap((filter) => argumentsOf(filter, condition?.[filter.name])),
      );
    },
  );
  // it can be given to the step's constructor alone, which is called before the arguments are known
  Object.assign($select, { from: $select.deferredSQL($from) });
}

/** A form sends null for what was not filled in. False could mean that as well, or the opposite: it is refused. */
function isOn({ codec, name }: Filter, value: unknown): boolean {
  if (codec === null && value === false) {
    throw new ApiError(
      'INVALID',
      `The filter ${name} is switched on by true, and has no opposite: it cannot be false.`,
      { field: name, kind: 'filter_false', hint: 'Leave it out, or send null, to list all.' },
    );
  }
  return value != null;
}

function neverNull(field: string): ApiError {
  return new ApiError('INVALID', `There is always a value in ${field}: it cannot be null.`, {
    ...{ field, kind: 'filter_null' },
    hint: 'Leave it out to list all.',
  });
}

function argumentsOf({ takesMe, codec }: Filter, value: unknown): SQL[] {
  return [
    ...(takesMe ? [sql`(select crm.current_employee_id())`] : []),
    ...(codec === null ? [] : [sqlValueWithCodec(value, codec)]),
  ];
}

function callOf(functionName: string, args: readonly SQL[]): SQL {
  return sql`${sql.identifier('crm_private', functionName)}(${sql.join([...args], ', ')})`;
}

/** A list is given without holes. */
function inputTypeOf(build: GraphileBuild.Build, codec: PgCodec | null): GraphQLInputType {
  if (codec === null) return build.graphql.GraphQLBoolean;
  const type = build.getGraphQLTypeByPgCodec(codec, 'input');
  if (!isInputType(type)) throw new Error(`There is no input type for ${codec.name}.`);
  return isListType(type)
    ? new GraphQLList(new GraphQLNonNull(getNullableType(type.ofType)))
    : type;
}
