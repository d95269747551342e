import { PgExecutor, PgSelectStep } from 'postgraphile/@dataplan/pg';
import { type ConnectionStep, ConstantStep, lambda, type Step } from 'postgraphile/grafast';
import { ApiError } from '../../errors/errors.ts';
import { pageRows } from '../limits/limits.ts';

// PostgreSQL counts by reading every row. A count with a bound reads as many rows as that, without their columns.

/** Has the database count the rows that each statement would return. */
class CountExecutor extends PgExecutor {
  override executeWithCache(...[values, common]: Parameters<PgExecutor['executeWithCache']>) {
    return super.executeWithCache(values, counted(common));
  }

  override executeWithoutCache(...[values, common]: Parameters<PgExecutor['executeWithoutCache']>) {
    return super.executeWithoutCache(values, counted(common));
  }
}

/** Gives the number of rows as the second column; of several parents, whose number is in the first, for each. */
function counted<Common extends Parameters<PgExecutor['executeWithCache']>[1]>(
  common: Common,
): Common {
  const { text, name, identifierIndex } = common;
  const parent = identifierIndex == null ? null : `counted."${identifierIndex}"`;
  return {
    ...common,
    text: `select ${parent}, count(*)::text from (${text.replace(/;$/, '')}) counted${
      parent === null ? '' : ` group by ${parent}`
    }`,
    // PostgreSQL tells statements apart by the first 63 characters
    name: name && `count ${name.slice(0, 40)}`,
    identifierIndex: parent === null ? null : 0,
  };
}

/** Adds the argument `upTo` to the `totalCount` of connections. */
export const countsPlugin: GraphileConfig.Plugin = {
  name: 'EpicCountsPlugin',
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const { plan } = field;
        if (!scope.isPgConnectionTotalCountField || plan === undefined) return field;
        return {
          ...field,
          args: {
            ...field.args,
            upTo: {
              type: build.graphql.GraphQLInt,
              description: `Count no further than one more than this, ${pageRows.max.toLocaleString('en')} at most: 101 for \`upTo: 100\` says that there are over 100. Without it all are counted, which takes longer the more there are.`,
            },
          },
          plan($connection, args, info) {
            const $upTo = args.getRaw('upTo');
            if (isMissing($upTo)) return plan($connection, args, info);
            const $bound = lambda($upTo, (upTo) => checkedBound(upTo) + 1, true);
            return countUpTo($connection as ConnectionStep<Step>, $bound);
          },
        };
      },
    },
  },
};

/** How many rows a connection has, on all its pages: no more than the bound are read. */
export function countUpTo($connection: ConnectionStep<Step>, $bound: Step<number>): Step<number> {
  // leaves out the order
  const $rows = $connection.cloneSubplanWithoutPagination('aggregate');
  if (!($rows instanceof PgSelectStep)) throw new Error(`${$rows} selects no rows.`);
  $rows.setFirst($bound);
  const { resource } = $rows;
  const executor = new CountExecutor({
    name: `${resource.executor.name}_counts`,
    context: () => resource.executor.context(),
  });
  // it can be given to the step's constructor alone
  Object.assign($rows, { resource: Object.create(resource, { executor: { value: executor } }) });
  // within a statement of several parents the rows are read, up to the bound of each
  return lambda($rows.items(), (rows) => Number(rows[0]?.[1] ?? rows.length), true);
}

/** Whether there is no bound; the plan of a document is made anew for variables that differ in it. */
function isMissing($upTo: Step): boolean {
  if ($upTo instanceof ConstantStep) return $upTo.data == null;
  const { evalIs } = $upTo as { evalIs?(value: null | undefined): boolean };
  if (evalIs === undefined) throw new Error(`${$upTo} does not say whether it has a value.`);
  return evalIs.call($upTo, undefined) || evalIs.call($upTo, null);
}

function checkedBound(upTo: unknown): number {
  if (typeof upTo !== 'number' || upTo < 0 || upTo > pageRows.max) {
    throw new ApiError(
      'INVALID',
      `A count is bounded by 0 to ${pageRows.max.toLocaleString('en')}: upTo cannot be ${upTo}.`,
      { field: 'upTo', kind: 'count_bound', hint: 'Leave it out to count all.' },
    );
  }
  return upTo;
}
