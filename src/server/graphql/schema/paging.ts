import type { ConnectionStep, Step } from 'postgraphile/grafast';
import { lambda } from 'postgraphile/grafast';
import { ApiError } from '../../errors/errors.ts';
import { pageRows } from '../limits/limits.ts';

/** Limits the pages of connections, by cursor and never by offset. */
export const pagingPlugin: GraphileConfig.Plugin = {
  name: 'EpicPagingPlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, context) {
        if (!context.scope.isPgFieldConnection || args.first === undefined) return args;
        // applied by the field's plan, since the default of `first` depends on `last`
        const { offset: _, ...kept } = args;
        return {
          ...kept,
          first: {
            type: args.first.type,
            description: `Read the first rows: ${pageRows.default} by default, ${pageRows.max.toLocaleString('en')} at most.`,
          },
          ...(args.last && {
            last: {
              type: args.last.type,
              description: `Read the last rows instead: ${pageRows.max.toLocaleString('en')} at most.`,
            },
          }),
        };
      },

      GraphQLObjectType_fields_field(field, _build, context) {
        const { plan } = field;
        if (!context.scope.isPgFieldConnection || plan === undefined) return field;
        return {
          ...field,
          plan($parent, args, info) {
            const $connection: ConnectionStep<Step> = plan($parent, args, info);
            const $first = args.getRaw('first');
            const goesBackwards = info.field.args.some(({ name }) => name === 'last');
            if (!goesBackwards) {
              $connection.setFirst(lambda($first, (first) => pageSizes(first, null).first, true));
              return $connection;
            }
            const $sizes = [$first, args.getRaw('last')] as const;
            $connection.setFirst(
              lambda($sizes, ([first, last]) => pageSizes(first, last).first, true),
            );
            $connection.setLast(
              lambda($sizes, ([first, last]) => pageSizes(first, last).last, true),
            );
            return $connection;
          },
        };
      },
    },
  },
};

/** The page size for the arguments. Throws an ApiError (INVALID). */
export function pageSizes(
  first: number | null | undefined,
  last: number | null | undefined,
): { first: number | null; last: number | null } {
  if (first != null && last != null) {
    throw new ApiError('INVALID', 'Ask for the first rows or for the last rows, not for both.', {
      field: 'last',
      kind: 'page_size',
    });
  }
  if (first == null && last == null) return { first: pageRows.default, last: null };
  return { first: checkedPage('first', first), last: checkedPage('last', last) };
}

function checkedPage(field: string, size: number | null | undefined): number | null {
  if (size == null) return null;
  if (size < 0 || size > pageRows.max) {
    throw new ApiError(
      'INVALID',
      `A page has 0 to ${pageRows.max.toLocaleString('en')} rows: ${field} cannot be ${size}.`,
      { field, kind: 'page_size', hint: 'Read page after page with the argument "after".' },
    );
  }
  return size;
}
