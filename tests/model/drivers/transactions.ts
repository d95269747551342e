import type { Client, QueryResult, QueryResultRow } from 'pg';
import type { SessionTokens } from './driver.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

/** Sends a statement of an open transaction. */
export type Send = <Row extends QueryResultRow>(statement: Statement) => Promise<QueryResult<Row>>;

/** Runs a transaction in a session, or in none: the first statement, then a function of its result. */
export type RunInSession = <Row extends QueryResultRow, Result>(
  who: { key: SessionTokens | null; forOwnCredential?: boolean },
  first: Statement,
  then: (result: QueryResult<Row>, send: Send) => Result | Promise<Result>,
) => Promise<Result>;

/** The transactions of a pipelined connection. */
export function transactionsOf(client: Client): RunInSession {
  const send: Send = (statement) => client.query(statement);
  return async <Row extends QueryResultRow, Result>(
    who: Parameters<RunInSession>[0],
    first: Statement,
    then: (result: QueryResult<Row>, send: Send) => Result | Promise<Result>,
  ) => {
    // If entering fails, the transaction is aborted and PostgreSQL refuses the statement after it.
    const begun = client.query('begin');
    const createColumns = send(entering(who));
    const answered = send<Row>(first);
    await Promise.allSettled([begun, createColumns, answered]);
    try {
      await createColumns;
      const result = await then(await answered, send);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  };
}

function entering({ key, forOwnCredential = false }: Parameters<RunInSession>[0]): Statement {
  const secret = key === null ? null : Buffer.from(key.secret, 'base64url');
  const who = [key?.employeeId ?? null, key?.sessionId ?? null, key?.department ?? null, secret];
  return { text: 'select identity.enter($1, $2, $3, $4, $5)', values: [...who, forOwnCredential] };
}
