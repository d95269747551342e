import type { PgCodec, PgCondition } from 'postgraphile/@dataplan/pg';
import { sqlValueWithCodec } from 'postgraphile/@dataplan/pg';
import {
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  getNullableType,
  isInputType,
  isListType,
} from 'postgraphile/graphql';
import { type SQL, sql } from 'postgraphile/pg-sql2';

// The named filters of the lists are SQL functions: crm_private.<table>_filter_<name>, in db/functions.

type Filter = {
  table: string;
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

  return {
    name: 'EpicFiltersPlugin',
    gather: {
      async main(_output, info) {
        const { pgIntrospection, pgCodecs } = info.helpers;
        filters = [];
        for (const { pgService, introspection } of await pgIntrospection.getIntrospection()) {
          for (const proc of introspection.procs) {
            const [, table, words] = /^([a-z]+)_filter_(\w+)$/.exec(proc.proname) ?? [];
            if (!table || !words || proc.getNamespace()?.nspname !== 'crm_private') continue;
            const value = proc
              .getArguments()
              .find(({ type, name }) => type.typname !== table && name !== 'me');
            filters.push({
              table,
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
                      const isOff = value == null || (filter.codec === null && value !== true);
                      if (!isOff) condition.where(conditionOf(filter, condition.alias, value));
                    },
                  },
                ),
              ]),
            ),
            `Adding the named filters of ${table}`,
          );
        },
      },
    },
  };
}

function conditionOf(filter: Filter, row: SQL, value: unknown): SQL {
  const { functionName, returnsRows, takesMe, codec } = filter;
  const called = sql.identifier('crm_private', functionName);
  const args = [
    ...(returnsRows ? [] : [row]),
    ...(takesMe ? [sql`(select crm.current_employee_id())`] : []),
    ...(codec === null ? [] : [sqlValueWithCodec(value, codec)]),
  ];
  const call = sql`${called}(${sql.join(args, ', ')})`;
  return returnsRows ? sql`${row}.id in (select shown.id from ${call} shown)` : call;
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
