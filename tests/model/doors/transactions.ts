import type { Client, QueryResult, QueryResultRow } from 'pg';
import type { Key } from './door.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

/** Sends a statement of an open transaction. */
export type Send = <Row extends QueryResultRow>(statement: Statement) => Promise<QueryResult<Row>>;

/** A transaction in a session, or in none: the first statement, and what is made of its result. */
export type InSession = <Row extends QueryResultRow, Result>(
  who: { key: Key | null; forOwnCredential?: boolean },
  first: Statement,
  then: (result: QueryResult<Row>, send: Send) => Result | Promise<Result>,
) => Promise<Result>;

/** The transactions of a pipelined connection. */
export function transactionsOf(client: Client): InSession {
  const send: Send = (statement) => client.query(statement);
  return async <Row extends QueryResultRow, Result>(
    who: Parameters<InSession>[0],
    first: Statement,
    then: (result: QueryResult<Row>, send: Send) => Result | Promise<Result>,
  ) => {
    // Should entering fail, the transaction is broken and PostgreSQL refuses the statement behind it.
    const begun = client.query('begin');
    const entered = send(entering(who));
    const answered = send<Row>(first);
    await Promise.allSettled([begun, entered, answered]);
    try {
      await entered;
      const result = await then(await answered, send);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  };
}

function entering({ key, forOwnCredential = false }: Parameters<InSession>[0]): Statement {
  const who = [key?.employeeId ?? null, key?.sessionId ?? null, key?.department ?? null];
  return { text: 'select auth.enter($1, $2, $3, $4)', values: [...who, forOwnCredential] };
}
