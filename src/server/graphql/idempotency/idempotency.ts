import { createHash, createHmac } from 'node:crypto';
import type { PgClient, PgClientQuery, PgClientResult } from 'postgraphile/@dataplan/pg';
import { getOperationAST, print } from 'postgraphile/graphql';
import { type SessionSettings, sessionSettings, type WithSession } from '../../database/session.ts';
import { ApiError } from '../../errors/errors.ts';
import { graphqlErrorOf } from '../limits/limits.ts';

// A mutation that is sent with an Idempotency-Key claims it in its own transaction, and keeps there what it returned. Sent
// again, it is not executed: what was kept takes the place of what it would return, and the rest of the answer is read anew.

/** A key, with what tells its mutations apart. */
type KeyedRequest = {
  key: string;
  keyHash: Buffer;
  document: string;
  /** How many of its mutations have claimed the key. */
  claims: number;
};

/** By the settings with which the statements of the request are executed. */
const keyedRequests = new WeakMap<object, KeyedRequest>();

/** Visible ASCII characters without those that a string of an HTTP header escapes. */
const keyPattern = /^[!#-[\]-~]{1,255}$/;

/** The key in a header: as it is, or as the string in quotation marks of RFC 9651. Undefined if it is none. */
function keyIn(header: string): string | undefined {
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  return keyPattern.test(key) ? key : undefined;
}

const invalidKey = () =>
  new ApiError('INVALID', 'An idempotency key has 1 to 255 visible ASCII characters.', {
    kind: 'idempotency_key_invalid',
    hint: 'Send a UUID: Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324".',
  });

/** Executes the mutations of a request with a key once. Queries, and requests without a session, have no keys. */
export const idempotencyPlugin: GraphileConfig.Plugin = {
  name: 'EpicIdempotencyPlugin',
  schema: {
    hooks: {
      init(_, build) {
        for (const executor of Object.values(build.input.pgRegistry.pgExecutors)) {
          const execute = executor.executeMutation.bind(executor);
          executor.executeMutation = (options) => {
            const { context } = options;
            const request = keyedRequests.get(context.pgSettings ?? {});
            if (request === undefined) return execute(options);
            const withPgClient = onceWithin(request, context.withPgClient);
            // what it inherits is the cache of the executor, which a mutation empties
            const keyed = Object.create(context, { withPgClient: { value: withPgClient } });
            return execute({ ...options, context: keyed });
          };
        }
        return _;
      },
    },
  },
  grafast: {
    middleware: {
      execute(next, { args }) {
        const { request, pgSettings } = args.contextValue as Grafast.Context;
        const { idempotencyKey: header, claims } = request;
        if (header === undefined || claims === null || pgSettings === null) return next();
        const { document, operationName } = args;
        if (getOperationAST(document, operationName)?.operation !== 'mutation') return next();
        const key = keyIn(header);
        if (key === undefined) return { errors: [graphqlErrorOf(invalidKey())] };
        keyedRequests.set(pgSettings, {
          key,
          keyHash: createHash('sha256').update(key).digest(),
          document: `${operationName ?? ''}\n${document.loc?.source.body ?? print(document)}`,
          claims: 0,
        });
        return next();
      },
    },
  },
};

/** Runs each statement in a transaction that claims the key first, and answers with what it returned, now or before. */
function onceWithin(request: KeyedRequest, withSession: WithSession): WithSession {
  return (settings, callback) =>
    withSession(settings, (client) =>
      client.withTransaction(async (transaction) =>
        callback({
          ...transaction,
          query: <Row>(query: PgClientQuery) => queryOnce<Row>(request, transaction, query),
        }),
      ),
    );
}

async function queryOnce<Row>(
  request: KeyedRequest,
  client: PgClient,
  query: PgClientQuery,
): Promise<PgClientResult<Row>> {
  const field = request.claims++;
  const about = [request.document, query.text, query.values];
  const kept = await claim<Row[]>(client, request, field, JSON.stringify(about));
  if (kept !== null) return { rows: kept, rowCount: kept.length };
  const result = await client.query<Row>(query);
  // a row that the policies hide is not changed: that is refused, and may be sent again
  if (result.rows.length === 0) await release(client, request, field);
  else {
    const text = 'select crm_private.keep_answer($1, $2, $3)';
    const values = [request.keyHash, field, JSON.stringify(result.rows)];
    await client.query({ text, values });
  }
  return result;
}

/** What was kept of the same mutation; null if it has not been executed. Throws what the database refuses. */
async function claim<Answer>(
  client: PgClient,
  { key, keyHash }: KeyedRequest,
  field: number,
  about: string,
): Promise<Answer | null> {
  const fingerprint = createHmac('sha256', key).update(about).digest();
  const { rows } = await client.query<{ answer: Answer | null }>({
    text: 'select answer from crm_private.claim_idempotency_key($1, $2, $3)',
    values: [keyHash, field, fingerprint],
  });
  return rows[0]?.answer ?? null;
}

async function release(client: PgClient, { keyHash }: KeyedRequest, field: number): Promise<void> {
  const text = 'select crm_private.release_idempotency_key($1, $2)';
  await client.query({ text, values: [keyHash, field] });
}

/**
 * Claims the key of a request, if it has one, for a mutation whose answer is a secret: sent again, it is refused. The
 * mutation goes on in the transaction of `client`. Nothing that it was sent goes into the fingerprint.
 */
export async function claimForSecret(
  settings: SessionSettings | null,
  client: PgClient,
  mutation: string,
): Promise<void> {
  const request = keyedRequests.get(settings ?? {});
  if (request !== undefined) await claim(client, request, request.claims++, mutation);
}

/**
 * The same for a mutation with transactions of its own: the key is claimed before them, and given back after an error, unless
 * it is not known what was done.
 */
export async function onceForSecret<Result>(
  { withPgClient, pgSettings, request: { claims } }: Grafast.Context,
  mutation: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const request = keyedRequests.get(pgSettings ?? {});
  if (request === undefined) return work();
  const field = request.claims++;
  // also while a one-time password is unchanged
  const settings = sessionSettings(claims, { ownCredential: true });
  await withPgClient(settings, (client) => claim(client, request, field, mutation));
  try {
    return await work();
  } catch (error) {
    const isUnknown = error instanceof ApiError && error.details.kind === 'database_lost';
    if (!isUnknown) {
      await withPgClient(settings, (client) => release(client, request, field)).catch(() => {});
    }
    throw error;
  }
}
