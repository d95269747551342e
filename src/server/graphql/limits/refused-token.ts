import type { GrafastExecutionArgs } from 'postgraphile/grafast';
import { getOperationAST, OperationTypeNode } from 'postgraphile/graphql';
import { fieldsOf } from '../request/selection.ts';
import { graphqlErrorOf } from './limits.ts';

/** What a client sends to get another token, perhaps still with the one that has expired. */
const sessionMutations: ReadonlySet<string> = new Set(['login', 'refresh']);

/**
 * Executes nothing in the name of a caller whose token was refused. An operation that consists of `login` or `refresh` alone
 * is executed as if the token had not been sent.
 */
export const refusedTokenPlugin: GraphileConfig.Plugin = {
  name: 'EpicRefusedTokenPlugin',
  grafast: {
    middleware: {
      execute(next, { args }) {
        const { request } = args.contextValue as Grafast.Context;
        if (request.refusedToken === null) return next();
        if (!opensSession(args)) return { errors: [graphqlErrorOf(request.refusedToken)] };
        request.refusedToken = null;
        return next();
      },
    },
  },
};

function opensSession({ document, operationName }: GrafastExecutionArgs): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return false;
  const fields = [...fieldsOf(document, operation.selectionSet)];
  return fields.every(({ name }) => sessionMutations.has(name.value));
}
