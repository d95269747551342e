import { type PgCodecAttributes, PgSelectStep } from 'postgraphile/@dataplan/pg';
import type { ConnectionStep, Step } from 'postgraphile/grafast';
import { GraphQLNonNull, isOutputType } from 'postgraphile/graphql';
import { sql } from 'postgraphile/pg-sql2';

/**
 * Adds the sum of a column to the connections of its table: the tag `sum` of the column is what the field is called. It is of all
 * rows that pass the condition, on all pages, added by PostgreSQL among those that the caller's policies show.
 */
export const sumsPlugin: GraphileConfig.Plugin = {
  name: 'EpicSumsPlugin',
  schema: {
    hooks: {
      GraphQLObjectType_fields(fields, build, { scope, fieldWithHooks, Self }) {
        const { isConnectionType, isPgConnectionRelated, pgCodec: table } = scope;
        const columns: PgCodecAttributes | undefined = table?.attributes;
        if (!isConnectionType || !isPgConnectionRelated || !table || !columns) return fields;
        const summed = Object.entries(columns).flatMap(([name, { codec, extensions }]) => {
          const fieldName = extensions?.tags?.sum;
          return typeof fieldName === 'string' ? [{ name, codec, fieldName }] : [];
        });
        return build.extend(
          fields,
          Object.fromEntries(
            summed.map(({ name, codec, fieldName }) => {
              const type = build.getGraphQLTypeByPgCodec(codec, 'output');
              if (!type || !isOutputType(type)) throw new Error(`${codec.name} has no type.`);
              const attribute = build.inflection.attribute({ codec: table, attributeName: name });
              return [
                fieldName,
                fieldWithHooks({ fieldName }, () => ({
                  description: `The sum of \`${attribute}\` on all pages.`,
                  type: new GraphQLNonNull(type),
                  plan($connection: Step) {
                    const $rows = (
                      $connection as ConnectionStep<Step>
                    ).cloneSubplanWithoutPagination('aggregate');
                    if (!($rows instanceof PgSelectStep)) throw new Error(`${$rows} has no rows.`);
                    const sum = sql`coalesce(sum(${$rows.alias}.${sql.identifier(name)}), 0.00)`;
                    return $rows.singleAsRecord().select(sum, codec, false);
                  },
                })),
              ];
            }),
          ),
          `Adding sums to '${Self.name}'`,
        );
      },
    },
  },
};
