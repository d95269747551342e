import { type DocumentNode, GraphQLError, getOperationAST } from 'postgraphile/graphql';
import { Refusal } from '../errors.ts';
import { fieldsOf } from './selection.ts';

/** The mutations that try a password or a token. */
const attempts = new Set(['login', 'refresh', 'changePassword']);

/** More fields than this at the root are refused for their number alone: see limits.ts. */
const looksAt = 100;

/**
 * Refuses (INVALID) an operation that tries more than one password or token, under whatever aliases and in whatever
 * fragments: attempts are counted one by one, and each is expensive on purpose. None of them is tried.
 */
export const attemptsPlugin: GraphileConfig.Plugin = {
  name: 'EpicAttemptsPlugin',
  grafast: {
    middleware: {
      execute(next, { args }) {
        if (attemptsIn(args.document, args.operationName) <= 1) return next();
        const refusal = new Refusal(
          'INVALID',
          'A request logs in, refreshes or changes a password at most once.',
          { kind: 'too_many_attempts', hint: 'Make one request for each.' },
        );
        return { errors: [new GraphQLError(refusal.message, { originalError: refusal })] };
      },
    },
  },
};

function attemptsIn(document: DocumentNode, operationName: string | null | undefined): number {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return 0;
  let looked = 0;
  let found = 0;
  for (const field of fieldsOf(document, operation.selectionSet)) {
    if (attempts.has(field.name.value)) found++;
    if (++looked === looksAt) break;
  }
  return found;
}
