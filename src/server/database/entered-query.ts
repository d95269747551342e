import pg, { type ClientBase, type Connection, type QueryConfig, type QueryResult } from 'pg';
import { serialize } from 'pg-protocol';

/** The arguments of identity.enter, as PostgreSQL reads them. */
export type EnterArguments = (string | Buffer | null)[];

const enterName = 'enter';
const enterText = 'select identity.enter($1, $2, $3, $4, $5)';

/**
 * Runs statements within the session of `entering`, in one transaction, which has been committed once this resolves. Where
 * it rejects, nothing of it was committed, unless isFinalError() or the connection was lost.
 */
export async function queryEntered(
  connection: ClientBase,
  entering: EnterArguments,
  statements: readonly QueryConfig[],
  isPrepared: boolean,
): Promise<QueryResult[]> {
  // in a transaction of its own, at whose end the session is left: it only prepares the statement
  if (isPrepared && wireOf(connection).parsedStatements[enterName] === undefined) {
    await enter(connection, entering, isPrepared).catch((error) => {
      finalErrors.add(error);
      throw error;
    });
  }
  return new Promise((resolve, reject) => {
    connection.query(
      new EnteredQueries(entering, statements, isPrepared, (error, results) =>
        error ? reject(error) : resolve(results),
      ),
    );
  });
}

const finalErrors = new WeakSet<Error>();

/**
 * Whether queryEntered() has rejected all statements with this error for good: the session was not entered, or they were
 * committed before a value of theirs could not be read.
 */
export function isFinalError(error: unknown): boolean {
  return error instanceof Error && finalErrors.has(error);
}

/** Enters a session for the rest of the transaction. */
export function enter(
  connection: ClientBase,
  entering: EnterArguments,
  isPrepared: boolean,
): Promise<QueryResult> {
  const statement = { text: enterText, values: entering };
  return connection.query(isPrepared ? { ...statement, name: enterName } : statement);
}

// What pg 8.23 has and its types lack.
type Wire = Connection & {
  /** The texts of the prepared statements, by name. */
  parsedStatements: Record<string, string>;
};
type RowDescription = { fields: unknown };
type Query = {
  readonly name: string | undefined;
  readonly text: string;
  readonly values: unknown[] | undefined;
  handleRowDescription(message: RowDescription): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
};
const { Query, utils } = pg as unknown as {
  Query: new (
    statement: QueryConfig,
    callback: (error: Error | null, result: QueryResult) => void,
  ) => Query;
  utils: { prepareValue(value: unknown): unknown };
};

function wireOf(connection: ClientBase): Wire {
  return (connection as ClientBase & { connection: Wire }).connection;
}

/** The prepared statements of a connection, beside what pg knows of them. */
type Prepared = {
  /** How each describes its rows: PostgreSQL is asked once. */
  descriptions: Map<string, RowDescription>;
  /** After an error it is not known whether these were prepared. */
  uncertain: Set<string>;
};
const preparedOf = new WeakMap<Connection, Prepared>();

/**
 * Statements behind identity.enter, for pg a single query: the messages of all in one write, with one Sync. Until that Sync
 * they are one implicit transaction. Where entering fails PostgreSQL skips the rest, so that nothing runs outside the session.
 */
class EnteredQueries implements pg.Submittable {
  /** Called once; pg puts its query_timeout around it. */
  callback: (error: Error | null, results: QueryResult[]) => void;
  readonly #entering: EnterArguments;
  readonly #isPrepared: boolean;
  readonly #queries: Query[];
  readonly #results: QueryResult[] = [];
  readonly #known: (RowDescription | undefined)[] = [];
  #prepared: Prepared = { descriptions: new Map(), uncertain: new Set() };
  /** The number of the statement that PostgreSQL is at; -1 while it enters the session. */
  #present = -1;
  #error: Error | null = null;

  constructor(
    entering: EnterArguments,
    statements: readonly QueryConfig[],
    isPrepared: boolean,
    callback: EnteredQueries['callback'],
  ) {
    this.#isPrepared = isPrepared;
    this.callback = callback;
    this.#entering = entering;
    this.#queries = statements.map(
      (statement) =>
        new Query(statement, (error, result) => {
          // a value that its type parser refuses
          if (error) this.#error ??= error;
          else this.#results.push(result);
        }),
    );
  }

  submit(connection: Connection): Error | null {
    const { parsedStatements } = connection as Wire;
    this.#prepared = preparedOf.get(connection) ?? this.#prepared;
    preparedOf.set(connection, this.#prepared);
    const { descriptions, uncertain } = this.#prepared;
    const sent = new Set<string>();
    try {
      const messages = [
        ...(this.#isPrepared ? [] : [serialize.parse({ name: '', text: enterText })]),
        serialize.bind({ statement: this.#isPrepared ? enterName : '', values: this.#entering }),
        serialize.execute({}),
      ];
      for (const { name = '', text, values = [] } of this.#queries) {
        const isPrepared = name !== '' && (sent.has(name) || parsedStatements[name] !== undefined);
        if (!isPrepared) {
          if (uncertain.has(name)) messages.push(serialize.close({ type: 'S', name }));
          messages.push(serialize.parse({ name, text }));
        }
        const known = isPrepared ? descriptions.get(name) : undefined;
        messages.push(
          serialize.bind({ statement: name, values, valueMapper: utils.prepareValue }),
          ...(known ? [] : [serialize.describe({ type: 'P', name: '' })]),
          serialize.execute({}),
        );
        this.#known.push(known);
        if (name !== '') sent.add(name);
      }
      messages.push(serialize.sync());
      (connection as Wire).stream.write(Buffer.concat(messages));
      return null;
    } catch (error) {
      // a value that has no form in PostgreSQL: nothing was sent
      return error as Error;
    }
  }

  handleRowDescription(message: RowDescription): void {
    const query = this.#queries[this.#present];
    if (query?.name) this.#prepared.descriptions.set(query.name, message);
    query?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#present]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    const query = this.#queries[this.#present];
    if (query !== undefined) {
      query.handleCommandComplete(message, connection);
      if (query.name) {
        (connection as Wire).parsedStatements[query.name] = query.text;
        this.#prepared.uncertain.delete(query.name);
      }
    }
    this.#present += 1;
    const known = this.#known[this.#present];
    if (known) this.#queries[this.#present]?.handleRowDescription(known);
  }

  handleError(error: Error, connection: Connection): void {
    const name = this.#queries[this.#present]?.name;
    if (name) {
      // also where what it returns has changed since it was prepared
      this.#prepared.uncertain.add(name);
      delete (connection as Wire).parsedStatements[name];
    }
    if (this.#present < 0) finalErrors.add(error);
    this.callback(error, []);
  }

  handleReadyForQuery(connection: Connection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    if (this.#error) finalErrors.add(this.#error);
    this.callback(this.#error, this.#results);
  }
}
